import { ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pngChunk } from '../../../src/media/png-chunk.ts';
import { internationalChunk, textChunk } from '../../../src/media/recipe/png-chunks.ts';
import { readRecipe } from '../../../src/media/recipe/read-recipe.ts';
import { recipeJson } from '../../../src/media/recipe/recipe-json.ts';
import { exifWithComment } from '../../../src/media/recipe/user-comment.ts';
import { xmpWithRecipe } from '../../../src/media/recipe/xmp-packet.ts';
import { sized } from '../../support/tiers.ts';
import { pictures } from './pictures.ts';
import { catRecipe, recipeOfBytes, withRecipe } from './recipe-support.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'rcb-recipe-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const mark = Buffer.from('89504e470d0a1a0a', 'hex');
const header = pngChunk('IHDR', Buffer.from('00000001000000010800000000', 'hex'));
const end = pngChunk('IEND', Buffer.alloc(0));
const png = (...chunks: Buffer[]) => Buffer.concat([mark, header, ...chunks, end]);
const packet = xmpWithRecipe(null, catRecipe) as string;
const xmpChunk = (text: string) => internationalChunk('XML:com.adobe.xmp', Buffer.from(text));

test('a recipe is read from the file alone', async () => {
  for (const [n, picture] of (await pictures()).entries()) {
    const path = join(dir, `${n}.bin`);
    writeFileSync(path, (await withRecipe(picture, catRecipe)) as Buffer);
    expect(await readRecipe(path)).toEqual(catRecipe);
  }
});

test('a picture without a recipe, a text, an empty file and a folder hold none', async () => {
  const path = join(dir, 'a.png');
  const plain = (await pictures()).filter(({ name }) => name !== 'PNG of A1111');
  for (const bytes of [...plain.map((picture) => picture.bytes), Buffer.from('a text'), Buffer.alloc(0)]) {
    writeFileSync(path, bytes);
    expect(await readRecipe(path)).toBe(null);
  }
  expect(await readRecipe(dir)).toBe(null);
  await expect(readRecipe(join(dir, 'none.png'))).rejects.toThrow('ENOENT');
});

test('what A1111 wrote is read from PNG, and from the Exif of JPEG and WebP', async () => {
  const told = 'a cät 猫\nNegative prompt: dog\nSteps: 20, Seed: 5, Size: 8x8';
  const made = {
    job: null,
    model: null,
    input: { prompt: 'a cät 猫', negative_prompt: 'dog', seed: 5 },
    rep: 1,
    request_id: null,
  };
  expect(await recipeOfBytes(png(textChunk('parameters', told)))).toEqual(made);
  const latin = Buffer.from('parameters\0cät\nSteps: 1, Seed: 2, Size: 3x4', 'latin1');
  expect((await recipeOfBytes(png(pngChunk('tEXt', latin))))?.input).toEqual({ prompt: 'cät', seed: 2 });

  const exif = Buffer.concat([Buffer.from('Exif\0\0'), exifWithComment(told)]);
  const head = Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(exif.length + 2, 4);
  const jpeg = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
    .jpeg()
    .toBuffer();
  expect(await recipeOfBytes(Buffer.concat([head, exif, jpeg.subarray(2)]))).toEqual(made);

  const chunk = Buffer.from('EXIF....', 'latin1');
  chunk.writeUInt32LE(exif.length, 4);
  const webp = Buffer.concat([Buffer.from('RIFF....WEBP', 'latin1'), chunk, exif]);
  webp.writeUInt32LE(webp.length - 8, 4);
  expect(await recipeOfBytes(webp)).toEqual(made);
});

test('an editor that writes the packet down again, compressed or as attributes, does not lose the recipe', async () => {
  const packed = Buffer.concat([Buffer.from('XML:com.adobe.xmp\0\x01\0\0\0'), deflateSync(packet)]);
  expect(await recipeOfBytes(png(pngChunk('iTXt', packed)))).toEqual(catRecipe);
  const json = recipeJson(catRecipe).replaceAll('&', '&#38;').replaceAll('"', '&#x22;');
  for (const quote of [`'`, '"']) {
    const attribute = `<rdf:Description xmlns:ns1=${quote}urn:runcomfy-batch:recipe:1/${quote}\n ns1:recipe=${quote}${json}${quote}/></rdf:RDF>`;
    expect(await recipeOfBytes(png(xmpChunk(attribute)))).toEqual(catRecipe);
    const other = { ...catRecipe, rep: 9 };
    const again = xmpWithRecipe(attribute, other) as string;
    expect(again.match(/:recipe[=>]/g)).toHaveLength(2);
    expect(await recipeOfBytes(png(xmpChunk(again)))).toEqual(other);
  }
});

describe('a file made to hurt its reader', () => {
  test('that unpacks to far more than a recipe is not unpacked', async () => {
    const bomb = deflateSync(Buffer.alloc(64 * 1_048_576), { level: 9 });
    const packed = pngChunk('iTXt', Buffer.concat([Buffer.from('XML:com.adobe.xmp\0\x01\0\0\0'), bomb]));
    const text = pngChunk('zTXt', Buffer.concat([Buffer.from('parameters\0\0'), bomb]));
    expect(await recipeOfBytes(png(packed, text))).toBe(null);
    expect(
      await recipeOfBytes(png(packed, textChunk('parameters', 'x\nSteps: 1, Seed: 2, Size: 3x4'))),
    ).not.toBe(null);
  });

  test('of two gigabytes is read in its headers alone', async () => {
    const path = join(dir, 'large.png');
    const file = openSync(path, 'w');
    const size = 2_000_000_000;
    const large = Buffer.alloc(8);
    large.writeUInt32BE(size);
    large.write('IDAT', 4);
    const before = Buffer.concat([mark, header, xmpChunk(packet), large]);
    writeSync(file, before);
    ftruncateSync(file, before.length + size + 4);
    writeSync(file, end, 0, end.length, before.length + size + 4);
    const held = process.memoryUsage.rss();
    expect(await readRecipe(path)).toEqual(catRecipe);
    expect(process.memoryUsage.rss() - held).toBeLessThan(200_000_000);
  });

  test('with a recipe nested without end, or of other types, holds none', async () => {
    const nested = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    const texts = [
      recipeJson(catRecipe).replace('"anime"', nested),
      recipeJson(catRecipe).replace('"rep":2', '"rep":"2"'),
      recipeJson(catRecipe).replace('"job":"', '"job":["').replace('443e"', '443e"]'),
      '{"job":null,"model":null,"input":[],"rep":1,"request_id":null}',
      'null',
      '{',
    ];
    for (const text of texts) {
      const said = packet.replace(/<rcb:recipe>.*<\/rcb:recipe>/s, `<rcb:recipe>${text}</rcb:recipe>`);
      expect(await recipeOfBytes(png(xmpChunk(said)))).toBe(null);
    }
  });

  test('by turning or cutting bytes anywhere is never an error', async () => {
    const all = await pictures();
    const written = await Promise.all(
      all.map(async (picture) => (await withRecipe(picture, catRecipe)) as Buffer),
    );
    const turns = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fc.nat(), turns, fc.option(fc.nat()), async (n, turned, cut) => {
        const bytes = Buffer.from(written[n % written.length] as Buffer);
        for (const [at, value] of turned) bytes[at % bytes.length] = value;
        const found = await recipeOfBytes(
          bytes.subarray(0, cut === null ? bytes.length : cut % bytes.length),
        );
        expect(found === null || typeof found.input === 'object').toBe(true);
      }),
      { numRuns: sized(100, 1_000) },
    );
  });
});
