import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { UserError } from '../../../src/core/complaints.ts';
import { ownPartOf, removeAbandoned, replaceFile } from '../../../src/store/files/replaced-files.ts';
import { temporaryFolder } from '../store-support.ts';

test('a file is replaced whole, by several at once too, and nothing else is left', async () => {
  const dir = temporaryFolder();
  const path = join(dir, 'page.html');
  const texts = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(700_000));
  await Promise.all(texts.map((text) => replaceFile(path, [text, text], 'synced')));
  expect(texts.map((text) => text + text)).toContain(readFileSync(path, 'utf8'));
  await replaceFile(path, Buffer.from('bytes'), 'unsynced');
  expect(readFileSync(path, 'utf8')).toBe('bytes');
  expect(readdirSync(dir)).toEqual(['page.html']);
});

test('what was there stays when the content breaks off, and the reason is passed on', async () => {
  const dir = temporaryFolder();
  const path = join(dir, 'page.html');
  writeFileSync(path, 'before');
  const reason = new Error('enough');
  function* broken(): Iterable<string> {
    yield 'x'.repeat(1_000_000);
    throw reason;
  }
  await expect(replaceFile(path, broken(), 'synced')).rejects.toBe(reason);
  expect(readFileSync(path, 'utf8')).toBe('before');
  expect(readdirSync(dir)).toEqual(['page.html']);
});

test('a text is asked for only when those before it are written', async () => {
  const dir = temporaryFolder();
  const piece = 'x'.repeat(100_000);
  let asked = 0;
  let most = 0;
  function* texts(): Iterable<string> {
    for (; asked < 100; asked += 1) {
      const part = readdirSync(dir).find((name) => name.endsWith('.part')) as string;
      most = Math.max(most, asked * piece.length - readFileSync(join(dir, part)).length);
      yield piece;
    }
  }
  await replaceFile(join(dir, 'page.html'), texts(), 'unsynced');
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThan(500_000);
});

test('a disk that refuses is blamed in a sentence', async () => {
  const dir = temporaryFolder();
  mkdirSync(join(dir, 'page.html'));
  for (const path of [join(dir, 'page.html'), join(dir, 'no/page.html')]) {
    const refused = replaceFile(path, ['x'], 'synced');
    await expect(refused).rejects.toBeInstanceOf(UserError);
    await expect(refused).rejects.toMatchObject({ about: 'output', message: expect.stringContaining(path) });
  }
  expect(readdirSync(dir)).toEqual(['page.html']);
});

test('only leftovers of such writes that nobody has touched for long are taken away', async () => {
  const dir = temporaryFolder();
  const [old, fresh, foreign] = [
    '.a.html.0123456789ab.part',
    '.a.html.ba9876543210.part',
    'manifest.jsonl.part',
  ];
  for (const name of [old, fresh, foreign] as string[]) writeFileSync(join(dir, name), 'half');
  for (const name of [old, foreign] as string[]) utimesSync(join(dir, name), 1, 1);
  await removeAbandoned(dir);
  expect([old, fresh, foreign].map((name) => existsSync(join(dir, name as string)))).toEqual([
    false,
    true,
    true,
  ]);
});

test('a link that is planted in place of a file is replaced, and never followed', async () => {
  const dir = temporaryFolder();
  const path = join(dir, 'page.html');
  writeFileSync(join(dir, 'precious'), 'mine');
  symlinkSync(join(dir, 'precious'), path);
  await replaceFile(path, ['new'], 'synced');
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(readFileSync(join(dir, 'precious'), 'utf8')).toBe('mine');
});

test('writers of one file never share a name for what is unfinished', () => {
  const parts = Array.from({ length: 100 }, () => ownPartOf(join('out', 'page.html')));
  expect(new Set(parts).size).toBe(100);
});
