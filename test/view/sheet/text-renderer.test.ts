import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { Picture } from '../../../src/view/sheet/sheet-raster.ts';
import type { TextStyle } from '../../../src/view/sheet/text-drawing.ts';
import { openTextRenderer, type TextRenderer } from '../../../src/view/sheet/text-renderer.ts';
import { sheetFolder } from './sheet-builders.ts';

const style: TextStyle = { px: 14, colour: '#000000' };
const textRenderer: TextRenderer = await openTextRenderer(sharp);
const line = await textRenderer.lineHeight(14);
const prompt =
  'A photorealistic wide shot of a lighthouse at the end of a long stone pier during a violent autumn storm, waves breaking over the parapet, gulls in the wind, warm light in the lantern room, cinematic colour grading, 35mm, f/2.8, shallow depth of field, and a lone keeper in a raincoat looking out to sea.';

async function rendered(text: string, width = 320, height = 400): Promise<Picture> {
  const picture = await textRenderer.render(text, style, width, height);
  if (picture === null) throw new Error(`Nothing was rendered for ${JSON.stringify(text)}.`);
  return picture;
}

function inked({ pixels }: Picture): number {
  let count = 0;
  for (let at = 3; at < pixels.length; at += 4) if ((pixels[at] as number) > 128) count += 1;
  return count;
}

describe('a text', () => {
  test('of 300 characters wraps into lines that stay within the width', async () => {
    expect(prompt.length).toBeGreaterThanOrEqual(300);
    const picture = await rendered(prompt);
    expect(picture.width).toBeLessThanOrEqual(320);
    expect(picture.height % line).toBe(0);
    expect(picture.height / line).toBeGreaterThan(5);
    expect(picture.height / line).toBeLessThan(14);
  });

  test('without spaces wraps too', async () => {
    const picture = await rendered('x'.repeat(300));
    expect(picture.width).toBeLessThanOrEqual(320);
    expect(picture.height / line).toBeGreaterThan(4);
  });

  test('that needs more height is cut to it, as late as possible', async () => {
    const cut = await rendered(prompt.repeat(50), 320, 3 * line);
    expect(cut.height).toBe(3 * line);
    expect(inked(cut)).toBeGreaterThan(inked(await rendered(prompt, 320, 2 * line)));
    expect((await rendered(prompt, 320, 3 * line)).pixels).toEqual(
      (await rendered(`${prompt} more`, 320, 3 * line)).pixels,
    );
  });

  test('begins at the same height whether its letters are tall or not', async () => {
    const tops = await Promise.all(
      ['|x', '|É', '|g'].map(async (text) => {
        const { pixels, width } = await rendered(text);
        // The stroke in front is as tall in each of them.
        const rows = pixels.length / width / 4;
        return Array.from({ length: rows }, (_, row) =>
          pixels.subarray(row * width * 4, row * width * 4 + 8),
        ).findIndex((start) => (start[3] as number) > 100 || (start[7] as number) > 100);
      }),
    );
    expect(new Set(tops).size).toBe(1);
  });

  test('that looks like markup is shown literally', async () => {
    const shown = await rendered('<b>&amp;</b>');
    expect(shown.width).toBeGreaterThan(2 * (await rendered('&')).width);
    expect(inked(shown)).not.toBe(inked(await rendered('&')));
    expect(inked(await rendered('<span foreground="red">&'))).toBeGreaterThan(0);
  });

  test('of any script is rendered', async () => {
    const shown = await Promise.all(
      ['紫色の猫', 'قطة بنفسجية', '🐱👨‍👩‍👧', 'Ünïcödé', 'кошка'].map((text) => rendered(text)),
    );
    for (const picture of shown) expect(inked(picture)).toBeGreaterThan(20);
    expect(new Set(shown.map(({ pixels }) => pixels.toString())).size).toBe(shown.length);
  });

  test('is on one line without invisible or control characters', async () => {
    const plain = await rendered('a b');
    for (const hostile of ['a\nb', 'a\u0000\u0007b', 'a \u202eb', '\ufeffa\tb\u2066', 'a b\ud800'])
      expect((await rendered(hostile)).pixels).toEqual(plain.pixels);
  });

  test('that has nothing to show, or no room, gives nothing', async () => {
    for (const empty of ['', '  \n', '\u200b\u202e'])
      expect(await textRenderer.render(empty, style, 300, 300)).toBeNull();
    expect(await textRenderer.render('a', style, 5, 300)).toBeNull();
    expect(await textRenderer.render('a', style, 300, 5)).toBeNull();
  });
});

describe('on a machine without fonts', () => {
  const module = fileURLToPath(new URL('../../../src/view/sheet/text-renderer.ts', import.meta.url));

  /** Runs a script in a process that finds no font of the system. */
  async function fontless(script: string) {
    const dir = sheetFolder();
    mkdirSync(join(dir, 'none'));
    const config = join(dir, 'fonts.conf');
    writeFileSync(
      config,
      `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>${join(dir, 'none')}</dir></fontconfig>`,
    );
    const code = `import sharp from 'sharp'; import { openTextRenderer } from ${JSON.stringify(module)}; ${script}`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--no-warnings', '--experimental-strip-types', '--input-type=module', '-e', code],
      {
        cwd: fileURLToPath(new URL('../../..', import.meta.url)),
        env: { ...process.env, FONTCONFIG_FILE: config },
      },
    );
    return JSON.parse(stdout);
  }

  test('letters come from the packaged font, and missing ones are reported', async () => {
    const seen = await fontless(`
      const textRenderer = await openTextRenderer(sharp);
      const style = { px: 14, colour: '#000000' };
      const [a, b] = [await textRenderer.render('label', style, 300, 99), await textRenderer.render('lapel', style, 300, 99)];
      const has = await Promise.all(['ж', 'é', 'ق', '紫', '猫', '\\u{20bb7}'].map((one) => textRenderer.hasGlyph(one)));
      console.log(JSON.stringify({ differ: Buffer.compare(a.pixels, b.pixels) !== 0, has }));`);
    expect(seen).toEqual({ differ: true, has: [true, true, true, false, false, false] });
  });

  test('and without the packaged font, sheets are refused with a message', async () => {
    const seen = await fontless(`
      const none = { family: 'sans', file: null };
      const error = await openTextRenderer(sharp, { regular: none, bold: none }).catch((error) => error);
      console.log(JSON.stringify({ about: error.about, message: error.message }));`);
    expect(seen).toEqual({
      about: 'usage',
      message: 'No font was found on this machine, so the labels of a contact sheet cannot be drawn.',
    });
  });
});
