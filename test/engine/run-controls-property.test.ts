import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type RunControls, runControls } from '../../src/core/pacing/run-controls.ts';
import type { RunEvent } from '../../src/core/ports.ts';
import { runBatch } from '../../src/engine/batch.ts';
import { aJob } from '../support/builders.ts';
import { calmLimits, handles, portsOf } from '../support/running.ts';
import { sized } from '../support/tiers.ts';
import { type SubmitFate, type World, world } from '../support/world.ts';

type Move = 'pause' | 'resume' | 'up' | 'down';

function make(move: Move, controls: RunControls): void {
  if (move === 'pause') controls.pause();
  else if (move === 'resume') controls.resume();
  else controls.step(move);
}

/** Keys pressed at these times; in the end the run is resumed. */
function press(w: World, controls: RunControls, keys: readonly { afterMs: number; move: Move }[]): void {
  const never = new AbortController().signal;
  void (async () => {
    for (const { afterMs, move } of keys) {
      await w.clock.sleep(afterMs, never);
      make(move, controls);
    }
    await w.clock.sleep(60_000, never);
    controls.resume();
  })();
}

const jobsOf = (count: number) => Array.from({ length: count }, (_, seed) => aJob({ prompt: 'a cat', seed }));

describe('a run whose user presses keys at random', () => {
  test('submits nothing while a pause holds, nothing twice, and everything in the end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          jobs: fc.integer({ min: 1, max: 40 }),
          max: fc.integer({ min: 1, max: 12 }),
          adapts: fc.boolean(),
          perMinute: fc.constantFrom(null, null, 120),
          submits: fc.integer({ min: 1, max: 8 }),
          slots: fc.integer({ min: 1, max: 12 }),
          fates: fc.array(fc.constantFrom<SubmitFate>('accepted', 'accepted', 'rateLimited', 'unreachable'), {
            maxLength: 20,
          }),
          keys: fc.array(
            fc.record({
              afterMs: fc.integer({ min: 0, max: 4_000 }),
              move: fc.constantFrom<Move>('pause', 'resume', 'up', 'down', 'down'),
            }),
            { maxLength: 20 },
          ),
        }),
        async (plan) => {
          let holds = false;
          const w = world({
            slots: plan.slots,
            latencyMs: (job) => 300 + 400 * (Number(job.input.seed) % 7),
            submitFate: (n) => {
              expect(holds, 'a submission that leaves while the run is paused').toBe(false);
              return plan.fates[n - 1] ?? 'accepted';
            },
          });
          w.put(jobsOf(plan.jobs));
          const controls = runControls();
          press(w, controls, plan.keys);
          const observe = (event: RunEvent): void => {
            if (event.type === 'waiting' && event.for === 'user') holds = true;
            if (event.type === 'resumed' && event.for === 'user') holds = false;
          };
          const limits = {
            ...calmLimits,
            concurrency: { max: plan.max, adapts: plan.adapts },
            maxSubmissions: plan.submits,
            maxSubmissionsPerMinute: plan.perMinute,
            backoff: { retries: 50, firstMs: 500, limitMs: 4_000 },
          };
          await w.clock.run(runBatch({ ...portsOf(w, observe), controls }, limits, handles().stop));
          expect(w.states().map(({ status }) => status)).toEqual(Array(plan.jobs).fill('done'));
          for (const [body, times] of w.accepted) expect(times, body).toBe(1);
        },
      ),
      { numRuns: sized(25, 400) },
    );
  });

  test('submits nothing beyond the number that was set last', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom<Move>('up', 'down', 'down', 'pause', 'resume'), {
          minLength: 1,
          maxLength: 12,
        }),
        fc.integer({ min: 1, max: 8 }),
        async (moves, submits) => {
          const w = world({ slots: 50, latencyMs: (job) => 1_000 + 300 * (Number(job.input.seed) % 5) });
          w.put(jobsOf(60));
          const controls = runControls();
          const given = { max: 16, adapts: false };
          press(
            w,
            controls,
            moves.map((move) => ({ afterMs: 700, move })),
          );
          let inFlight = 0;
          const observe = (event: RunEvent): void => {
            if (event.type !== 'advanced') return;
            if (event.state.status === 'succeeded') inFlight -= 1;
            if (event.from.status !== 'submitting' || event.state.status !== 'queued') return;
            inFlight += 1;
            expect(inFlight).toBeLessThanOrEqual(controls.concurrency(given).max);
          };
          await w.clock.run(
            runBatch(
              { ...portsOf(w, observe), controls },
              { ...calmLimits, concurrency: given, maxSubmissions: submits, maxSubmissionsPerMinute: 600 },
              handles().stop,
            ),
          );
          expect(w.requests.size).toBe(60);
        },
      ),
      { numRuns: sized(12, 200) },
    );
  });
});

describe('a paused run', () => {
  const limits = { ...calmLimits, concurrency: { max: 4, adapts: false } };

  test('collects what is in flight, and ends at once when it is stopped', async () => {
    const w = world({ slots: 4, latencyMs: () => 4_000 });
    w.put(jobsOf(12));
    const controls = runControls();
    const { drain, stop } = handles();
    const events: string[] = [];
    const observe = (event: RunEvent): void => {
      if (event.type === 'waiting' || event.type === 'resumed') events.push(`${event.type} ${event.for}`);
    };
    const never = new AbortController().signal;
    void w.clock
      .sleep(1_000, never)
      .then(() => controls.pause())
      .then(() => w.clock.sleep(60_000, never))
      .then(() => {
        expect(w.states().filter(({ status }) => status === 'done')).toHaveLength(4);
        drain.abort(new Error('SIGINT'));
      });
    await w.clock.run(runBatch({ ...portsOf(w, observe), controls }, limits, stop));
    expect(w.requests.size).toBe(4);
    expect(events).toEqual(['waiting user']);
    expect(w.states().map(({ status }) => status)).toEqual([
      ...Array(4).fill('done'),
      ...Array(8).fill('pending'),
    ]);
  });

  test('that is paused before its first submission makes none', async () => {
    const w = world();
    w.put(jobsOf(3));
    const controls = runControls();
    controls.pause();
    const { drain, stop } = handles();
    void w.clock.sleep(1_000, new AbortController().signal).then(() => drain.abort(new Error('SIGINT')));
    await w.clock.run(runBatch({ ...portsOf(w), controls }, limits, stop));
    expect(w.requests.size).toBe(0);
  });
});
