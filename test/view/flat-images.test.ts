import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readFlatImages } from '../../src/view/flat-images.ts';

function folderWith(text: string | null): string {
  const dir = mkdtempSync(join(tmpdir(), 'rcb-flat-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  if (text === null) return dir;
  mkdirSync(join(dir, 'thumbs'));
  writeFileSync(join(dir, 'thumbs/flat.jsonl'), text);
  return dir;
}

const black = { path: 'files/a "cat"\u2028.png', sha256: 'ab'.repeat(32), colour: '#000000' };
const white = { path: 'files/b.png', sha256: 'cd'.repeat(32), colour: '#ffffff' };

test('single-colour images are read in the order in which they were found', () => {
  const dir = folderWith(`${JSON.stringify(black)}\n${JSON.stringify(white)}\n`);
  expect(readFlatImages(dir)).toEqual([black, white]);
});

test('a run folder that was never analysed has none', () => {
  expect(readFlatImages(folderWith(null))).toEqual([]);
});

test('a line that a killed process left incomplete is skipped, wherever it is cut', () => {
  const torn = JSON.stringify(white);
  for (let length = 0; length < torn.length; length += 1) {
    const dir = folderWith(`${JSON.stringify(black)}\n${torn.slice(0, length)}`);
    expect(readFlatImages(dir)).toEqual([black]);
  }
});
