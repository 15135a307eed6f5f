import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Library, library } from '../../../src/app/library/library.ts';
import type { LibraryEvent, LibraryRun } from '../../../src/app/library/library-run.ts';
import { type Simulator, startSimulator } from '../../../src/simulator/simulator.ts';
import { manifestOf, workFolder } from '../../support/command-line.ts';

let simulator: Simulator;
let cwd: string;
let out: string;
let bound: Library;

beforeEach(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 20 } });
  cwd = workFolder();
  out = join(cwd, 'run');
  bound = library({ env: { HOME: cwd, XDG_CACHE_HOME: join(cwd, 'cache') }, pid: process.pid });
});
afterEach(() => simulator.close());

async function all(running: LibraryRun): Promise<LibraryEvent[]> {
  const events: LibraryEvent[] = [];
  for await (const event of running) events.push(event);
  return events;
}

const cats = [
  { id: 'one', prompt: 'a cat' },
  { id: 'two', prompt: 'a cat, sitting', mood: 'calm' },
];
const atSimulator = () => ({ baseUrl: simulator.baseUrl, policies: { pollMs: 50 } });

describe('a run from a program', () => {
  test('tells its plan and each change, and leaves a folder like any other', async () => {
    const running = bound.run({ rows: cats, axes: { style: ['anime', 'realistic'] }, out, ...atSimulator() });
    const events = await all(running);
    expect(events[0]).toMatchObject({ event: 'plan', jobs: 4, rows: 2 });
    const done = events.filter((event) => event.event === 'job' && event.state === 'done');
    expect(done).toHaveLength(4);
    expect(await running.outcome).toMatchObject({ type: 'ended', finished: true, done_now: 4, page: null });
    expect(manifestOf(out).map(({ id, input, tags }) => [id, input.style, tags])).toEqual([
      ['one', 'anime', {}],
      ['one', 'realistic', {}],
      ['two', 'anime', { mood: 'calm' }],
      ['two', 'realistic', { mood: 'calm' }],
    ]);
    expect(bound.status(out)).toMatchObject({ dir: out, jobs: 4, counts: { done: 4 } });
  });

  test('pays for nothing twice when it is called again, and for what is new', async () => {
    await bound.run({ rows: cats, out, ...atSimulator() }).outcome;
    const again = bound.run({ rows: cats, out, ...atSimulator() });
    expect(await again.outcome).toMatchObject({ type: 'ended', finished: true, submitted_now: 0 });
    const more = bound.run({ rows: [...cats, { prompt: 'a dog' }], out, ...atSimulator() });
    expect(await more.outcome).toMatchObject({ submitted_now: 1 });
    expect(simulator.census()).toMatchObject({ acceptedTotal: 3, doubled: [] });
  });

  test('refuses rows with mistakes, all at once, and submits nothing', async () => {
    const running = bound.run({
      rows: [{ prompt: 'a cat', style: 'animee' }, { seed: 'x' }],
      out,
      ...atSimulator(),
    });
    const outcome = await running.outcome;
    if (outcome.type !== 'refused') throw new Error(outcome.type);
    expect(outcome.problems.map(({ place }) => `${place?.file}:${place?.line}`)).toEqual(
      expect.arrayContaining(['rows:1', 'rows:2']),
    );
    expect(simulator.census().acceptedTotal).toBe(0);
    expect(existsSync(out)).toBe(false);
  });

  test('rejects with a UserError for what the user can mend, through the events too', async () => {
    const running = bound.run({ files: [join(cwd, 'nowhere.csv')], out, ...atSimulator() });
    await expect(all(running)).rejects.toMatchObject({ name: 'UserError', about: 'input' });
    await expect(running.outcome).rejects.toMatchObject({ name: 'UserError' });
    expect(() => bound.status(cwd)).toThrow(expect.objectContaining({ name: 'UserError' }));
    await expect(bound.plan({ rows: cats })).rejects.toThrow('Rows without a file have no run folder.');
    await expect(bound.plan({ rows: cats, out, seeds: 0 })).rejects.toThrow('seeds 0 is not a whole number');
    await expect(bound.plan({ files: ['-'] })).rejects.toThrow('"-" is not a file.');
  });

  test('leaves at once when it is aborted, and the next call collects what is in flight', async () => {
    simulator.setOptions({ latency: { kind: 'fixed', ms: 3_600_000 } });
    const stop = new AbortController();
    const running = bound.run({ rows: cats, out, signal: stop.signal, ...atSimulator() });
    const queued = new Set<string>();
    for await (const event of running) {
      if (event.event !== 'job' || event.request_id === null) continue;
      queued.add(event.job);
      if (queued.size === 2) stop.abort();
    }
    expect(await running.outcome).toMatchObject({ type: 'ended', finished: false });
    expect(simulator.census().acceptedTotal).toBe(2);
    const opened = bound.openRun(out, { baseUrl: simulator.baseUrl });
    expect([...opened.jobs({ states: ['queued', 'running'] })]).toHaveLength(2);
  });

  test('submits nothing more once it is drained', async () => {
    const rows = Array.from({ length: 10 }, (_, n) => ({ prompt: `cat ${n}` }));
    const policies = { concurrency: 1, pollMs: 50 };
    const running = bound.run({ rows, out, baseUrl: simulator.baseUrl, policies });
    for await (const event of running) {
      if (event.event === 'job' && event.state === 'done') running.drain();
    }
    expect(await running.outcome).toMatchObject({ type: 'ended', finished: false });
    const { counts } = bound.status(out);
    expect(counts.pending).toBeGreaterThan(0);
    expect(counts.done + counts.pending).toBe(10);

    const resumed = bound.openRun(out, { baseUrl: simulator.baseUrl }).resume({ policies: { pollMs: 50 } });
    expect(await resumed.outcome).toMatchObject({ type: 'ended', finished: true, counts: { done: 10 } });
    expect(simulator.census()).toMatchObject({ acceptedTotal: 10, doubled: [] });
  });

  test('makes the page if it is asked to', async () => {
    const outcome = await bound.run({ rows: cats, out, page: true, ...atSimulator() }).outcome;
    expect(outcome).toMatchObject({ page: join(out, 'index.html') });
    expect(existsSync(join(out, 'index.html'))).toBe(true);
  });

  test('stops before its cap, which is checked over all runs of the folder', async () => {
    const rows = Array.from({ length: 6 }, (_, n) => ({ prompt: `cat ${n}` }));
    const policies = { maxCostUsd: 0.25, pollMs: 50 };
    await bound.run({ rows, out, baseUrl: simulator.baseUrl, policies }).outcome;
    await bound.run({ rows, out, baseUrl: simulator.baseUrl, policies }).outcome;
    expect(simulator.census().acceptedTotal).toBe(3);
  });
});

