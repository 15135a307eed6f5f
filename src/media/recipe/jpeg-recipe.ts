import type { ReadBytes, Splice } from '../../core/ports.ts';
import { windowed } from './byte-window.ts';
import type { Pixels } from './infotext.ts';
import { type Container, isOwnExif, utf8 } from './recipe-texts.ts';
import { commentIn, exifWithComment } from './user-comment.ts';

const exifMark = Buffer.from('Exif\0\0', 'latin1');
const xmpMark = Buffer.from('http://ns.adobe.com/xap/1.0/\0', 'latin1');

// ITU-T T.81: what fits into a segment beside the two bytes of its length.
const maxSegmentBytes = 65_533;
// Far more than any camera writes; what has more was made to keep its reader busy.
const maxSteps = 10_000;

/** A segment; `at` is where its marker stands, `end` where the next one begins. */
interface Segment {
  readonly marker: number;
  readonly at: number;
  readonly from: number;
  readonly end: number;
}

/** JPEG. Exif and XMP stand behind SOI and JFIF's APP0, so before the picture. */
export const jpegRecipe: Container = {
  async splices(reading, bytes, texts) {
    const read = windowed(reading);
    const segments = await segmentsOf(read, bytes);
    const size = segments && (await sizeOf(read, segments));
    if (segments === null || size === null) return null;
    for (const segment of segments) if (await isSigned(read, segment)) return null;

    const [exif, ...moreExif] = await marked(read, segments, exifMark);
    const [xmp, ...moreXmp] = await marked(read, segments, xmpMark);
    if (moreExif.length > 0 || moreXmp.length > 0) return null;
    const held = exif === undefined ? null : await contentOf(read, exif, exifMark);
    const isForeign = held !== null && !isOwnExif(held, commentIn(held));
    const packet = texts.xmp(xmp === undefined ? null : await contentOf(read, xmp, xmpMark));
    if (packet === null) return null;
    // What the server says in Exif stays as it is, since rewriting could lose what its maker's notes point to.
    const newExif = isForeign
      ? Buffer.alloc(0)
      : segmentOf(exifMark, exifWithComment(texts.parameters(size)));
    const newXmp = segmentOf(xmpMark, packet);
    if (newExif === null || newXmp === null) return null;

    const place = isForeign && exif !== undefined ? exif.end : headEnd(segments);
    const added = Buffer.concat(xmp === undefined ? [newExif, newXmp] : [newExif]);
    const edits: Splice[] = [];
    if (added.length > 0) edits.push({ at: place, removed: 0, inserted: added });
    if (exif !== undefined && !isForeign) edits.push(inPlaceOf(exif, Buffer.alloc(0)));
    if (xmp !== undefined) edits.push(inPlaceOf(xmp, newXmp));
    return edits.sort((a, b) => a.at - b.at);
  },

  async found(reading, bytes) {
    const read = windowed(reading);
    const segments = await segmentsOf(read, bytes);
    if (segments === null) return null;
    const [exif] = await marked(read, segments, exifMark);
    const [xmp] = await marked(read, segments, xmpMark);
    return {
      xmp: xmp === undefined ? null : utf8(await contentOf(read, xmp, xmpMark)),
      parameters: exif === undefined ? null : commentIn(await contentOf(read, exif, exifMark)),
    };
  },
};

/** The segments before the first scan; null: this is not a JPEG with a scan. */
async function segmentsOf(read: ReadBytes, bytes: number): Promise<Segment[] | null> {
  if (!(await read(0, 2)).equals(Buffer.from([0xff, 0xd8]))) return null;
  const segments: Segment[] = [];
  for (let [at, steps] = [2, 0]; at + 4 <= bytes && steps < maxSteps; steps += 1) {
    const head = await read(at, 4);
    const marker = head[1] as number;
    if (head.length < 4 || head[0] !== 0xff) return null;
    if (marker === 0xff) {
      // Any number of fill bytes may stand before a marker.
      at += 1;
      continue;
    }
    if (marker === 0xda) return segments;
    const length = head.readUInt16BE(2);
    const isAlone = marker < 0xc0 || (marker >= 0xd0 && marker <= 0xd9);
    const end = at + 2 + length;
    if (isAlone || length < 2 || end > bytes) return null;
    segments.push({ marker, at, from: at + 4, end });
    at = end;
  }
  return null;
}

async function sizeOf(read: ReadBytes, segments: readonly Segment[]): Promise<Pixels | null> {
  const frame = segments.find(
    ({ marker }) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker),
  );
  if (frame === undefined || frame.end - frame.from < 6) return null;
  const body = await read(frame.from, 6);
  return { width: body.readUInt16BE(3), height: body.readUInt16BE(1) };
}

/** Whether this is a part of a C2PA manifest (in JUMBF, APP11), which signs the bytes of the whole file. */
async function isSigned(read: ReadBytes, { marker, from, end }: Segment): Promise<boolean> {
  if (marker !== 0xeb) return false;
  const start = await read(from, Math.min(end - from, 64));
  return start.toString('latin1', 0, 2) === 'JP' && start.includes('c2pa');
}

async function marked(read: ReadBytes, segments: readonly Segment[], mark: Buffer): Promise<Segment[]> {
  const found: Segment[] = [];
  for (const segment of segments) {
    if (segment.marker !== 0xe1 || segment.end - segment.from < mark.length) continue;
    if ((await read(segment.from, mark.length)).equals(mark)) found.push(segment);
  }
  return found;
}

function contentOf(read: ReadBytes, { from, end }: Segment, mark: Buffer): Promise<Buffer> {
  return read(from + mark.length, end - from - mark.length);
}

/** Behind the APP0 segments that begin the file. */
function headEnd(segments: readonly Segment[]): number {
  const first = segments.findIndex(({ marker }) => marker !== 0xe0);
  return first <= 0 ? 2 : (segments[first - 1] as Segment).end;
}

/** null: it does not fit. */
function segmentOf(mark: Buffer, content: Buffer): Buffer | null {
  const bytes = mark.length + content.length;
  if (bytes > maxSegmentBytes) return null;
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(bytes + 2, 2);
  return Buffer.concat([head, mark, content]);
}

function inPlaceOf({ at, end }: Segment, inserted: Buffer): Splice {
  return { at, removed: end - at, inserted };
}
