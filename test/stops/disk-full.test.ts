import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { fileStore } from '../../src/store/files/run-files.ts';
import { type AnswerGate, answerGate } from '../support/answer-gate.ts';
import { aJob, aLink, requestId } from '../support/builders.ts';
import { filesBelow, rcb, rcbEvents, workFolder } from '../support/command-line.ts';
import { downloadOf } from '../support/downloads.ts';
import { countsOf, linesOf } from '../support/folder-lines.ts';
import { type HeldClock, heldClock } from '../support/held-clock.ts';
import { makeReadOnly, noMounts, type SmallDisk, smallDisk } from './small-disk.ts';

const jobs = 16;
let clock: HeldClock;
let simulator: Simulator;
let gate: AnswerGate;
let cwd: string;

beforeEach(async () => {
  clock = heldClock();
  const latency = { kind: 'fixed', ms: 150 } as const;
  simulator = await startSimulator({ slots: 8, latency, outputBytes: 20_000, clock: clock.now });
  gate = await answerGate(simulator.baseUrl);
  cwd = workFolder();
  const rows = Array.from({ length: jobs }, (_, seed) => `a cat,${seed}`);
  writeFileSync(join(cwd, 'cats.csv'), `prompt,seed\n${rows.join('\n')}\n`);
});
afterEach(async () => {
  await gate.close();
  await simulator.close();
});

// Without a page: what its builder writes and takes away would make room at moments of its own.
function args(out: string): string[] {
  const paced = ['--poll', '0.1', '-j', '6', '--retries', '1', '--no-view'];
  return ['run', 'cats.csv', '-y', '--json', '--out', out, '--base-url', gate.origin, ...paced];
}

function acceptedIds(): string[] {
  return Object.values(simulator.census().requestIds).flat().sort();
}

/** Every submit that was accepted is on record by its id, or its job is held as unknown. */
function expectTruth(dir: string): void {
  const lines = linesOf(dir);
  const known = lines.map((line) => line.request_id).filter((id) => id !== null);
  const inDoubt = lines.filter(({ state }) => state === 'unknown' || state === 'submitting').length;
  const accepted = acceptedIds();
  expect(accepted).toEqual(expect.arrayContaining(known));
  expect(accepted.length - known.length).toBeLessThanOrEqual(inDoubt);
  expect(simulator.census().doubled).toEqual([]);
}

/** Fills a disk once a job is in this state, and then goes on. */
function fillOnce(disk: SmallDisk, state: string, goOn: () => void): (event: { state?: unknown }) => void {
  let isFull = false;
  return (event) => {
    if (isFull || event.state !== state) return;
    isFull = true;
    disk.fillUpTo(0);
    goOn();
  };
}

async function finishes(dir: string): Promise<void> {
  const again = await rcb(args(dir), { cwd });
  const lines = linesOf(dir);
  const { unknown = 0 } = countsOf(lines);
  expect(again.stderr).not.toContain('bug');
  expect(countsOf(lines)).toEqual(unknown === 0 ? { done: jobs } : { done: jobs - unknown, unknown });
  expect(again.code).toBe(unknown === 0 ? 0 : 76);
  expect(simulator.census().doubled).toEqual([]);
  expect(filesBelow(join(dir, 'files'))).toHaveLength(jobs - unknown);
}

