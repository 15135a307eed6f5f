import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { type Ended, manifestOf, rcb, type Started, startRcb, workFolder } from '../support/command-line.ts';
import { type HeldClock, heldClock } from '../support/held-clock.ts';
import { until } from '../support/processes.ts';

// Enough that a slow machine holds the clock long before the last one is submitted.
const jobs = 40;
let clock: HeldClock;
let simulator: Simulator;
let cwd: string;
let args: string[];

beforeEach(async () => {
  clock = heldClock();
  simulator = await startSimulator({ slots: 4, latency: { kind: 'fixed', ms: 50 }, clock: clock.now });
  cwd = workFolder();
  const rows = Array.from({ length: jobs }, (_, seed) => `a cat,${seed}`);
  writeFileSync(join(cwd, 'cats.csv'), `prompt,seed\n${rows.join('\n')}\n`);
  args = ['run', 'cats.csv', '-o', 'cats', '-y', '--json', '--base-url', simulator.baseUrl];
  args.push('--poll', '0.1', '-j', '4', '--no-view');
});
afterEach(() => simulator.close());

const inFolder = (...names: string[]): string => join(cwd, 'cats', ...names);

/** A run with some jobs done, some at the server, which ends none before `over`, and most still to be submitted. */
async function midway(): Promise<Started> {
  const run = startRcb(args, { cwd });
  await run.said('"state":"done"');
  clock.hold();
  return run;
}

/** Removes a folder while the run stands still, which would else notice it, and save its ledger there, half-way. */
function removeFrom(run: Started, folder: string): void {
  run.kill('SIGSTOP');
  rmSync(folder, { recursive: true, maxRetries: 20 });
  run.kill('SIGCONT');
}

/** The run goes on, to its end. */
function over(run: Started): Promise<Ended> {
  clock.release();
  return run.ended;
}

/** The summary of a run that has lost its folder: told to programs as to people. */
function lossOf({ code, stdout, stderr }: Ended) {
  expect(code).toBe(73);
  const last = JSON.parse(stdout.trimEnd().split('\n').at(-1) as string);
  expect(last).toMatchObject({ event: 'summary', exit_code: 73 });
  const { message, go_on: goOn, in_flight: inFlight } = last.folder_lost;
  expect(stderr).toContain(message);
  expect(stderr).toContain(goOn);
  expect(stderr).not.toContain('link leads out');
  for (const { job, request_id: id } of inFlight) expect(stderr).toContain(`${job}=${id}`);
  const accepted = simulator.census().acceptedTotal;
  expect(accepted).toBeLessThan(jobs);
  const known = Object.values(simulator.census().requestIds).flat();
  for (const { request_id: id } of inFlight) expect(known).toContain(id);
  return { message: String(message), goOn: String(goOn), inFlight };
}

/** Goes on as the run has said, in a shell. */
async function goesOn(goOn: string, dir: string): Promise<void> {
  const words = goOn.split(' && ');
  const rename = words.length === 2 ? words[0]?.split(' ') : undefined;
  if (rename !== undefined) renameSync(join(cwd, rename[1] as string), join(cwd, rename[2] as string));
  const [, ...command] = (words.at(-1) as string).split(' ');
  const again = await rcb([...command, '-y'], { cwd });
  expect(again).toMatchObject({ code: 0 });
  expect(manifestOf(join(cwd, dir)).map(({ state }) => state)).toEqual(Array(jobs).fill('done'));
  expectNothingTwice();
}

function expectNothingTwice(): void {
  expect(simulator.census()).toMatchObject({ acceptedTotal: jobs, doubled: [] });
}

