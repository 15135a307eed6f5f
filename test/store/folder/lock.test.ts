import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { lockFolder, workerOn } from '../../../src/store/folder/lock.ts';
import { complaintOf, temporaryFolder } from '../store-support.ts';

const script = join(import.meta.dirname, '../lock-holder.ts');

const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** Another process that tries to take the folder, with its word on whether it did. */
async function contender(dir: string): Promise<{ child: ChildProcess; word: string }> {
  const child = spawn(process.execPath, ['--expose-gc', script, dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  const [word] = await once(child.stdout as Readable, 'data');
  return { child, word: String(word).trim() };
}

test('a second process is refused with the pid of the first, and a SIGKILL frees the folder', async () => {
  const dir = temporaryFolder();
  const { child, word } = await contender(dir);
  expect(word).toBe('held');

  const refusal = complaintOf(() => lockFolder(dir));
  expect(refusal.about).toBe('locked');
  expect(refusal.message).toContain(`${dir} is in use by process ${child.pid}:`);
  expect(refusal.hint).toMatch(/^Wait/);
  expect(workerOn(dir)).toBe(child.pid);

  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(workerOn(dir)).toBe(null);
  lockFolder(dir).release();
});

test('of processes that start together, one gets the folder', async () => {
  const dir = temporaryFolder();
  const all = await Promise.all([contender(dir), contender(dir), contender(dir)]);
  expect(all.map(({ word }) => word).sort()).toEqual(['held', 'refused', 'refused']);
});

test('a folder is locked against its own process too, and free after release', () => {
  const dir = temporaryFolder();
  const first = lockFolder(dir);
  expect(complaintOf(() => lockFolder(dir)).message).toContain(`process ${process.pid}`);
  first.release();
  first.release();
  const second = lockFolder(dir);
  expect(existsSync(join(dir, '.lock.pid'))).toBe(true);
  second.release();
  expect(existsSync(join(dir, '.lock.pid'))).toBe(false);
});

test('asking who works on a folder makes nothing in it', () => {
  const dir = temporaryFolder();
  expect(workerOn(dir)).toBe(null);
  expect(readdirSync(dir)).toEqual([]);
});

test('a folder in which no lock can be made is a complaint about the output', () => {
  const missing = join(temporaryFolder(), 'missing');
  expect(complaintOf(() => lockFolder(missing))).toMatchObject({ about: 'output' });
});
