import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { manifestOf, rcb, type Started, startRcb, workFolder } from '../support/command-line.ts';
import { type HeldClock, heldClock } from '../support/held-clock.ts';

const jobs = 12;
let clock: HeldClock;
let simulator: Simulator;
let cwd: string;
let args: string[];

beforeEach(async () => {
  // Generations run as long as the test holds the clock, however slow the machine is.
  clock = heldClock();
  clock.hold();
  simulator = await startSimulator({ slots: 4, latency: { kind: 'fixed', ms: 50 }, clock: clock.now });
  cwd = workFolder();
  const rows = Array.from({ length: jobs }, (_, seed) => `a cat,${seed}`);
  writeFileSync(join(cwd, 'cats.csv'), `prompt,seed\n${rows.join('\n')}\n`);
  args = ['run', 'cats.csv', '-y', '--json', '--base-url', simulator.baseUrl, '--poll', '0.1', '-j', '4'];
  args.push('--no-view');
});
afterEach(() => simulator.close());

function statesOf(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { state } of manifestOf(join(cwd, 'out/cats'))) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

/** A run that has as much in flight as it may have, and waits for it. */
async function halfway(): Promise<Started> {
  const run = startRcb(args, { cwd });
  await run.said(/("state":"running".*){4}/s);
  return run;
}

async function finishes(): Promise<void> {
  clock.release();
  const again = await rcb(args, { cwd });
  expect(again.code).toBe(0);
  expect(statesOf()).toEqual({ done: jobs });
  expect(simulator.census().acceptedTotal).toBe(jobs);
}

describe('a run that is asked to stop', () => {
  test('by one Ctrl-C submits nothing more, collects what is in flight and exits 130', async () => {
    const run = await halfway();
    run.kill('SIGINT');
    await run.said('Press Ctrl-C again to quit now');
    clock.release();
    const { code, stderr } = await run.ended;
    expect(code).toBe(130);
    expect(stderr).toContain('rcb run cats.csv');
    const { done, pending } = statesOf();
    expect(done).toBe(simulator.census().acceptedTotal);
    expect((done ?? 0) + (pending ?? 0)).toBe(jobs);
    await finishes();
  });

  test('by two Ctrl-C leaves with every request on record and exits 130', async () => {
    const run = await halfway();
    run.kill('SIGINT');
    await run.said('Press Ctrl-C again');
    run.kill('SIGINT');
    expect((await run.ended).code).toBe(130);
    const states = statesOf();
    expect((states.queued ?? 0) + (states.running ?? 0)).toBe(simulator.census().acceptedTotal);
    expect(states.unknown).toBeUndefined();
  });

  test.each([['SIGTERM'], ['SIGHUP']] as const)(
    'by %s leaves at once, exits 143, and a rerun finishes it',
    async (signal) => {
      const run = await halfway();
      run.kill(signal);
      expect((await run.ended).code).toBe(143);
      await finishes();
    },
  );
});

test('--max-duration ends submitting, collects what is in flight and exits 75', async () => {
  const timed = startRcb([...args, '--max-duration', '1s'], { cwd });
  await timed.said('Time limit of 1s reached. No new submissions');
  clock.release();
  expect((await timed.ended).code).toBe(75);
  const { done = 0, pending } = statesOf();
  expect(done).toBe(simulator.census().acceptedTotal);
  expect(pending).toBeGreaterThan(0);
  await finishes();
});

describe('a run that was left', () => {
  test('is finished by rcb resume without its input', async () => {
    const run = await halfway();
    run.kill('SIGTERM');
    await run.ended;
    clock.release();
    writeFileSync(join(cwd, 'cats.csv'), 'this is no longer the input');
    const resumed = await rcb(['resume', '--poll', '0.1', '--no-view'], { cwd });
    expect(resumed.stderr).toContain(`All ${jobs} jobs are done.`);
    expect(resumed.code).toBe(0);
    expect(simulator.census().acceptedTotal).toBe(jobs);
  });

  test('is not joined by a second process, which is told the pid of the first', async () => {
    const run = await halfway();
    const second = await rcb(args, { cwd });
    expect(second.code).toBe(73);
    expect(second.stderr).toContain(String(run.pid));
    const status = await rcb(['status'], { cwd });
    expect(status.code).toBe(0);
    expect(status.stdout).toContain(`running (pid ${run.pid})`);
    const watching = startRcb(['status', '--watch', '--json'], { cwd });
    await watching.said('"is_going":true');
    clock.release();
    const watched = await watching.ended;
    const last = watched.stdout.trimEnd().split('\n').at(-1) as string;
    expect(JSON.parse(last)).toMatchObject({ counts: { done: jobs } });
    expect((await run.ended).code).toBe(0);
    expect(simulator.census().doubled).toEqual([]);
  });
});
