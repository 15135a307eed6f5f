import { describe, expect, test } from 'vitest';
import { failure } from '../../../src/core/job/failures.ts';
import type { Tally } from '../../../src/core/job/tally.ts';
import { progress } from '../../../src/report/progress/progress.ts';
import { textWidth } from '../../../src/report/terminal/text-width.ts';
import {
  advanced,
  bare,
  doneState,
  fakeStream,
  hostileParts,
  hostileText,
  instant,
  jobOf,
  queuedState,
  savedFile,
  tallyOf,
} from '../report-builders.ts';
import { screenOf } from '../screen.ts';

const start = new Date(2026, 0, 2, 12, 3, 10).getTime();

/** A run that the test moves on by hand. */
function runOn(stream: ReturnType<typeof fakeStream>, env: Record<string, string> = {}) {
  let [now, tick, ticking] = [start, (): void => {}, false];
  let tally: Tally = tallyOf({ pending: 1_632 });
  let note: string | null = null;
  const source = { tally: () => tally, total: 1_632, now: () => instant(now), note: () => note };
  const shown = progress(stream.terminal(env), source, (_, onTick) => {
    [tick, ticking] = [onTick, true];
    return () => {
      ticking = false;
    };
  });
  return {
    shown,
    pass(ms: number, next?: Tally) {
      now += ms;
      if (next) tally = next;
      tick();
    },
    remark(text: string | null) {
      note = text;
    },
    doneAt(afterMs: number, path = savedFile.path) {
      shown.observe(
        advanced(queuedState, { ...doneState, files: [{ ...savedFile, path }] } as never, start + afterMs),
      );
    },
    ticking: () => ticking,
  };
}

const busy = tallyOf(
  { done: 312, queued: 16, running: 48, pending: 1_254, failed: 2 },
  {
    spentUsd: 24.96,
    repeated: 3,
    failures: [
      { failure: failure('generation_failed', hostileText), jobs: 2, example: jobOf('1'.repeat(16)).id },
    ],
  },
);

