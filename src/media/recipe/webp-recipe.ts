import type { ReadBytes, Splice } from '../../core/ports.ts';
import { maxTextBytes, windowed } from './byte-window.ts';
import type { Pixels } from './infotext.ts';
import { type Container, isOwnExif, utf8 } from './recipe-texts.ts';
import { commentIn, exifWithComment } from './user-comment.ts';

/** A chunk of RIFF; `at` is where its name stands, `end` where the next one begins, padding included. */
interface RiffChunk {
  readonly type: string;
  readonly at: number;
  readonly bytes: number;
  readonly end: number;
}

/** What a picture says of itself before it has a VP8X chunk to say it in. */
interface Canvas extends Pixels {
  readonly hasAlpha: boolean;
}

const maxChunks = 100_000;
const maxRiffBytes = 0xff_ff_ff_fe;
// https://developers.google.com/speed/webp/docs/riff_container, "Extended File Format".
const [alphaFlag, exifFlag, xmpFlag] = [0x10, 0x08, 0x04];

/** WebP, still or moving. Exif and XMP stand behind the picture, as the format wants it. */
export const webpRecipe: Container = {
  async splices(reading, bytes, texts) {
    const read = windowed(reading);
    const chunks = await chunksOf(read, bytes);
    const [first, ...rest] = chunks ?? [];
    const canvas = first === undefined ? null : await canvasOf(read, first);
    if (chunks === null || first === undefined || canvas === null) return null;
    const exifs = rest.filter(({ type }) => type === 'EXIF');
    const xmps = rest.filter(({ type }) => type === 'XMP ');
    const isSigned = rest.some(({ type }) => type === 'C2PA');
    const all = [...exifs, ...xmps];
    if (isSigned || exifs.length > 1 || xmps.length > 1) return null;
    if (all.some((chunk) => chunk.bytes > maxTextBytes)) return null;

    const [[exif], [xmp]] = [exifs, xmps];
    const held = exif === undefined ? null : await contentOf(read, exif);
    const isForeign = held !== null && !isOwnExif(held, commentIn(withoutMark(held)));
    const packet = texts.xmp(xmp === undefined ? null : await contentOf(read, xmp));
    if (packet === null) return null;
    const newExif = isForeign
      ? Buffer.alloc(0)
      : riffChunk('EXIF', exifWithComment(texts.parameters(canvas)));
    const newXmp = riffChunk('XMP ', packet);

    const end = (chunks.at(-1) as RiffChunk).end;
    const edits = [flagged(await contentOf(read, first), first, canvas)];
    if (exif !== undefined && !isForeign) edits.push(inPlaceOf(exif, Buffer.alloc(0)));
    if (newExif.length > 0) edits.push({ at: xmp?.at ?? end, removed: 0, inserted: newExif });
    edits.push(xmp === undefined ? { at: end, removed: 0, inserted: newXmp } : inPlaceOf(xmp, newXmp));
    const size = end + edits.reduce((sum, { removed, inserted }) => sum + inserted.length - removed, 0) - 8;
    return size > maxRiffBytes ? null : [sizeField(size), ...edits.sort((a, b) => a.at - b.at)];
  },

  async found(reading, bytes) {
    const read = windowed(reading);
    const chunks = await chunksOf(read, bytes);
    if (chunks === null) return null;
    const short = chunks.filter((chunk) => chunk.bytes <= maxTextBytes);
    const exif = short.find(({ type }) => type === 'EXIF');
    const xmp = short.find(({ type }) => type === 'XMP ');
    return {
      xmp: xmp === undefined ? null : utf8(await contentOf(read, xmp)),
      parameters: exif === undefined ? null : commentIn(withoutMark(await contentOf(read, exif))),
    };
  },
};

/** The chunks of a whole WebP; null: it is not one. What may stand behind them is none of its own. */
async function chunksOf(read: ReadBytes, bytes: number): Promise<RiffChunk[] | null> {
  const head = await read(0, 12);
  if (head.length < 12 || head.toString('latin1', 0, 4) !== 'RIFF') return null;
  const riffEnd = head.readUInt32LE(4) + 8;
  if (head.toString('latin1', 8, 12) !== 'WEBP' || riffEnd > bytes) return null;
  const chunks: RiffChunk[] = [];
  for (let at = 12; at < riffEnd; ) {
    const name = await read(at, 8);
    if (name.length < 8 || chunks.length === maxChunks) return null;
    const length = name.readUInt32LE(4);
    const end = at + 8 + length + (length & 1);
    if (end > riffEnd) return null;
    chunks.push({ type: name.toString('latin1', 0, 4), at, bytes: length, end });
    at = end;
  }
  return chunks;
}

async function canvasOf(read: ReadBytes, { type, at, bytes }: RiffChunk): Promise<Canvas | null> {
  const body = await read(at + 8, 10);
  if (body.length < 10 || bytes < 5) return null;
  switch (type) {
    case 'VP8X':
      return bytes < 10
        ? null
        : { width: body.readUIntLE(4, 3) + 1, height: body.readUIntLE(7, 3) + 1, hasAlpha: false };
    case 'VP8L': {
      const bits = body.readUInt32LE(1);
      const hasAlpha = ((bits >>> 28) & 1) === 1;
      return body[0] === 0x2f
        ? { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1, hasAlpha }
        : null;
    }
    case 'VP8 ':
      return body.toString('hex', 3, 6) === '9d012a'
        ? { width: body.readUInt16LE(6) & 0x3fff, height: body.readUInt16LE(8) & 0x3fff, hasAlpha: false }
        : null;
    default:
      return null;
  }
}

/** The VP8X chunk with the flags of Exif and XMP: a new one before the picture, or the flags of the one there is. */
function flagged(content: Buffer, first: RiffChunk, { width, height, hasAlpha }: Canvas): Splice {
  if (first.type === 'VP8X') {
    const flags = (content[0] as number) | exifFlag | xmpFlag;
    return { at: first.at + 8, removed: 1, inserted: Buffer.from([flags]) };
  }
  const body = Buffer.alloc(10);
  body[0] = exifFlag | xmpFlag | (hasAlpha ? alphaFlag : 0);
  body.writeUIntLE(width - 1, 4, 3);
  body.writeUIntLE(height - 1, 7, 3);
  return { at: first.at, removed: 0, inserted: riffChunk('VP8X', body) };
}

/** Some programs put JPEG's mark before the structure. */
function withoutMark(exif: Buffer): Buffer {
  return exif.toString('latin1', 0, 6) === 'Exif\0\0' ? exif.subarray(6) : exif;
}

function sizeField(size: number): Splice {
  const inserted = Buffer.alloc(4);
  inserted.writeUInt32LE(size);
  return { at: 4, removed: 4, inserted };
}

function riffChunk(type: string, content: Buffer): Buffer {
  const head = Buffer.from(`${type}....`, 'latin1');
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content, Buffer.alloc(content.length & 1)]);
}

function contentOf(read: ReadBytes, { at, bytes }: RiffChunk): Promise<Buffer> {
  return read(at + 8, bytes);
}

function inPlaceOf({ at, end }: RiffChunk, inserted: Buffer): Splice {
  return { at, removed: end - at, inserted };
}
