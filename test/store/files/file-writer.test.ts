import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { fileWriter } from '../../../src/store/files/file-writer.ts';
import type { HeldFile } from '../../../src/store/files/held-files.ts';
import { killedAfter } from '../../support/processes.ts';
import { waitLimitMs } from '../../support/tiers.ts';
import { contentOf } from '../file-content.ts';
import { temporaryFolder } from '../store-support.ts';

function held(dir: string, name: string): HeldFile {
  const beside = (end: string): string => join(dir, `${name}.${end}`);
  return {
    pieces: [contentOf(name)],
    original: null,
    path: beside('bin'),
    part: beside('part'),
    spliced: beside('recipe.part'),
  };
}

test('however many come at once, each is written and each is told of its own outcome', async () => {
  const dir = temporaryFolder();
  const write = fileWriter(
    () => () => true,
    () => {},
  );
  mkdirSync(join(dir, '7.bin', 'full'), { recursive: true });
  const names = Array.from({ length: 200 }, (_, n) => `${n}`);
  const outcomes = await Promise.allSettled(
    names.map(async (name, n) => {
      if (n % 3 === 0) for (let turn = 0; turn < n % 20; turn += 1) await new Promise(setImmediate);
      return write(held(dir, name));
    }),
  );
  const refused = outcomes.flatMap((outcome, n) =>
    outcome.status === 'rejected' ? [[n, outcome.reason]] : [],
  );
  expect(refused).toEqual([[7, expect.objectContaining({ code: expect.stringMatching(/^E[A-Z]+$/) })]]);
  for (const name of names.filter((name) => name !== '7')) {
    expect(readFileSync(join(dir, `${name}.bin`)).equals(contentOf(name))).toBe(true);
  }
  expect(readdirSync(dir).filter((name) => name.includes('part'))).toEqual([]);
});

test('a thread that breaks is told to all who wait for it, and what comes later has a new one', async () => {
  const dir = temporaryFolder();
  const write = fileWriter(
    () => () => true,
    () => {},
  );
  // What has memory and no bytes is nothing that could be hashed.
  const broken = { buffer: new ArrayBuffer(1), byteLength: 0 } as Uint8Array;
  const lost = [write({ ...held(dir, 'broken'), pieces: [broken] }), write(held(dir, 'beside'))];
  for (const outcome of await Promise.allSettled(lost)) expect(outcome.status).toBe('rejected');
  await write(held(dir, 'later'));
  expect(readFileSync(join(dir, 'later.bin')).equals(contentOf('later'))).toBe(true);
});

test('the thread keeps the process until its files are written, and no longer', async () => {
  const dir = temporaryFolder();
  const script = `
    import { fileWriter } from ${JSON.stringify(join(import.meta.dirname, '../../../src/store/files/file-writer.ts'))};
    const write = fileWriter(() => () => true, () => {});
    const at = (end) => ${JSON.stringify(join(dir, 'a.'))} + end;
    write({ pieces: [new Uint8Array(9)], original: null, path: at('bin'), part: at('part'), spliced: at('recipe.part') });
  `;
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    timeout: waitLimitMs,
  });
  expect(readdirSync(dir)).toEqual(['a.bin']);
});

test('a process that is killed at any moment leaves files whole or under the names of parts alone', async () => {
  const dir = temporaryFolder();
  for (const [round, lines] of [1, 40, 333].entries()) {
    const folder = join(dir, `${round}`);
    mkdirSync(folder);
    const { text } = await killedAfter(lines, join(import.meta.dirname, '../file-killed.ts'), [folder]);
    const told = text.split('\n').slice(0, -1);
    expect(told.length).toBeGreaterThanOrEqual(lines);
    const names = readdirSync(folder);
    for (const name of told) expect(names).toContain(`${name}.bin`);
    for (const name of names.filter((name) => name.endsWith('.bin'))) {
      expect(readFileSync(join(folder, name)).equals(contentOf(name.slice(0, -4)))).toBe(true);
    }
  }
});