describe('a lock that is deleted while a run goes on', () => {
  test.each([[['.lock', '.lock.pid']], [['.lock']]])('lets nobody in: %s', async (names) => {
    const run = await midway();
    for (const name of names) rmSync(inFolder(name));
    const second = await rcb(args, { cwd });
    expect(second.code).toBe(73);
    expect(second.stderr).toContain(`cats is in use by process ${run.pid}:`);
    expect(second.stderr).toContain('Do not delete .lock');
    expect(await over(run)).toMatchObject({ code: 0 });
    expectNothingTwice();
  });

  test('is made again, so that others see who is at work', async () => {
    const run = await midway();
    rmSync(inFolder('.lock'));
    rmSync(inFolder('.lock.pid'));
    clock.release();
    await until(() => existsSync(inFolder('.lock.pid')));
    clock.hold();
    const status = await rcb(['status', 'cats', '--json'], { cwd });
    expect(JSON.parse(status.stdout)).toMatchObject({ pid: run.pid });
    await over(run);
  });

  test('keeps nobody out once the process is gone', async () => {
    const run = await midway();
    rmSync(inFolder('.lock'));
    run.kill('SIGKILL');
    await over(run);
    rmSync(inFolder('.lock'), { force: true });
    const again = await rcb([...args, '--on-unknown', 'hold'], { cwd });
    expect([0, 76]).toContain(again.code);
    expect(simulator.census().doubled).toEqual([]);
  });
});

describe('a ledger that another process has taken over', () => {
  test('gets nothing more announced', async () => {
    const run = await midway();
    const db = new DatabaseSync(inFolder('manifest.db'), { timeout: 10_000 });
    db.exec(
      `UPDATE meta SET value = json_set(value, '$.token', 'another', '$.pid', 4242) WHERE key = 'owner'`,
    );
    db.close();
    const { message } = lossOf(await over(run));
    expect(message).toBe('Process 4242 has taken over cats during the run.');
    const again = await rcb(args, { cwd });
    expect(again.code).toBe(0);
    expectNothingTwice();
  });
});

describe('a folder that is moved while a run goes on', () => {
  test('is gone on with where it is now', async () => {
    const run = await midway();
    renameSync(join(cwd, 'cats'), join(cwd, 'moved'));
    const { goOn, inFlight, message } = lossOf(await over(run));
    expect(message).toBe('cats was moved to moved during the run.');
    expect(goOn).toBe('rcb resume moved');
    expect(inFlight.length).toBeGreaterThan(0);
    expect(existsSync(join(cwd, 'cats'))).toBe(false);
    await goesOn(goOn, 'moved');
  });

  test('leaves alone what is put in its place, which is another run by then', async () => {
    const run = await midway();
    renameSync(join(cwd, 'cats'), join(cwd, 'moved'));
    simulator.setOptions({ slots: 8, latency: { kind: 'fixed', ms: 0 } });
    writeFileSync(join(cwd, 'dogs.csv'), 'prompt\na dog\n');
    const other = await rcb(['run', 'dogs.csv', ...args.slice(2)], { cwd });
    expect(other.code).toBe(0);
    const before = readdirSync(join(cwd, 'cats', 'files'), { recursive: true });
    const { goOn } = lossOf(await over(run));
    expect(readdirSync(join(cwd, 'cats', 'files'), { recursive: true })).toEqual(before);
    const status = await rcb(['status', 'cats', '--json'], { cwd });
    expect(JSON.parse(status.stdout)).toMatchObject({ jobs: 1, counts: { done: 1 } });
    expect(await rcb([...goOn.split(' ').slice(1), '-y'], { cwd })).toMatchObject({ code: 0 });
    expect(simulator.census()).toMatchObject({ acceptedTotal: jobs + 1, doubled: [] });
  });
});

describe('a folder that is removed while a run goes on', () => {
  test('is told with its requests, and what it had recorded is saved beside it', async () => {
    const run = await midway();
    removeFrom(run, join(cwd, 'cats'));
    const { goOn, message } = lossOf(await over(run));
    expect(message).toBe('cats was removed during the run.');
    expect(goOn).toMatch(/rcb resume cats-rescued$/);
    await goesOn(goOn, 'cats-rescued');
  });
});

