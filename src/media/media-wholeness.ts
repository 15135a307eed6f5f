import type { ReadBytes } from '../core/ports.ts';
import { boxesAreWhole } from './media-boxes.ts';

type Check = (read: ReadBytes, bytes: number) => Promise<boolean>;

// A few encoders put something after the end: the mark is searched for in this much of the tail.
const tailBytes = 65_536;

const iend = Buffer.from('49454e44ae426082', 'hex');
const endOfJpeg = Buffer.from('ffd9', 'hex');
const startOfScan = Buffer.from('ffda', 'hex');

const png: Check = async (read, bytes) => (await tail(read, bytes)).includes(iend);

// Neither mark occurs inside a scan (0xff is followed by 0x00 there); a thumbnail in the header has both.
const jpeg: Check = async (read, bytes) => {
  const end = await tail(read, bytes);
  return end.lastIndexOf(endOfJpeg) > end.lastIndexOf(startOfScan);
};

const webp: Check = async (read, bytes) => {
  const head = await read(0, 12);
  return head.length === 12 && head.readUInt32LE(4) + 8 <= bytes;
};

const gif: Check = async (read, bytes) => {
  const end = await tail(read, bytes);
  const last = end.findLastIndex((byte) => byte !== 0);
  return end[last] === 0x3b;
};

const svg: Check = async (read, bytes) =>
  /<\/(?:[\w-]+:)?svg\s*>|\/>\s*$/.test((await tail(read, bytes)).toString('latin1'));

const movie: Check = (read, bytes) => boxesAreWhole(read, bytes, ['moov', 'mdat']);

const still: Check = (read, bytes) => boxesAreWhole(read, bytes, ['meta']);

/** How each type shows that it is complete. A body without a length can be cut short unnoticed. */
const checks: Readonly<Record<string, Check>> = {
  'image/png': png,
  'image/apng': png,
  'image/jpeg': jpeg,
  'image/webp': webp,
  'image/gif': gif,
  'image/svg+xml': svg,
  'image/avif': still,
  'image/heic': still,
  'video/mp4': movie,
  'video/x-m4v': movie,
  'video/quicktime': movie,
};

/** Whether a file of this type is complete; true for types that do not mark their end. */
export async function isWhole(mime: string, read: ReadBytes, bytes: number): Promise<boolean> {
  const check = checks[mime];
  return check === undefined || (await check(read, bytes));
}

function tail(read: ReadBytes, bytes: number): Promise<Buffer> {
  const from = Math.max(0, bytes - tailBytes);
  return read(from, bytes - from);
}
