import fc from 'fast-check';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { pngChunk } from '../../../src/media/png-chunk.ts';
import { sized } from '../../support/tiers.ts';
import { foreignXmp, type Picture, partsOf, pictures } from './pictures.ts';
import { anyRecipe, catRecipe, recipeOfBytes, withRecipe } from './recipe-support.ts';

let all: Picture[];
beforeAll(async () => {
  all = await pictures();
});

async function written(picture: Pick<Picture, 'bytes' | 'mime'>, recipe = catRecipe): Promise<Buffer> {
  const bytes = await withRecipe(picture, recipe);
  if (bytes === null) throw new Error('The picture has taken no recipe.');
  return bytes;
}

const named = (name: string): Picture => all.find((picture) => picture.name === name) as Picture;
const pixels = (bytes: Buffer) =>
  sharp(bytes, { animated: true }).raw({ depth: 'ushort' }).toBuffer({ resolveWithObject: true });

describe('a recipe that is written into a picture', () => {
  test('comes back as it was, whatever it says, from pictures of every kind', async () => {
    await fc.assert(
      fc.asyncProperty(anyRecipe, fc.nat(), async (recipe, n) => {
        const picture = all[n % all.length] as Picture;
        expect(await recipeOfBytes(await written(picture, recipe))).toStrictEqual(recipe);
      }),
      { numRuns: sized(100, 500) },
    );
  });

  test('replaces the one before it, so that no file carries two', async () => {
    await fc.assert(
      fc.asyncProperty(anyRecipe, anyRecipe, fc.nat(), async (first, second, n) => {
        const picture = all[n % all.length] as Picture;
        const once = await written(picture, second);
        const twice = await written({ ...picture, bytes: await written(picture, first) }, second);
        expect(twice.equals(once)).toBe(true);
      }),
      { numRuns: sized(60, 300) },
    );
  });

  test('leaves every pixel, and every part that is not about the making, as it was', async () => {
    for (const picture of all) {
      const bytes = await written(picture);
      expect([picture.name, partsOf({ ...picture, bytes })]).toEqual([picture.name, partsOf(picture)]);
      const [before, after] = await Promise.all([pixels(picture.bytes), pixels(bytes)]);
      expect([picture.name, after.info]).toEqual([picture.name, before.info]);
      expect(after.data.equals(before.data)).toBe(true);
    }
  });

  test('is found by another reader, and so is what the server said before', async () => {
    for (const picture of all) {
      const [before, after] = await Promise.all(
        [picture.bytes, await written(picture)].map((bytes) => sharp(bytes, { animated: true }).metadata()),
      );
      const name = picture.name;
      expect([name, after?.xmpAsString]).toEqual([name, expect.stringContaining('<rcb:recipe>')]);
      expect([name, after?.icc]).toEqual([name, before?.icc]);
      expect([name, after?.pages, after?.hasAlpha]).toEqual([name, before?.pages, before?.hasAlpha]);
      if (before?.xmpAsString !== undefined)
        expect(after?.xmpAsString).toContain('xmp:CreatorTool="the server"');
      if (before?.exif !== undefined) expect([name, after?.exif]).toEqual([name, before.exif]);
      else if (picture.mime.endsWith('png')) {
        const told = after?.comments?.filter(({ keyword }) => keyword === 'parameters');
        expect([name, told?.length]).toEqual([name, 1]);
        expect(told?.[0]?.text).toMatch(
          picture.isDescribed ? /Steps: 20/ : /^a purple cat, "loud"\nNegative/,
        );
      } else {
        const comment = after?.exif?.swap16().toString('utf16le') ?? '';
        expect([name, comment]).toEqual([name, expect.stringContaining('Seed: 7, Size: 23x17, Model: ideo')]);
      }
    }
  });
});

test('prompts in any script are found by another reader under the name that A1111 uses', async () => {
  for (const prompt of ['plain', 'Ünïcödé', '猫 😀']) {
    const bytes = await written(named('RGBA PNG'), { ...catRecipe, input: { prompt } });
    const { comments } = await sharp(bytes).metadata();
    expect(comments?.find(({ keyword }) => keyword === 'parameters')?.text).toMatch(
      new RegExp(`^${prompt}\nSize: `),
    );
  }
});

