import {
  appendFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { callbackLine } from '../../../src/core/callbacks/callback-line.ts';
import type { Instant } from '../../../src/core/job/job.ts';
import { openCallbackLog } from '../../../src/store/callbacks/callback-log.ts';
import { heardIn } from '../../../src/store/callbacks/callback-reading.ts';
import { secretIn } from '../../../src/store/callbacks/secret-file.ts';
import { workFolder } from '../../support/command-line.ts';

const line = (n: number): string =>
  callbackLine({
    ...{ job: n.toString(16).padStart(16, '0'), attempt: 1, requestId: `r-${n}` },
    ...{ status: 'in_queue', at: 1_700_000_000_000 as Instant },
  });
const idsIn = (path: string, mayBeLink = false): string[] =>
  [...heardIn(path, mayBeLink)].map(({ requestId }) => requestId);

let dir: string;
let path: string;
beforeEach(() => {
  dir = workFolder();
  path = join(dir, 'callbacks.jsonl');
});

describe('what a receiver has heard', () => {
  test('is in the file when it has been confirmed, private to the user', async () => {
    const log = await openCallbackLog(path);
    await Promise.all(Array.from({ length: 50 }, (_, n) => log.append(line(n))));
    expect(idsIn(path)).toHaveLength(50);
    await log.close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('is read past a line that a kill has cut off, and the next one is whole', async () => {
    writeFileSync(path, line(1) + line(2).slice(0, 40));
    expect(idsIn(path)).toEqual(['r-1']);
    const log = await openCallbackLog(path);
    await log.append(line(3));
    await log.close();
    expect(idsIn(path)).toEqual(['r-1', 'r-3']);
  });

  test('is kept by two receivers in one file', async () => {
    const logs = [await openCallbackLog(path), await openCallbackLog(path)];
    await Promise.all(Array.from({ length: 40 }, (_, n) => logs[n % 2]?.append(line(n))));
    for (const log of logs) await log.close();
    expect(new Set(idsIn(path)).size).toBe(40);
  });

  test('stops where the file is as large as it may be', async () => {
    const log = await openCallbackLog(path, 500);
    await log.append(line(1));
    await expect(Promise.all([log.append(line(2)), log.append('x'.repeat(600))])).rejects.toThrow('is full');
    await log.append(line(3));
    await log.close();
    expect(idsIn(path)).toContain('r-3');
  });

  test('is read in any pieces, past lines without end', () => {
    writeFileSync(path, `${'x'.repeat(3_000_000)}\n${line(1)}${'{'.repeat(2_000)}\nnull\n${line(2)}`);
    appendFileSync(path, 'y'.repeat(1_000_000));
    expect(idsIn(path)).toEqual(['r-1', 'r-2']);
  });
});

describe('a name that leads elsewhere', () => {
  test('is neither written through nor read', async () => {
    const target = join(dir, 'elsewhere');
    writeFileSync(target, line(1));
    symlinkSync(target, path);
    await expect(openCallbackLog(path)).rejects.toThrow('is a link');
    expect(idsIn(path)).toEqual([]);
    expect(idsIn(path, true)).toEqual(['r-1']);
    expect(readFileSync(target, 'utf8')).toBe(line(1));
  });

  test('is refused where it is a folder or a second name of a file', async () => {
    mkdirSync(path);
    await expect(openCallbackLog(path)).rejects.toThrow();
    expect(idsIn(path)).toEqual([]);
    const other = join(dir, 'other');
    writeFileSync(join(dir, 'first'), '');
    linkSync(join(dir, 'first'), other);
    await expect(openCallbackLog(other)).rejects.toThrow('other names');
  });
});

describe('the secret', () => {
  const fresh = (): string => 'a'.repeat(43);

  test('is made once and stays', async () => {
    const file = join(dir, 'new', 'secret');
    expect(await secretIn(file, fresh)).toBe(fresh());
    expect(await secretIn(file, () => 'another-secret-of-somebody')).toBe(fresh());
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test.each([
    ['others may read it', 0o644, 'x'.repeat(40), 'may be read by other users'],
    ['it is too short', 0o600, 'short', 'holds no secret'],
    ['it would be several segments of a path', 0o600, `${'x'.repeat(20)}/../y`, 'holds no secret'],
  ])('is refused where %s', async (_, mode, text, why) => {
    const file = join(dir, 'secret');
    writeFileSync(file, text, { mode });
    await expect(secretIn(file, fresh)).rejects.toThrow(why);
  });

  test('is not read through a link', async () => {
    writeFileSync(join(dir, 'theirs'), 'x'.repeat(40), { mode: 0o600 });
    symlinkSync(join(dir, 'theirs'), join(dir, 'secret'));
    await expect(secretIn(join(dir, 'secret'), fresh)).rejects.toThrow('is a link');
  });
});
