import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resumed } from '../../src/core/job/lifecycle.ts';
import { requestIdOf } from '../../src/core/job/state-facts.ts';
import { aJob } from '../support/builders.ts';
import { oneLife } from '../support/running.ts';
import { sized } from '../support/tiers.ts';
import { type SubmitFate, type World, type WorldOptions, world } from '../support/world.ts';

const fates: SubmitFate[] = [
  'accepted',
  'accepted',
  'accepted',
  'lostAfter',
  'lostBefore',
  'unreachable',
  'rateLimited',
];
const maxLives = 200;

function expectNothingLostOrPaidTwice(w: World): void {
  for (const [body, times] of w.accepted) expect(times, `submits accepted of ${body}`).toBeLessThanOrEqual(1);
  const held = new Set(w.states().map(requestIdOf));
  for (const [id, { job }] of w.requests) {
    const state = resumed(w.stateOf(job.id));
    expect(held.has(id) || state.status === 'unknown', `${id} of a job that is ${state.status}`).toBe(true);
  }
}

/** What providers run requests on. */
const worlds: readonly (readonly [string, Pick<WorldOptions, 'machines'>, model: string])[] = [
  ['a provider that charges by request', {}, 'acme/image'],
  ['a provider of machines', { machines: { startMs: 1_000, cancelMs: 700 } }, 'deployment:acme'],
];

describe.each(worlds)('the promise, with %s', (_, kind, model) => {
  test('for any jobs, power cuts and lost answers, reruns submit no job twice and bring each to done or unknown', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          jobs: fc.integer({ min: 1, max: 12 }),
          max: fc.integer({ min: 1, max: 6 }),
          submits: fc.integer({ min: 1, max: 4 }),
          slots: fc.integer({ min: 1, max: 4 }),
          filesPerJob: fc.integer({ min: 1, max: 3 }),
          linkLifetimeMs: fc.constantFrom(0, 3_600_000),
          cuts: fc.array(fc.integer({ min: 0, max: 80 }), { maxLength: 12 }),
          submitFates: fc.array(fc.constantFrom(...fates), { minLength: 1, maxLength: 20 }),
          brokenReads: fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }),
          retries: fc.integer({ min: 0, max: 3 }),
          brokenSaves: fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }),
        }),
        async (plan) => {
          const w = world({
            ...kind,
            slots: plan.slots,
            filesPerJob: plan.filesPerJob,
            linkLifetimeMs: plan.linkLifetimeMs,
            latencyMs: (job) => 500 + 700 * Number(job.input.seed),
            // Faults stop after a while: what matters is that everything is then finished.
            submitFate: (n) => plan.submitFates[n - 1] ?? 'accepted',
            readFate: (n) => (plan.brokenReads[n - 1] ? 'broken' : 'answered'),
            saveFate: (n) => (plan.brokenSaves[n - 1] ? 'broken' : 'answered'),
          });
          w.put(Array.from({ length: plan.jobs }, (_, seed) => aJob({ prompt: 'a cat', seed }, { model })));

          const limits = {
            concurrency: { max: plan.max, adapts: false },
            maxSubmissions: plan.submits,
            backoff: { retries: plan.retries, firstMs: 500, limitMs: 4_000 },
          };
          const cuts = [...plan.cuts];
          for (let life = 0; ; life += 1) {
            expect(life).toBeLessThan(maxLives);
            w.cutAfter(cuts.shift() ?? null);
            const outcome = await oneLife(w, limits);
            expectNothingLostOrPaidTwice(w);
            const open = w.states().filter(({ status }) => status !== 'done' && status !== 'unknown');
            if (outcome === 'ended' && open.length === 0) break;
          }
          for (const state of w.states()) {
            if (state.status !== 'done') continue;
            expect(state.files).toHaveLength(plan.filesPerJob);
            for (const file of state.files) expect(w.disk.get(file.path)).toEqual(file);
          }
          expect(w.submitsPeak()).toBeLessThanOrEqual(plan.submits);
        },
      ),
      { numRuns: sized(60, 300) },
    );
  });

  test('a power cut at every single use of a port leaves no job paid twice', async () => {
    let cutsTried = 0;
    for (let uses = 0; ; uses += 1) {
      const w = world({ ...kind, filesPerJob: 2 });
      w.put([1, 2].map((seed) => aJob({ prompt: 'a cat', seed }, { model })));
      w.cutAfter(uses);
      const first = await oneLife(w);
      if (first === 'ended') break;
      cutsTried += 1;
      w.cutAfter(null);
      expect(await oneLife(w)).toBe('ended');
      expectNothingLostOrPaidTwice(w);
      for (const { status } of w.states()) expect(['done', 'unknown']).toContain(status);
    }
    expect(cutsTried).toBeGreaterThan(30);
  });
});
