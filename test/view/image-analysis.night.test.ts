import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { type AnalyseImage, type ImageAnalysis, imageAnalyser } from '../../src/view/image-analysis.ts';
import { workFolder } from '../support/command-line.ts';

const look = (await imageAnalyser()) as AnalyseImage;

async function seen(name: string, bytes: Uint8Array): Promise<ImageAnalysis | null> {
  const path = join(workFolder(), name);
  writeFileSync(path, bytes);
  return look(path);
}

function surface(width: number, height: number, background: string) {
  return sharp({ create: { width, height, channels: 3, background } });
}

/** A photograph's worth of detail. */
function scene(width: number, height: number) {
  const pixels = Buffer.alloc(width * height * 3);
  for (let at = 0; at < pixels.length; at += 1) {
    const [x, y] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width)];
    pixels[at] = 128 + 100 * Math.sin(x / 17 + (at % 3)) * Math.cos(y / 23);
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

async function noisy(sigma: number): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 90, sigma } as const;
  return sharp({ create: { width: 640, height: 640, channels: 3, background: '#000', noise } })
    .jpeg()
    .toBuffer();
}

describe('the analysis of an image', () => {
  test.each([
    ['png', 1024, 768, 384, 288],
    ['jpeg', 600, 1200, 192, 384],
    ['webp', 2000, 100, 384, 19],
    ['avif', 512, 512, 384, 384],
    ['tiff', 100, 50, 100, 50],
    ['gif', 400, 400, 384, 384],
  ] as const)('gives a JPEG of at most 384 pixels for %s of %i×%i', async (format, width, height, w, h) => {
    const result = await seen(`a.${format}`, await scene(width, height)[format]().toBuffer());
    expect(await sharp(result?.thumbnail).metadata()).toMatchObject({ format: 'jpeg', width: w, height: h });
    expect(result?.type).toBe('jpg');
    expect(result?.colour).toBeNull();
  });

  test('rotates an image as its camera says, and keeps transparency', async () => {
    const turned = await scene(300, 100).jpeg().withMetadata({ orientation: 6 }).toBuffer();
    const upright = await seen('turned.jpg', turned);
    expect(await sharp(upright?.thumbnail).metadata()).toMatchObject({ width: 100, height: 300 });
    const clear = await scene(50, 50).ensureAlpha(0.5).png().toBuffer();
    const through = await seen('clear.png', clear);
    expect(through?.type).toBe('webp');
    expect(await sharp(through?.thumbnail).metadata()).toMatchObject({ format: 'webp', channels: 4 });
  });

  test('uses the first frame of an animation', async () => {
    const frames = await sharp(
      [await surface(60, 60, '#ff0000').png().toBuffer(), await scene(60, 60).png().toBuffer()],
      { join: { animated: true } },
    )
      .gif()
      .toBuffer();
    const result = await seen('moves.gif', frames);
    expect(await sharp(result?.thumbnail).metadata()).toMatchObject({ width: 60, height: 60 });
    expect(result?.colour).toBe('#ff0000');
  });

  test.each([
    ['png', '#336699'],
    ['webp', '#000000'],
    ['gif', '#ffffff'],
  ] as const)('knows %s of one colour', async (format, colour) => {
    expect((await seen('flat', await surface(800, 800, colour)[format]().toBuffer()))?.colour).toBe(colour);
  });

  test('recognizes a single colour in grey, in 16 bits and despite JPEG noise', async () => {
    const grey = await surface(64, 64, '#777777').toColourspace('b-w').png().toBuffer();
    const deep = await surface(64, 64, '#777777').toColourspace('rgb16').png().toBuffer();
    for (const bytes of [grey, deep]) expect((await seen('flat.png', bytes))?.colour).toBe('#777777');
    expect((await seen('flat.jpg', await noisy(1)))?.colour).toMatch(/^#5[89ab]5[89ab]5[89ab]$/);
  });

  test('never finds a single colour in an image that shows anything', async () => {
    expect((await seen('noise.jpg', await noisy(12)))?.colour).toBeNull();
    const dot = await surface(10, 10, '#202020').png().toBuffer();
    const sparse = await surface(1024, 1024, '#000000')
      .composite([{ input: dot, left: 9, top: 700 }])
      .png()
      .toBuffer();
    expect((await seen('sparse.png', sparse))?.colour).toBeNull();
    const even = await surface(64, 64, '#101010').png().toBuffer();
    const half = await sharp(even)
      .ensureAlpha()
      .composite([
        {
          input: Buffer.from([16, 16, 16, 0]),
          raw: { width: 1, height: 1, channels: 4 },
          tile: true,
          blend: 'dest-in',
        },
      ])
      .png()
      .toBuffer();
    expect((await seen('clear.png', half))?.colour).toBe('#000000');
  });

  test('cannot decode what is not an image, or is incomplete', async () => {
    const whole = await scene(900, 900).png().toBuffer();
    expect(await seen('page.png', Buffer.from('<html><body>Access denied</body></html>'))).toBeNull();
    expect(await seen('empty.png', Buffer.alloc(0))).toBeNull();
    expect(await seen('cut.png', whole.subarray(0, whole.length / 2))).toBeNull();
    const broken = Buffer.from(whole);
    broken.fill(0x5a, Math.floor(whole.length / 3), Math.floor(whole.length / 2));
    expect(await seen('broken.png', broken)).toBeNull();
    expect(await look(join(workFolder(), 'absent.png'))).toBeNull();
    const bomb = await surface(12_000, 12_000, '#fff').png().toBuffer();
    expect(await seen('bomb.png', bomb)).toBeNull();
  });
});
