import sharp from 'sharp';
import { pngChunk } from '../../../src/media/png-chunk.ts';

/** A picture as a server might give it. */
export interface Picture {
  readonly name: string;
  readonly mime: string;
  readonly bytes: Buffer;
  /** Holds Exif, or a text under the name that A1111 uses, that is not ours. */
  readonly isDescribed: boolean;
}

const [width, height] = [23, 17];

function noise(channels: 1 | 3 | 4, rows = height): Buffer {
  return Buffer.from(
    Array.from({ length: width * rows * channels }, (_, n) => (n * 7919 + ((n * n) >> 3)) & 0xff),
  );
}

const raw = (channels: 1 | 3 | 4) => sharp(noise(channels), { raw: { width, height, channels } });
const film = () =>
  sharp(noise(4, 3 * height), { raw: { width, height: 3 * height, channels: 4, pageHeight: height } });

const exif = { IFD0: { Copyright: 'the server', ImageDescription: 'not ours' } };
export const foreignXmp =
  '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreatorTool="the server"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>';

/** A moving PNG, put together from a still one, whose second picture is its first. */
function moving(still: Buffer): Buffer {
  const control = (number: number) => {
    const body = Buffer.alloc(26);
    body.writeUInt32BE(number, 0);
    body.writeUInt32BE(width, 4);
    body.writeUInt32BE(height, 8);
    return pngChunk('fcTL', body);
  };
  const frames = Buffer.alloc(8);
  frames.writeUInt32BE(2, 0);
  const from = still.indexOf('IDAT') - 4;
  const image = still.subarray(from, from + 12 + still.readUInt32BE(from));
  const again = Buffer.concat([Buffer.from([0, 0, 0, 2]), image.subarray(8, -4)]);
  return Buffer.concat([
    still.subarray(0, 33),
    pngChunk('acTL', frames),
    ...[still.subarray(33, from), control(0), image, control(1), pngChunk('fdAT', again)],
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Small pictures of every kind that carries recipes. */
export async function pictures(): Promise<Picture[]> {
  const still = await raw(4).png().toBuffer();
  const comfy = pngChunk('tEXt', Buffer.from('prompt\0{"3":{"class_type":"KSampler"}}', 'latin1'));
  const theirs = pngChunk('tEXt', Buffer.from('parameters\0a cat\nSteps: 20, Seed: 1, Size: 1x1', 'latin1'));
  const behind = (bytes: Buffer, chunk: Buffer) =>
    Buffer.concat([bytes.subarray(0, 33), chunk, bytes.subarray(33)]);
  const kinds: readonly (readonly [string, string, Buffer | Promise<Buffer>, boolean?])[] = [
    ['grey PNG', 'png', raw(1).png().toBuffer()],
    ['palette PNG', 'png', raw(3).png({ palette: true, colours: 16 }).toBuffer()],
    ['RGBA PNG', 'png', still],
    ['16 bit PNG with a profile', 'png', raw(3).toColourspace('rgb16').withIccProfile('p3').png().toBuffer()],
    ['PNG with Exif', 'png', raw(3).withExif(exif).png().toBuffer()],
    ['PNG with XMP', 'png', raw(3).withXmp(foreignXmp).png().toBuffer()],
    ['PNG of ComfyUI', 'png', behind(still, comfy)],
    ['PNG of A1111', 'png', behind(still, theirs), true],
    ['PNG with more behind its end', 'png', Buffer.concat([still, Buffer.from('and more')])],
    ['moving PNG', 'apng', moving(still)],
    ['JPEG', 'jpeg', raw(3).jpeg().toBuffer()],
    ['grey JPEG', 'jpeg', raw(1).jpeg().toBuffer()],
    ['progressive JPEG', 'jpeg', raw(3).jpeg({ progressive: true }).toBuffer()],
    ['JPEG with a profile', 'jpeg', raw(3).withIccProfile('p3').jpeg().toBuffer()],
    ['JPEG with Exif', 'jpeg', raw(3).withExif(exif).jpeg().toBuffer(), true],
    ['JPEG with XMP', 'jpeg', raw(3).withXmp(foreignXmp).jpeg().toBuffer()],
    [
      'JPEG with all',
      'jpeg',
      raw(3).withExif(exif).withXmp(foreignXmp).withIccProfile('p3').jpeg().toBuffer(),
      true,
    ],
    ['lossy WebP', 'webp', raw(3).webp().toBuffer()],
    ['lossy WebP with alpha', 'webp', raw(4).webp().toBuffer()],
    ['lossless WebP', 'webp', raw(3).webp({ lossless: true }).toBuffer()],
    ['lossless WebP with alpha', 'webp', raw(4).webp({ lossless: true }).toBuffer()],
    [
      'moving WebP',
      'webp',
      film()
        .webp({ lossless: true, delay: [100, 100, 100] })
        .toBuffer(),
    ],
    ['WebP with a profile', 'webp', raw(3).withIccProfile('p3').webp().toBuffer()],
    ['WebP with Exif', 'webp', raw(3).withExif(exif).webp().toBuffer(), true],
    ['WebP with XMP', 'webp', raw(3).withXmp(foreignXmp).webp().toBuffer()],
  ];
  return Promise.all(
    kinds.map(async ([name, type, bytes, isDescribed = false]) => ({
      ...{ name, mime: `image/${type}`, bytes: await bytes, isDescribed },
    })),
  );
}

/** What a file consists of, apart from what says how it was made: in its order, byte by byte. */
export function partsOf({ mime, bytes }: Pick<Picture, 'mime' | 'bytes'>): string[] {
  switch (mime) {
    case 'image/jpeg':
      return jpegParts(bytes);
    case 'image/webp':
      return webpParts(bytes);
    default:
      return pngParts(bytes);
  }
}

function pngParts(bytes: Buffer): string[] {
  const parts: string[] = [];
  let at = 8;
  for (let type = ''; type !== 'IEND'; ) {
    const end = at + 12 + bytes.readUInt32BE(at);
    type = bytes.toString('latin1', at + 4, at + 8);
    const keyword = /^(?:tEXt|zTXt|iTXt)(parameters|XML:com\.adobe\.xmp)\0/.exec(
      bytes.toString('latin1', at + 4, at + 40),
    );
    if (keyword === null) parts.push(bytes.toString('hex', at, end));
    at = end;
  }
  return [...parts, bytes.toString('hex', at)];
}

function jpegParts(bytes: Buffer): string[] {
  const parts: string[] = [];
  let at = 2;
  while (bytes[at + 1] !== 0xda) {
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    const isOurs =
      /^\xff\xe1..(?:Exif\0\0MM\0\*\0\0\0\x08\0\x01\x87\x69|http:\/\/ns\.adobe\.com\/xap\/1\.0\/\0)/s;
    if (!isOurs.test(bytes.toString('latin1', at, end))) parts.push(bytes.toString('hex', at, end));
    at = end;
  }
  return [...parts, bytes.toString('hex', at)];
}

function webpParts(bytes: Buffer): string[] {
  const parts: string[] = [];
  for (let at = 12; at < bytes.length; ) {
    const length = bytes.readUInt32LE(at + 4);
    const type = bytes.toString('latin1', at, at + 4);
    if (
      !['VP8X', 'XMP '].includes(type) &&
      !(type === 'EXIF' && bytes.toString('latin1', at + 8, at + 10) === 'MM')
    ) {
      parts.push(bytes.toString('hex', at, at + 8 + length));
    }
    at += 8 + length + (length & 1);
  }
  return parts;
}