describe.skipIf(noMounts !== null)(`a disk that fills up midway (${noMounts ?? 'a real one'})`, () => {
  test('takes no more files: exit 73 with every id on record, and room made, the same command finishes', async () => {
    const dir = join(cwd, 'out');
    mkdirSync(join(dir, 'files'), { recursive: true });
    const disk = smallDisk('2m', join(dir, 'files'));
    disk.fillUpTo(100_000);
    const full = await rcb(args(dir), { cwd });
    expect(full.stderr).toMatch(/files\/a-cat\/\w+\.part cannot be written: the disk is full/);
    expect(full.code).toBe(73);
    expectTruth(dir);
    expect(countsOf(linesOf(dir)).unknown).toBeUndefined();
    expect(filesBelow(dir).filter((path) => path.endsWith('.part'))).toEqual([]);
    disk.makeRoom();
    await finishes(dir);
  });

  test('while submits are under way still takes their ids, so that nothing is in doubt', async () => {
    const disk = smallDisk('4m');
    const dir = join(disk.dir, 'cats');
    gate.hold();
    const full = await rcbEvents(args(dir), { cwd }, fillOnce(disk, 'submitting', gate.release));
    expect(full.code).toBe(73);
    const lines = linesOf(dir);
    expect(acceptedIds()).not.toEqual([]);
    expect(lines.flatMap((line) => line.request_id ?? []).sort()).toEqual(acceptedIds());
    disk.makeRoom();
    await finishes(dir);
    expect(countsOf(linesOf(dir))).toEqual({ done: jobs });
  });

  test('to the last byte names the ids that it could not take, and holds their jobs as unknown', async () => {
    const disk = smallDisk('4m');
    const dir = join(disk.dir, 'cats');
    gate.hold();
    const fill = fillOnce(disk, 'submitting', gate.release);
    const full = await rcbEvents(args(dir), { cwd }, (event) => {
      // What the run keeps for this very case is taken from it too.
      if (event.state === 'submitting') rmSync(join(dir, '.reserve'), { force: true });
      fill(event);
    });
    expect(full.code).toBe(73);
    const ids = acceptedIds();
    expect(ids).not.toEqual([]);
    for (const id of ids) expect(full.stderr).toContain(id);
    disk.makeRoom();
    await finishes(dir);
    expect(countsOf(linesOf(dir)).unknown).toBe(ids.length);
  });

  test('with nothing under way: exit 73 while it is full, and what was sent is never pending again', async () => {
    const disk = smallDisk('4m');
    const dir = join(disk.dir, 'cats');
    clock.hold();
    const full = await rcbEvents(args(dir), { cwd }, fillOnce(disk, 'running', clock.release));
    expect(full.code).toBe(73);
    expect(full.stderr).toContain('the disk is full');
    expectTruth(dir);
    const still = await rcb(args(dir), { cwd });
    expect(still.code).toBe(73);
    disk.makeRoom();
    await finishes(dir);
  });

  test('from the start: exit 73 and nothing is submitted', async () => {
    const disk = smallDisk('1m');
    disk.fillUpTo(0);
    const full = await rcb(args(join(disk.dir, 'cats')), { cwd });
    expect(full.code).toBe(73);
    expect(acceptedIds()).toEqual([]);
  });
});

describe('a log that cannot be written', () => {
  test('because its disk is full costs nothing but lines: the run finishes and says so', async () => {
    const dir = join(cwd, 'out');
    mkdirSync(dir);
    symlinkSync('/dev/full', join(dir, 'run.log'));
    const ended = await rcb(args(dir), { cwd });
    expect(ended.stderr).toContain('Lines are missing from');
    expect(ended.code).toBe(0);
    expect(countsOf(linesOf(dir))).toEqual({ done: jobs });
  });

  test('because it cannot be opened ends the run before anything is submitted, with exit 73', async () => {
    const dir = join(cwd, 'out');
    mkdirSync(join(dir, 'run.log'), { recursive: true });
    const ended = await rcb(args(dir), { cwd });
    expect(ended.stderr).toMatch(/Cannot write the log .*run\.log/);
    expect(ended.code).toBe(73);
    expect(acceptedIds()).toEqual([]);
  });
});

describe.skipIf(noMounts !== null)(`a folder made read-only midway (${noMounts ?? 'by a mount'})`, () => {
  test('exit 73 with every request on record; writable again, the same command finishes', async () => {
    const dir = join(cwd, 'out');
    let undo: (() => void) | null = null;
    const sealed = await rcbEvents(args(dir), { cwd }, (event) => {
      if (event.state === 'done') undo ??= makeReadOnly(dir);
    });
    expect(sealed.stderr).not.toContain('bug');
    expect(sealed.code).toBe(73);
    expect(sealed.stderr).toContain('read-only');
    expectTruth(dir);
    const still = await rcb(args(dir), { cwd });
    expect(still.code).toBe(73);
    (undo as (() => void) | null)?.();
    await finishes(dir);
  });

  test('under a download names the read-only disk, and not what could not be tidied up after it', async () => {
    const picture = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==',
      'base64',
    );
    const dir = join(cwd, 'out');
    mkdirSync(dir);
    const job = aJob({ prompt: 'a cat' }, { pathTemplate: 'cat{_i}.{ext}' });
    const expected = { job, requestId: requestId('r1'), index: 0, count: 1 };
    const files = fileStore(dir, async () => {
      makeReadOnly(dir);
      return downloadOf([picture], { contentType: 'image/png', bytes: picture.length });
    });
    await expect(
      files.save(expected, aLink('https://a.runcomfy.net/cat.png'), new AbortController().signal),
    ).rejects.toThrow('cat.part cannot be written: the file system is read-only.');
  });
});
