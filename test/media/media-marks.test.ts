import fc from 'fast-check';
import { fileTypeFromBuffer } from 'file-type';
import { expect, test } from 'vitest';
import { commonType, typeOfSent } from '../../src/media/media-marks.ts';
import { jpeg, mp4, png, webp } from '../store/store-media.ts';
import { sized } from '../support/tiers.ts';

function pngWith(type: string): Buffer {
  const still = png(7, 5);
  const chunk = Buffer.concat([Buffer.alloc(4), Buffer.from(type, 'latin1'), Buffer.alloc(4)]);
  return Buffer.concat([still.subarray(0, 33), chunk, still.subarray(33)]);
}

test.each([
  ['PNG', png(7, 5), 'image/png'],
  ['PNG with a text before its picture', pngWith('tEXt'), 'image/png'],
  ['moving PNG', pngWith('acTL'), 'image/apng'],
  ['JPEG', jpeg(9, 9), 'image/jpeg'],
  ['WebP', webp(9, 9), 'image/webp'],
])('a %s is recognised as the library does', async (_, bytes, mime) => {
  expect(commonType(bytes)?.mime).toBe(mime);
  const found = await fileTypeFromBuffer(bytes);
  expect(commonType(bytes)).toEqual({ extension: found?.ext, mime: found?.mime });
});

test.each([
  ['a movie', mp4(9, 9)],
  ['JPEG-LS', Buffer.from('ffd8fff7000b08', 'hex')],
  ['three bytes of a JPEG', Buffer.from('ffd8ff', 'hex')],
  ['a PNG cut off before its picture', png(7, 5).subarray(0, 33)],
  ['a PNG whose header is not the first chunk', Buffer.from('89504e470d0a1a0a0000000049444154', 'hex')],
  ['a sound in RIFF', Buffer.from('524946460000000057415645', 'hex')],
  ['nothing', Buffer.alloc(0)],
])('%s is left to the library', (_, bytes) => {
  expect(commonType(bytes)).toBe(null);
});

test('whatever follows the marks, a type that is given at once is the one that the library gives', async () => {
  const starts = [
    png(7, 5).subarray(0, 33),
    png(7, 5),
    jpeg(9, 9).subarray(0, 4),
    webp(9, 9).subarray(0, 12),
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...starts),
      fc.uint8Array({ maxLength: 60 }),
      fc.nat(80),
      async (start, more, cut) => {
        const bytes = Buffer.concat([start, more]).subarray(0, cut + 4);
        const type = commonType(bytes);
        if (type === null) return;
        const found = await fileTypeFromBuffer(bytes);
        expect(type).toEqual({ extension: found?.ext, mime: found?.mime });
      },
    ),
    { numRuns: sized(100, 500) },
  );
});

test.each<[string, string | null]>([
  ['\x89PNG\r\n\x1a\n', 'png'],
  ['\xff\xd8\xff\xe0', 'jpg'],
  ['\xff\xd8\xff', 'jpg'],
  ['RF64\xff\xff\xff\xffWAVEds64', 'wav'],
  ['RF64\xff\xff\xff\xffWEBPVP8 ', null],
  ['GIF89a', 'gif'],
  ['RIFF\x01\x00\x00\x00WEBPVP8 ', 'webp'],
  ['RIFF\x0a\x0a\x00\x00WAVEfmt ', 'wav'],
  ['\x00\x00\x00\x1cftypavif', 'avif'],
  ['\x00\x00\x00\x1cftypisom', 'mp4'],
  ['\x00\x00\x00\x14ftypqt  ', 'mov'],
  ['\x00\x00\x00\x1cftypM4A ', 'm4a'],
  ['\x00\x00\x00\x1cftypheic', null],
  ['\x00\x00\x00\x08wide', 'mov'],
  ['\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm', 'webm'],
  ['\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska', null],
  ['ID3\x04', 'mp3'],
  ['\xff\xfb\x90', 'mp3'],
  ['<svg', null],
  ['', null],
])('a file that begins with %j is sent as type %j', (head, extension) => {
  expect(typeOfSent(Buffer.from(head, 'latin1'))?.extension ?? null).toBe(extension);
});

test('a moving PNG is sent as any other PNG, so that the ids of its jobs stay', () => {
  expect(typeOfSent(pngWith('acTL'))?.extension).toBe('png');
});
