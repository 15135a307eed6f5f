// The one table of the marks that files begin with. Own code beside file-type, which reads asynchronously and takes
// many times as long for the types that most files have, and whose names for some types would change the ids of jobs.
import { type MediaType, sentHeadBytes, sentTypes } from '../core/media.ts';
import { pngMark } from './png-chunk.ts';

const apng: MediaType = { mime: 'image/apng', extension: 'apng' };
const jpegMark = '\xff\xd8\xff';
// JPEG-LS begins as JPEG does, except for its first frame.
const jpegLsFrame = 0xf7;

/** The major brand of an ISO container; null: a type that no job can send. All others count as mp4. */
const byBrand: Readonly<Record<string, MediaType | null>> = {
  avif: sentTypes.avif,
  avis: sentTypes.avif,
  'qt  ': sentTypes.mov,
  'M4A ': sentTypes.m4a,
  'M4B ': sentTypes.m4a,
  heic: null,
  heix: null,
  hevc: null,
  mif1: null,
  msf1: null,
  'crx ': null,
};

/**
 * The type of a picture that begins as most do, exactly as file-type gives it; null where only file-type can tell.
 * `head` is the beginning of the file.
 */
export function commonType(head: Buffer): MediaType | null {
  if (isPng(head)) return stillOrMoving(head);
  if (isJpeg(head)) return head.length > 3 && head[3] !== jpegLsFrame ? sentTypes.jpeg : null;
  return /^RIFF[\s\S]{4}WEBP$/.test(head.toString('latin1', 0, 12)) ? sentTypes.webp : null;
}

/** See `TypeOfSent`. Whether a PNG moves makes no difference here. */
export function typeOfSent(head: Buffer): MediaType | null {
  if (isPng(head)) return sentTypes.png;
  if (isJpeg(head)) return sentTypes.jpeg;
  const text = head.toString('latin1', 0, sentHeadBytes);
  if (/^RIFF[\s\S]{4}WEBP/.test(text)) return sentTypes.webp;
  if (/^(?:RIFF|RF64)[\s\S]{4}WAVE/.test(text)) return sentTypes.wav;
  if (/^GIF8[79]a/.test(text)) return sentTypes.gif;
  if (text.startsWith('\x1a\x45\xdf\xa3')) return text.includes('webm') ? sentTypes.webm : null;
  if (text.startsWith('ID3') || /^\xff[\xf2\xf3\xfa\xfb]/.test(text)) return sentTypes.mp3;
  const box = text.slice(4, 8);
  if (box === 'ftyp') return typeOfBrand(text.slice(8, 12));
  // QuickTime files from before there were brands begin with one of their parts.
  return /^(?:moov|wide|mdat)$/.test(box) ? sentTypes.mov : null;
}

function typeOfBrand(brand: string): MediaType | null {
  return Object.hasOwn(byBrand, brand) ? (byBrand[brand] as MediaType | null) : sentTypes.mp4;
}

function isPng(head: Buffer): boolean {
  return head.length >= pngMark.length && head.compare(pngMark, 0, pngMark.length, 0, pngMark.length) === 0;
}

function isJpeg(head: Buffer): boolean {
  return head.toString('latin1', 0, 3) === jpegMark;
}

/** By the first chunk that tells a still picture from a moving one. */
function stillOrMoving(head: Buffer): MediaType | null {
  let at = pngMark.length;
  if (head.length < at + 8 || head.toString('latin1', at + 4, at + 8) !== 'IHDR') return null;
  while (at + 8 <= head.length) {
    const type = head.toString('latin1', at + 4, at + 8);
    if (type === 'IDAT') return sentTypes.png;
    if (type === 'acTL') return apng;
    at += 12 + head.readUInt32BE(at);
  }
  return null;
}