describe('consent', () => {
  // Nothing answers there: whatever is submitted would fail the test by its outcome.
  const elsewhere = { baseUrl: 'https://api.invalid', token: 'a-token-of-the-user-0123456789' };
  const many = Array.from({ length: 21 }, (_, n) => ({ prompt: `cat ${n}` }));

  test('is needed for more than 20 jobs; without it nothing is submitted or written', async () => {
    const outcome = await bound.run({ rows: many, out, ...elsewhere }).outcome;
    expect(outcome).toMatchObject({ type: 'needs_consent', spending: { jobs: 21 }, plan: { jobs: 21 } });
    expect(existsSync(out)).toBe(false);
  });

  test('is asked for with what would be spent', async () => {
    const asked: unknown[] = [];
    const consent = (spending: unknown): boolean => {
      asked.push(spending);
      return false;
    };
    const outcome = await bound.run({ rows: many, out, consent, ...elsewhere }).outcome;
    expect(outcome).toMatchObject({ type: 'needs_consent' });
    expect(asked).toEqual([{ jobs: 21, usd: null }]);
  });

  test('does not take the place of a token', async () => {
    const running = bound.run({ rows: many, out, consent: true, baseUrl: elsewhere.baseUrl });
    await expect(running.outcome).rejects.toMatchObject({ about: 'token' });
  });
});
