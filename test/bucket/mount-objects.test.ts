import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { BucketTrouble } from '../../src/bucket/bucket-trouble.ts';
import { type MountCall, mountCalls, mountTrouble } from '../../src/bucket/mount/mount-calls.ts';
import { isNamed } from '../../src/bucket/mount/mount-files.ts';
import { mountObjects, once } from '../../src/bucket/mount/mount-objects.ts';

const calm = new AbortController().signal;

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'rcb-test-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

function objectOf(text: string, key = 'files/a.png') {
  const bytes = Buffer.from(text);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { key, bytes: bytes.length, sha256, mime: 'image/png', open: () => once(bytes) };
}

const systemError = (code: string): Error =>
  Object.assign(new Error(code), { code, syscall: 'write', errno: -1 });

test.each([
  ['EIO', true],
  ['ESTALE', true],
  ['ENOTCONN', true],
  ['ETIMEDOUT', true],
  ['ENOENT', true],
  ['ENOSPC', false],
  ['EDQUOT', false],
  ['EROFS', false],
  ['EACCES', false],
])('of %s it is known whether it may pass: %s', (code, isTransient) => {
  const trouble = mountTrouble(systemError(code));
  expect(trouble).toBeInstanceOf(BucketTrouble);
  expect(trouble).toMatchObject({ code, isTransient, message: expect.stringContaining(`(${code})`) });
});

/** Of a file system without hard links: what is tried first is to make one. */
function linkless(): MountCall {
  let isFirst = true;
  return (work) => {
    const said = isFirst;
    isFirst = false;
    return said ? Promise.reject(systemError('EPERM')) : work();
  };
}

test('a file gets its name where there are no hard links, and never replaces another', async () => {
  const dir = folder();
  const [part, path] = [join(dir, 'a.part'), join(dir, 'a')];
  writeFileSync(part, 'new');
  expect(await isNamed(linkless(), part, path)).toBe(true);
  expect(readdirSync(dir)).toEqual(['a']);
  expect(readFileSync(path, 'utf8')).toBe('new');
  for (const call of [linkless(), mountCalls()]) {
    writeFileSync(part, 'other');
    expect(await isNamed(call, part, path)).toBe(false);
    expect(readFileSync(path, 'utf8')).toBe('new');
  }
});

test('a call that does not come back is given up, and no other is begun meanwhile', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const call = mountCalls();
  const hung = Promise.withResolvers<string>();
  const asked = expect(call(() => hung.promise)).rejects.toMatchObject({ isTransient: true });
  await vi.advanceTimersByTimeAsync(60_000);
  await asked;
  const begun = vi.fn(async () => 'it');
  await expect(call(begun)).rejects.toThrow('it does not answer');
  expect(begun).not.toHaveBeenCalled();
  hung.resolve('late');
  await vi.advanceTimersByTimeAsync(0);
  expect(await call(begun)).toBe('it');
});

test('what changes while it is copied never gets its name, and leaves nothing', async () => {
  const root = folder();
  writeFileSync(join(root, '.rcb-run'), 'mine');
  const objects = mountObjects(root, 'mine', 'w');
  const wrong = { ...objectOf('a cat'), open: () => once(Buffer.from('a dog')) };
  await expect(objects.put(wrong, calm)).rejects.toMatchObject({ name: 'SourceChanged' });
  expect(readdirSync(join(root, 'files'))).toEqual([]);
  expect(await objects.compare(objectOf('a cat'), calm)).toBe('missing');
});

test('what a killed process left of a copy is replaced, and the same file again is fine', async () => {
  const root = folder();
  writeFileSync(join(root, '.rcb-run'), 'mine');
  mkdirSync(join(root, 'files'));
  writeFileSync(join(root, 'files/a.png.w.part'), 'half of it, and more');
  const objects = mountObjects(root, 'mine', 'w');
  await objects.put(objectOf('a cat'), calm);
  writeFileSync(join(root, 'files/a.png.w.part'), 'a cat');
  await objects.put(objectOf('a cat'), calm);
  expect(readdirSync(join(root, 'files'))).toEqual(['a.png']);
  await expect(objects.put(objectOf('a dog'), calm)).rejects.toMatchObject({ name: 'ObjectTaken' });
  expect(await (await objects.get('files/a.png', calm))?.text(3)).toBe('a c');
});

test.each(['../a.png', 'files/../../a.png', '/a.png', 'files//a.png', 'files/a\\b.png', 'C:a.png'])(
  'nothing is reached as %j',
  async (key) => {
    const root = folder();
    writeFileSync(join(root, '.rcb-run'), 'mine');
    const objects = mountObjects(root, 'mine', 'w');
    await expect(objects.put(objectOf('a cat', key), calm)).rejects.toThrow('not a plain path');
    await expect(objects.get(key, calm)).rejects.toThrow('not a plain path');
  },
);

test('nothing is read or written where the mark is missing, or that of another run', async () => {
  const root = folder();
  const objects = mountObjects(root, 'mine', 'w');
  await expect(objects.put(objectOf('a cat'), calm)).rejects.toMatchObject({ isTransient: true });
  await expect(objects.compare(objectOf('a cat'), calm)).rejects.toThrow('not mounted');
  writeFileSync(join(root, '.rcb-run'), 'theirs');
  await expect(objects.put(objectOf('a cat'), calm)).rejects.toMatchObject({ isTransient: false });
  expect(readdirSync(root)).toEqual(['.rcb-run']);
});
