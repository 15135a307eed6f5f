/** What stands before a UserComment of Exif in UTF-16 (Exif 2.32, 4.6.5). */
const unicodeMark = Buffer.from('UNICODE\0', 'latin1');
const asciiMark = Buffer.from('ASCII\0\0\0', 'latin1');

const exifPointer = 0x8769;
const userComment = 0x9286;
const [longType, undefinedType] = [4, 7];

/** A TIFF structure, as Exif is one, that holds this comment and nothing else. */
export function exifWithComment(comment: string): Buffer {
  const text = Buffer.from(comment, 'utf16le').swap16();
  const length = unicodeMark.length + text.length;
  const head = Buffer.alloc(44);
  head.write('MM\0*', 0, 'latin1');
  head.writeUInt32BE(8, 4);
  writeDirectory(head, 8, { tag: exifPointer, type: longType, count: 1, value: 26 });
  writeDirectory(head, 26, { tag: userComment, type: undefinedType, count: length, value: 44 });
  return Buffer.concat([head, unicodeMark, text]);
}

interface Entry {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  /** Or where it stands, where it does not fit into four bytes. */
  readonly value: number;
}

/** A directory of one entry, with none after it. */
function writeDirectory(into: Buffer, at: number, { tag, type, count, value }: Entry): void {
  into.writeUInt16BE(1, at);
  into.writeUInt16BE(tag, at + 2);
  into.writeUInt16BE(type, at + 4);
  into.writeUInt32BE(count, at + 6);
  into.writeUInt32BE(value, at + 10);
}

/** The comment of a TIFF structure; null where there is none, or nothing that can be read. */
export function commentIn(exif: Buffer): string | null {
  const isLittle = exif.toString('latin1', 0, 2) === 'II';
  if (exif.length < 8 || !(isLittle || exif.toString('latin1', 0, 2) === 'MM')) return null;
  const directory = entryIn(exif, isLittle, word(exif, isLittle, 4), exifPointer)?.value;
  const comment = directory === undefined ? null : entryIn(exif, isLittle, directory, userComment);
  if (comment === null || comment.count <= 8 || comment.value + comment.count > exif.length) return null;
  const mark = exif.subarray(comment.value, comment.value + 8);
  const body = exif.subarray(comment.value + 8, comment.value + comment.count);
  if (mark.equals(unicodeMark)) return wideText(body);
  return mark.equals(asciiMark) ? body.toString('utf8').replace(/\0+$/, '') : null;
}

function entryIn(exif: Buffer, isLittle: boolean, at: number, tag: number): Entry | null {
  if (at + 2 > exif.length) return null;
  const count = short(exif, isLittle, at);
  for (let n = 0, from = at + 2; n < count && from + 12 <= exif.length; n += 1, from += 12) {
    if (short(exif, isLittle, from) !== tag) continue;
    const type = short(exif, isLittle, from + 2);
    return { tag, type, count: word(exif, isLittle, from + 4), value: word(exif, isLittle, from + 8) };
  }
  return null;
}

/**
 * Programs differ on whether the byte order is that of the structure: prompts tell, most of their high bytes being 0.
 */
function wideText(body: Buffer): string {
  const even = Buffer.from(body.subarray(0, body.length & ~1));
  let [evenZeros, oddZeros] = [0, 0];
  for (let at = 0; at < even.length; at += 2) {
    if (even[at] === 0) evenZeros += 1;
    if (even[at + 1] === 0) oddZeros += 1;
  }
  const text = (oddZeros > evenZeros ? even : even.swap16()).toString('utf16le');
  return text.replace(/\0+$/, '');
}

function short(exif: Buffer, isLittle: boolean, at: number): number {
  return isLittle ? exif.readUInt16LE(at) : exif.readUInt16BE(at);
}

function word(exif: Buffer, isLittle: boolean, at: number): number {
  return isLittle ? exif.readUInt32LE(at) : exif.readUInt32BE(at);
}
