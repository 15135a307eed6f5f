import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDurable, writeWholeBytes } from '../../../src/store/files/durable-files.ts';
import { temporaryFolder } from '../store-support.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);

test('a durable file is in place once it is whole, and what was there stays until then', async () => {
  const dir = temporaryFolder();
  const path = join(dir, 'manifest.jsonl');
  writeFileSync(path, 'before');
  const seen: string[] = [];
  function* pieces() {
    for (const piece of ['one ', 'two']) {
      seen.push(readFileSync(path, 'utf8'));
      yield bytes(piece);
    }
  }
  await writeWholeBytes(path, pieces(), 0o600);
  expect(seen).toEqual(['before', 'before']);
  expect(readFileSync(path, 'utf8')).toBe('one two');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(dir)).toEqual(['manifest.jsonl']);
});

test('what was there stays when the content breaks off, and nothing else is left', async () => {
  const dir = temporaryFolder();
  const path = join(dir, 'manifest.jsonl');
  writeFileSync(path, 'before');
  const reason = new Error('enough');
  function* broken(): Iterable<Uint8Array> {
    yield bytes('half');
    throw reason;
  }
  await expect(writeWholeBytes(path, broken())).rejects.toBe(reason);
  expect(readFileSync(path, 'utf8')).toBe('before');
  expect(readdirSync(dir)).toEqual(['manifest.jsonl']);
});

test('a link that is planted under either name of a durable file is replaced, never followed', async () => {
  const dir = temporaryFolder();
  const path = join(dir, 'manifest.jsonl');
  writeFileSync(join(dir, 'precious'), 'mine');
  for (const name of ['manifest.jsonl', 'manifest.jsonl.part']) {
    symlinkSync(join(dir, 'precious'), join(dir, name));
  }
  await writeWholeBytes(path, [bytes('new')]);
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(readFileSync(join(dir, 'precious'), 'utf8')).toBe('mine');
  expect(readdirSync(dir).sort()).toEqual(['manifest.jsonl', 'precious']);
});

test('what an earlier life left of a durable file gives way, and its other leftovers with it', async () => {
  const dir = temporaryFolder();
  for (const name of ['cat.part', 'cat.recipe.part']) writeFileSync(join(dir, name), 'left by a crash');
  const file = openDurable(join(dir, 'cat.part'), 0o666, [join(dir, 'cat.recipe.part')]);
  await file.write([bytes('a '), bytes('cat')]);
  expect((await file.read(2, 100)).toString()).toBe('cat');
  await file.seal();
  file.giveName(join(dir, 'cat.png'));
  file.discard();
  expect(readdirSync(dir)).toEqual(['cat.png']);
  expect(readFileSync(join(dir, 'cat.png'), 'utf8')).toBe('a cat');
});

test('a disk that refuses a durable file is blamed in a sentence, and nothing is left', async () => {
  const dir = temporaryFolder();
  mkdirSync(join(dir, 'full', 'of it'), { recursive: true });
  for (const path of [join(dir, 'full'), join(dir, 'nowhere', 'x.csv')]) {
    await expect(writeWholeBytes(path, [bytes('x')])).rejects.toMatchObject({
      about: 'output',
      message: expect.stringContaining(path),
    });
  }
  expect(readdirSync(dir)).toEqual(['full']);
});