test('a run whose working folder is removed ends, and saves what it had recorded', async () => {
  const run = await midway();
  removeFrom(run, cwd);
  const { goOn } = lossOf(await over(run));
  expect(goOn).toContain('cats-rescued');
  const rescued = new DatabaseSync(join(cwd, 'cats-rescued', 'manifest.db'), { readOnly: true });
  expect(rescued.prepare('SELECT count(*) AS jobs FROM job').get()).toEqual({ jobs });
  rescued.close();
});

describe('a ledger that is removed while a run goes on', () => {
  test.each([
    ['with what SQLite keeps beside it', ['', '-wal', '-shm']],
    ['alone', ['']],
  ])('is told with its requests, and saved under another name: %s', async (_how, sides) => {
    const run = await midway();
    for (const side of sides) rmSync(inFolder(`manifest.db${side}`));
    const { goOn, message } = lossOf(await over(run));
    expect(message).toBe('cats/manifest.db was removed during the run.');
    expect(goOn).toBe('mv cats/manifest-rescued.db cats/manifest.db && rcb resume cats');
    const same = await rcb(args, { cwd });
    expect(same.code).toBe(64);
    expect(same.stderr).toContain('Rename manifest-rescued.db to manifest.db');
    await goesOn(goOn, 'cats');
  });

  test('or replaced by another file', async () => {
    const run = await midway();
    writeFileSync(join(cwd, 'other.db'), 'not a ledger');
    renameSync(join(cwd, 'other.db'), inFolder('manifest.db'));
    const { goOn, message } = lossOf(await over(run));
    expect(message).toBe('cats/manifest.db was replaced by another file during the run.');
    await goesOn(goOn, 'cats');
  });

  test('or has another file copied over it', async () => {
    const run = await midway();
    writeFileSync(inFolder('manifest.db'), 'not a ledger');
    const { message } = lossOf(await over(run));
    expect(message).toBe('cats/manifest.db was replaced by another file during the run.');
    // What SQLite still had in its log has mended the file, or it is refused: nothing of it is taken for new.
    await rcb(args, { cwd });
    expect(simulator.census().doubled).toEqual([]);
  });

  test('or loses the log that SQLite keeps beside it', async () => {
    const run = await midway();
    rmSync(inFolder('manifest.db-wal'));
    const { goOn, message } = lossOf(await over(run));
    // A reader that opens the ledger makes a new one.
    expect(message).toMatch(
      /^cats\/manifest\.db-wal was (removed|replaced by another file) during the run\.$/,
    );
    await goesOn(goOn, 'cats');
  });
});

describe('a folder with results and without a ledger', () => {
  test('is not a new one', async () => {
    expect((await rcb(args, { cwd })).code).toBe(0);
    for (const name of readdirSync(join(cwd, 'cats'))) {
      if (name.startsWith('manifest.db')) rmSync(inFolder(name));
    }
    const plan = ['plan', ...args.slice(1, 4), ...args.slice(6, 8)];
    for (const command of [args, plan, ['resume', 'cats'], ['status', 'cats']]) {
      const refused = await rcb(command, { cwd });
      expect(refused.code).toBe(64);
      expect(refused.stderr).toContain('manifest.db is missing: every job would be paid for again.');
      expect(refused.stderr).toContain('choose another folder with --out');
    }
    writeFileSync(inFolder('manifest.db'), '');
    expect((await rcb(args, { cwd })).stderr).toContain('manifest.db is empty');
    expectNothingTwice();
  });

  test('but one with other things in it is', async () => {
    mkdirSync(inFolder('notes'), { recursive: true });
    writeFileSync(inFolder('readme.txt'), 'mine');
    writeFileSync(inFolder('manifest.db'), '');
    expect((await rcb(args, { cwd })).code).toBe(0);
  });
});
