import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { dosDateTimeToDate, type Entry } from 'yauzl';
import { openZip } from '../../../src/store/parcels/zip-file.ts';
import { workFolder } from '../../support/command-line.ts';
import { isNight, sized } from '../../support/tiers.ts';
import { zipEntries } from '../../support/unzipped.ts';

async function* pieces(...all: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const each of all) yield typeof each === 'string' ? Buffer.from(each) : each;
}

const unzips = spawnSync('unzip', ['-v']).status === 0;

/** What the system's own unzip thinks of it, where there is one. */
function testWithUnzip(path: string): void {
  if (unzips) execFileSync('unzip', ['-tqq', path], { stdio: 'pipe' });
}

test('files of any length and name come back as they were, with their times and readable to their owner', async () => {
  const path = join(workFolder(), 'x.zip');
  const zip = openZip(path);
  const at = Date.UTC(2026, 10, 29, 21, 30, 20);
  const long = Buffer.alloc(3_000_001, 'abc');
  const text = Buffer.from('a page '.repeat(1_000));
  expect(await zip.add({ name: 'files/猫 é.txt', at, maxBytes: 5 }, pieces('ca', 'ts'))).toBe(4);
  await zip.add({ name: 'empty', at: null, maxBytes: 0 }, pieces());
  await zip.add(
    { name: 'long.bin', at, maxBytes: long.length },
    pieces(long.subarray(0, 7), long.subarray(7)),
  );
  const { crc32 } = await import('node:zlib');
  await zip.addDeflated(
    { name: 'index.html', at, maxBytes: text.length },
    pieces(deflateRawSync(text)),
    () => ({
      bytes: text.length,
      crc: crc32(text),
    }),
  );
  expect(existsSync(path)).toBe(false);
  expect(await zip.finish()).toBe(statSync(path).size);
  testWithUnzip(path);

  const read = new Map<string, Buffer>();
  const entries: Entry[] = [];
  await zipEntries(path, async (opened, entry) => {
    entries.push(entry);
    read.set(entry.fileName, Buffer.concat(await (await opened.openReadStreamPromise(entry)).toArray()));
  });
  expect(Object.fromEntries(read)).toEqual({
    'files/猫 é.txt': Buffer.from('cats'),
    empty: Buffer.alloc(0),
    'long.bin': long,
    'index.html': text,
  });
  const [first, empty] = entries as [Entry, Entry];
  expect(first.externalFileAttributes >>> 16).toBe(0o100644);
  const local = dosDateTimeToDate(first.lastModFileDate, first.lastModFileTime);
  expect([local.getFullYear(), local.getDate(), local.getHours(), local.getSeconds()]).toEqual([
    2026, 29, 21, 20,
  ]);
  expect(empty.lastModFileDate).toBe((1 << 5) | 1);
});

test('more files than the old form counts are all there', async () => {
  const path = join(workFolder(), 'many.zip');
  const zip = openZip(path);
  const all = sized(66_000, 200_000);
  for (let n = 0; n < all; n += 1) {
    await zip.add({ name: `files/${n}.txt`, at: null, maxBytes: 8 }, pieces(String(n)));
  }
  await zip.finish();
  testWithUnzip(path);
  const { names, count } = await zipEntries(path, async () => {});
  expect([count, names.length, names.at(-1)]).toEqual([all, all, `files/${all - 1}.txt`]);
});

test.runIf(isNight)('five gigabytes take little memory, and a file behind them is found', async () => {
  const path = join(workFolder(), 'large.zip');
  const zip = openZip(path);
  const block = Buffer.alloc(1 << 20, 7);
  async function* large(): AsyncGenerator<Uint8Array> {
    for (let n = 0; n < 5_000; n += 1) yield block;
  }
  const before = process.memoryUsage.rss();
  await zip.add({ name: 'large.mp4', at: null, maxBytes: 5_000 * block.length }, large());
  expect(process.memoryUsage.rss() - before).toBeLessThan(300_000_000);
  await zip.add({ name: 'after.txt', at: null, maxBytes: 5 }, pieces('after'));
  await zip.finish();
  testWithUnzip(path);
  let after = '';
  await zipEntries(path, async (opened, entry) => {
    if (entry.fileName !== 'after.txt') return;
    after = Buffer.concat(await (await opened.openReadStreamPromise(entry)).toArray()).toString();
  });
  expect(after).toBe('after');
});

test('what goes wrong leaves nothing behind', async () => {
  const dir = workFolder();
  const zip = openZip(join(dir, 'x.zip'));
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('a');
    throw new Error('gone');
  }
  await expect(zip.add({ name: 'a', at: null, maxBytes: 10 }, broken())).rejects.toThrow('gone');
  zip.discard();
  expect(readdirSync(dir)).toEqual([]);
});