describe('progress on a live terminal', () => {
  async function liveRun(columns: number, env: Record<string, string> = {}) {
    const stream = fakeStream(columns);
    const run = runOn(stream, env);
    await run.shown.ready;
    return { stream, run };
  }

  test('repaints one block in place', async () => {
    const { stream, run } = await liveRun(100, { NO_COLOR: '1' });
    for (let n = 1; n <= 10; n += 1) run.doneAt(n * 100);
    run.pass(5_000, busy);
    run.pass(5_000);
    expect(screenOf(stream.written(), 100)).toEqual([
      '  ███████████×▓▓▓▒▒░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░   19%    312 of 1,632 done',
      '  █ done        312   ▓ running      48   ▒ queued       16   ░ pending   1,254   × failed        2',
      '  60/min   ETA 22m, at 12:25   elapsed 10s   $24.96',
      '  retries  3 requests',
      '  reason   2 × model: a␛]52;c;aGk=␇b␛[2Jc\\x9b31md\\u202ee␊f␍g\\u2066h\\u2028i',
      '  last     files/a-purple-cat/x-5f1c9ae0.png',
      '',
    ]);
  });

  test.each([200, 80, 46, 30, 12, 3])('writes nothing wider than %i columns', async (columns) => {
    const { stream, run } = await liveRun(columns);
    run.doneAt(100, `files/${'紫色の猫'.repeat(20)}/x.png`);
    run.shown.observe({ type: 'warned', job: null, message: `${hostileText} and ${'long '.repeat(60)}` });
    run.shown.observe({ type: 'halted', failure: failure('no_balance', 'The wallet is empty.') });
    run.remark('Collecting what is in flight; Ctrl-C again leaves at once.');
    run.pass(5_000, busy);
    run.pass(1_000, tallyOf({ done: 1_632 }));
    const lines = bare(stream.written()).split('\n');
    expect(Math.max(...lines.map(textWidth))).toBeLessThanOrEqual(columns);
    expect(stream.written()).not.toMatch(hostileParts);
  });

  test('says that it is paused until it is stopped, also in a canary, which no more jobs follow', async () => {
    const stream = fakeStream(100);
    let isStopped = false;
    const shown = progress(stream.terminal({ NO_COLOR: '1' }), {
      ...{ tally: () => busy, total: 1_632, now: () => instant(start) },
      ...{ draining: () => true, stopped: () => isStopped },
    });
    await shown.ready;
    const wait = { message: 'nothing is submitted.', since: instant(start), until: null };
    shown.observe({ type: 'waiting', for: 'user', ...wait });
    shown.refresh();
    expect(screenOf(stream.written(), 100).join('\n')).toMatch(/paused +since 12:03: nothing is submitted\./);
    isStopped = true;
    shown.refresh();
    expect(screenOf(stream.written(), 100).join('\n')).not.toContain('paused');
    shown.stop();
  });

  test('leaves nothing of itself behind when the terminal is made narrower', async () => {
    const { stream, run } = await liveRun(100, { NO_COLOR: '1' });
    run.pass(5_000, busy);
    const [before] = [stream.written().length];
    stream.resize(50);
    const [, rows = '0'] = /\u001b\[(\d+)A\r\u001b\[J/.exec(stream.written().slice(before)) ?? [];
    // Four of its lines take two rows of 50 columns or more, the others one.
    const lines = screenOf(stream.written().slice(0, before), 100).filter((line) => line !== '');
    const taken = lines.reduce((sum, line) => sum + Math.ceil(textWidth(line) / 50), 0);
    expect(Number(rows)).toBe(taken);
    expect(bare(stream.written().slice(before))).toContain('312 of 1,632 done');
  });

  test('uses colours, and none under NO_COLOR', async () => {
    const [coloured, plain] = [await liveRun(80), await liveRun(80, { NO_COLOR: '1' })];
    for (const { run } of [coloured, plain]) run.pass(1_000, busy);
    expect(coloured.stream.written()).toMatch(/\u001b\[32m/);
    expect(plain.stream.written()).not.toMatch(/\u001b\[[\d;]*m/);
    expect(bare(coloured.stream.written())).toBe(bare(plain.stream.written()));
  });

  test('keeps what was said above the block, once, and leaves nothing else behind when it stops', async () => {
    const { stream, run } = await liveRun(80);
    run.pass(1_000, busy);
    for (let n = 0; n < 3; n += 1) {
      run.shown.observe({ type: 'warned', job: jobOf().id, message: 'A word that is not known.' });
      run.pass(1_000);
    }
    run.shown.say('Submitting nothing more.');
    run.pass(1_000);
    run.shown.stop();
    run.shown.stop();
    expect(run.ticking()).toBe(false);
    expect(screenOf(stream.written(), 80).filter((line) => line !== '')).toEqual([
      'warning  A word that is not known.',
      'Submitting nothing more.',
    ]);
  });

  test('says that it waits for the API, since when and why, until submissions leave again', async () => {
    const { stream, run } = await liveRun(100, { NO_COLOR: '1' });
    const message = 'The API does not answer (HTTP 503).';
    run.shown.observe({ type: 'waiting', for: 'api', message, since: instant(start), until: null });
    run.pass(1_000, busy);
    const waiting = screenOf(stream.written(), 100);
    expect(waiting).toContain(`  waiting  since ${new Date(start).toTimeString().slice(0, 5)}: ${message}`);
    expect(waiting.join('\n')).not.toMatch(/ETA \d/);
    run.shown.observe({ type: 'resumed', for: 'api', waitedMs: 61_000 });
    run.pass(1_000, busy);
    const lines = screenOf(stream.written(), 100);
    expect(lines).toContain('resumed  Submitting again after 1m01s.');
    expect(lines.filter((line) => line.startsWith('  waiting'))).toEqual([]);
  });

  test('stops counting different warnings at twenty', async () => {
    const { stream, run } = await liveRun(80);
    for (let n = 0; n < 50; n += 1) {
      run.shown.observe({ type: 'warned', job: null, message: `Warning number ${n}.` });
    }
    run.shown.stop();
    const shown = screenOf(stream.written(), 80).filter((line) => line.startsWith('warning'));
    expect(shown).toHaveLength(21);
    expect(shown.at(-1)).toBe('warning  More warnings are in run.log.');
  });

  test('paints when there is news, and without news once a second', async () => {
    const { stream, run } = await liveRun(80);
    run.pass(1_000, busy);
    const before = stream.written().length;
    run.pass(100, tallyOf({ done: 999 }));
    expect(stream.written().length).toBe(before);
    run.doneAt(1_150);
    run.pass(100);
    expect(screenOf(stream.written(), 80).join('\n')).toContain('999 of 1,632');
    run.pass(1_000, tallyOf({ done: 1_001 }));
    expect(screenOf(stream.written(), 80).join('\n')).toContain('1,001 of 1,632');
  });

  test('leaves pending jobs out of the ETA once submitting has stopped', async () => {
    const { stream, run } = await liveRun(80);
    for (let n = 1; n <= 60; n += 1) run.doneAt(n * 1_000);
    run.pass(60_000, { ...busy, halted: failure('no_balance', 'The wallet is empty.') });
    expect(bare(screenOf(stream.written(), 80).join('\n'))).toContain('ETA 1m00s');
  });
});

describe('progress elsewhere', () => {
  test('writes a plain line now and then, when something changed', () => {
    const stream = fakeStream();
    const run = runOn(stream);
    run.pass(1_000, busy);
    expect(stream.written()).toBe('');
    for (let n = 1; n <= 20; n += 1) run.doneAt(n * 500);
    run.pass(9_000);
    run.pass(9_000, tallyOf({ done: 320 }));
    run.pass(1_000);
    run.pass(59_000);
    run.pass(1_000);
    expect(stream.written().split('\n')).toEqual([
      '12:03:20  312/1632 done · 64 in flight · 2 failed · 3 retries · 120/min · ETA 11m · $24.96',
      '12:03:30  320/1632 done · 0 in flight · 60/min · ETA 0s · $0.00',
      '12:04:30  320/1632 done · 0 in flight · 15/min · ETA 0s · $0.00',
      '',
    ]);
  });

  test('writes no escapes into a pipe and none of what others put into their messages', () => {
    const stream = fakeStream();
    const run = runOn(stream);
    run.shown.observe({ type: 'warned', job: null, message: hostileText });
    run.shown.observe({ type: 'halted', failure: failure('unauthorized', hostileText) });
    run.remark(hostileText);
    run.pass(5_000, busy);
    run.shown.stop();
    expect(stream.written()).not.toContain('\u001b');
    expect(stream.written()).not.toMatch(hostileParts);
    expect(stream.written().trimEnd().split('\n')).toHaveLength(3);
  });

  test('writes lines on a terminal under CI', () => {
    const stream = fakeStream(80);
    const run = runOn(stream, { CI: '1' });
    run.pass(2_000, busy);
    expect(stream.written()).toMatch(/^12:03:12 {2}312\/1632 done · .*\n$/);
  });
});