describe('a picture is left as it came', () => {
  const declined = (picture: Pick<Picture, 'bytes' | 'mime'>) => withRecipe(picture, catRecipe);

  test('where its type carries no recipe', async () => {
    const gif = await sharp(named('RGBA PNG').bytes).gif().toBuffer();
    expect(await declined({ bytes: gif, mime: 'image/gif' })).toBe(null);
    expect(await declined({ ...named('JPEG'), mime: 'video/mp4' })).toBe(null);
  });

  test('where its bytes are of another type than is said', async () => {
    for (const { bytes } of [named('JPEG'), named('RGBA PNG'), named('lossy WebP')]) {
      const others = ['image/png', 'image/jpeg', 'image/webp'].map((mime) => declined({ bytes, mime }));
      expect((await Promise.all(others)).filter((made) => made !== null)).toHaveLength(1);
    }
  });

  test('where C2PA signs its bytes, since any change breaks the signature', async () => {
    const png = named('RGBA PNG');
    const signed = pngChunk('caBX', Buffer.from('jumbc2pa'));
    const inPng = Buffer.concat([png.bytes.subarray(0, 33), signed, png.bytes.subarray(33)]);
    expect(await declined({ ...png, bytes: inPng })).toBe(null);

    const jpeg = named('JPEG');
    const jumbf = Buffer.from('\xff\xeb\0\x1aJP\0\x01\0\0\0\x01\0\0\0\x0ejumbc2pa..', 'latin1');
    const inJpeg = Buffer.concat([jpeg.bytes.subarray(0, 2), jumbf, jpeg.bytes.subarray(2)]);
    expect(await declined({ ...jpeg, bytes: inJpeg })).toBe(null);

    const webp = named('WebP with a profile');
    const inWebp = Buffer.concat([webp.bytes, Buffer.from('C2PA\x04\0\0\0jumb', 'latin1')]);
    inWebp.writeUInt32LE(inWebp.length - 8, 4);
    expect(await declined({ ...webp, bytes: inWebp })).toBe(null);
  });

  test('where the recipe does not fit into a segment of JPEG', async () => {
    const recipe = { ...catRecipe, input: { prompt: 'x'.repeat(40_000) } };
    expect(await withRecipe(named('JPEG'), recipe)).toBe(null);
    expect(await recipeOfBytes(await written(named('lossy WebP'), recipe))).toEqual(recipe);
    expect(await recipeOfBytes(await written(named('RGBA PNG'), recipe))).toEqual(recipe);
  });

  test('where the recipe is longer than anybody reads', async () => {
    const recipe = { ...catRecipe, input: { prompt: 'x'.repeat(600_000) } };
    for (const picture of all) expect(await withRecipe(picture, recipe)).toBe(null);
  });

  test('where its XMP is not built as XMP is', async () => {
    const broken = await sharp(named('RGBA PNG').bytes).withXmp('<x:xmpmeta/>').png().toBuffer();
    expect(await declined({ bytes: broken, mime: 'image/png' })).toBe(null);
  });

  test('where it ends anywhere before its end, or with a byte turned there is never an error', async () => {
    for (const picture of all) {
      const { bytes } = picture;
      for (let end = 0; end < bytes.length; end += Math.ceil(bytes.length / 60)) {
        const made = await declined({ ...picture, bytes: bytes.subarray(0, end) });
        if (made !== null)
          expect(picture.mime === 'image/jpeg' || picture.name.includes('behind')).toBe(true);
      }
      for (let at = 0; at < bytes.length; at += Math.ceil(bytes.length / 60)) {
        const turned = Buffer.from(bytes);
        turned[at] = (turned[at] as number) ^ 0xff;
        const made = await declined({ ...picture, bytes: turned });
        if (made !== null) expect(made.length).toBeGreaterThan(bytes.length);
      }
    }
  });
});

test('a description that the server gave is not given a second time', async () => {
  const described = foreignXmp.replace(
    'xmp:CreatorTool=',
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmp:CreatorTool=',
  );
  const said = described.replace(
    'the server"/>',
    'the server"><dc:description>mine</dc:description></rdf:Description>',
  );
  const picture = {
    bytes: await sharp(named('RGBA PNG').bytes).withXmp(said).png().toBuffer(),
    mime: 'image/png',
  };
  const { xmpAsString = '' } = await sharp(await written(picture)).metadata();
  expect(xmpAsString.match(/<dc:description>/g)).toHaveLength(1);
  expect(xmpAsString).toContain('<dc:description>mine<');
});
