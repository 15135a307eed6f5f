import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Model } from '../../../src/core/models.ts';
import { ideogramV2 } from '../../../src/providers/runcomfy/built-in.ts';
import { modelCache, modelsFolder } from '../../../src/store/folder/model-cache.ts';
import { at, temporaryFolder } from '../store-support.ts';

const base = 'https://model-api.runcomfy.net/';
const priced: Model = { ...ideogramV2, price: { usd: 0.08, unit: 'output' }, pricingNote: 'per image' };

/** A cache with one entry, and the path of its file. */
async function filled(): Promise<{ cache: ReturnType<typeof modelCache>; file: string }> {
  const dir = join(temporaryFolder(), 'runcomfy-batch', 'models');
  const cache = modelCache(dir);
  await cache.write(base, 'a/b', priced, at(5));
  const [name] = readdirSync(dir);
  return { cache, file: join(dir, name as string) };
}

test('what was kept is found again under the same address and id, and under no other', async () => {
  const { cache } = await filled();
  expect(cache.read(base, 'a/b')).toEqual({ model: priced, fetchedAt: 5 });
  expect(cache.read(base, 'a/c')).toBe(null);
  expect(cache.read('http://127.0.0.1:9/', 'a/b')).toBe(null);
  await cache.write(base, 'a/b', { ...priced, price: null, inputSchema: null }, at(6));
  expect(cache.read(base, 'a/b')).toMatchObject({ model: { price: null, inputSchema: null }, fetchedAt: 6 });
});

test('the cache is private to its user and holds whole files only', async () => {
  const { file } = await filled();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(join(file, '..')).mode & 0o777).toBe(0o700);
  expect(readdirSync(join(file, '..'))).toHaveLength(1);
});

test('any id is a file of its own in the folder of the cache', async () => {
  const anyId = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('../../x', 'A/b', 'a/B', 'CON', '.', '__proto__'),
  );
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(anyId, { minLength: 1, maxLength: 5 }), async (ids) => {
      const dir = join(temporaryFolder(), 'c');
      const cache = modelCache(dir);
      for (const [n, id] of ids.entries()) await cache.write(base, id, { ...priced, id }, at(n));
      const names = readdirSync(dir);
      expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(ids.length);
      for (const name of names) expect(Buffer.byteLength(name)).toBeLessThan(120);
      for (const [n, id] of ids.entries()) {
        expect(cache.read(base, id)).toEqual({ model: { ...priced, id }, fetchedAt: n });
      }
    }),
    { numRuns: 12 },
  );
});

test('a file that is damaged or not ours is as if absent, and is written over', async () => {
  const { cache, file } = await filled();
  const right = readFileSync(file, 'utf8');
  const entry = JSON.parse(right);
  const wrong = [
    '',
    right.slice(0, -20),
    '[]',
    'null',
    '"\u0000',
    JSON.stringify({ ...entry, version: entry.version - 1 }),
    JSON.stringify({ ...entry, version: entry.version + 1 }),
    JSON.stringify({ ...entry, id: 'a/c' }),
    JSON.stringify({ ...entry, fetchedAt: '5' }),
    JSON.stringify({ ...entry, model: { ...entry.model, categories: [1] } }),
    JSON.stringify({ ...entry, model: { ...entry.model, price: { usd: 'free', unit: 'output' } } }),
    JSON.stringify({ ...entry, model: { ...entry.model, inputSchema: [] } }),
    JSON.stringify({ ...entry, model: { ...entry.model, displayName: undefined } }),
    JSON.stringify({ ...entry, model: { ...entry.model, capacity: 0 } }),
    JSON.stringify({ ...entry, model: { ...entry.model, coldStartMs: '4 min' } }),
    ' '.repeat(9_000_000) + right,
  ];
  for (const text of wrong) {
    writeFileSync(file, text);
    expect(cache.read(base, 'a/b'), text.slice(0, 200)).toBe(null);
  }
  await cache.write(base, 'a/b', priced, at(7));
  expect(cache.read(base, 'a/b')).toMatchObject({ fetchedAt: 7 });
});

test('a cache that the disk does not take is none', async () => {
  const dir = temporaryFolder();
  writeFileSync(join(dir, 'file'), '');
  const blocked = modelCache(join(dir, 'file', 'models'));
  await blocked.write(base, 'a/b', priced, at(5));
  expect(blocked.read(base, 'a/b')).toBe(null);

  symlinkSync('nowhere', join(dir, 'loose'));
  const loose = modelCache(join(dir, 'loose'));
  await loose.write(base, 'a/b', priced, at(5));
  expect(loose.read(base, 'a/b')).toBe(null);

  const { cache, file } = await filled();
  rmSync(file);
  mkdirSync(file);
  await cache.write(base, 'a/b', priced, at(5));
  expect(cache.read(base, 'a/b')).toBe(null);
  expect(readdirSync(join(file, '..'))).toHaveLength(1);
});

test('the cache is where XDG_CACHE_HOME says, and otherwise where the system keeps such files', () => {
  const below = join('runcomfy-batch', 'models');
  expect(modelsFolder({ XDG_CACHE_HOME: '/caches' })).toBe(join('/caches', below));
  const usual = process.platform === 'win32' ? join('runcomfy-batch', 'Cache', 'models') : below;
  expect(modelsFolder({ XDG_CACHE_HOME: '' })?.endsWith(join('/', usual))).toBe(true);
});
