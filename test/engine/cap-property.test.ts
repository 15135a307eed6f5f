import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Job } from '../../src/core/job/job.ts';
import { resumed } from '../../src/core/job/lifecycle.ts';
import { ordered } from '../../src/core/job/orders.ts';
import { budget } from '../../src/core/money/budget.ts';
import { chargeOf } from '../../src/core/money/charges.ts';
import { idleUsd, type MachineTerms, machinesFor, machineUsd } from '../../src/core/money/machine-time.ts';
import type { PastAttempts, Priced } from '../../src/core/money/past-attempts.ts';
import { basePriceUsd, type Price } from '../../src/core/money/prices.ts';
import { admission } from '../../src/engine/admission.ts';
import { aJob } from '../support/builders.ts';
import { oneLife } from '../support/running.ts';
import { sized } from '../support/tiers.ts';
import { type Ending, type SubmitFate, type World, world } from '../support/world.ts';

interface Model {
  readonly baseCents: number;
  /** The server charges a multiple of the base price. */
  readonly factor: number;
}

function price({ baseCents }: Model): Price {
  return { usd: baseCents / 100, unit: 'output' };
}

/** What the folder knows when a run begins: all its attempts, but for those that go on. */
function pastOf(w: World, runs = 0): PastAttempts {
  const charges = w.attempts().map(({ job, state }) => ({ job, charge: chargeOf(resumed(state)) }));
  const named = charges.flatMap(({ job, charge }) =>
    charge.type === 'named' ? [{ ...job, attempts: 1, usd: charge.usd }] : [],
  );
  const unnamed = charges.filter(({ charge }) => charge.type === 'unnamed');
  return {
    spentUsd: named.reduce((sum, { usd }) => sum + usd, 0),
    runs,
    named,
    unnamed: unnamed.map(({ job }) => ({ ...job, attempts: 1 })),
  };
}

const fates: SubmitFate[] = [
  'accepted',
  'accepted',
  'accepted',
  'lostAfter',
  'lostBefore',
  'rateLimited',
  'refused',
];
const endings: Ending[] = ['succeeded', 'succeeded', 'succeeded', 'failed', 'forgotten'];
const models = fc.array(
  fc.record({
    baseCents: fc.integer({ min: 1, max: 30 }),
    factor: fc.double({ min: 0, max: 10, noNaN: true }),
  }),
  { minLength: 1, maxLength: 3 },
);

/** Gives new attempts to what did not end well, and to what is unknown, as a user's orders do. */
function giveOrders(w: World): void {
  for (const { job, state } of w.attempts()) {
    if (state.attempt !== w.stateOf(job.id).attempt) continue;
    const next = ordered(state, { type: 'resubmit' }) ?? ordered(state, { type: 'retry' });
    if (next !== null) w.set(job.id, next);
  }
}

test('under any prices, retries, resubmissions, lost answers and power cuts, what may have been charged never exceeds the cap by more than one job of each model', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        models,
        capCents: fc.integer({ min: 0, max: 600 }),
        jobs: fc.array(fc.record({ model: fc.nat(2), images: fc.integer({ min: 1, max: 4 }) }), {
          minLength: 1,
          maxLength: 30,
        }),
        max: fc.integer({ min: 1, max: 12 }),
        submits: fc.integer({ min: 1, max: 8 }),
        fates: fc.array(fc.constantFrom(...fates), { maxLength: 20 }),
        endings: fc.array(fc.constantFrom(...endings), { maxLength: 20 }),
        cuts: fc.array(fc.option(fc.integer({ min: 0, max: 120 })), { minLength: 1, maxLength: 6 }),
      }),
      async (plan) => {
        const of = (job: Priced): Model => plan.models[Number(job.model)] as Model;
        const priceOf = (job: Priced): number | null => basePriceUsd(price(of(job)), job.input);
        const costUsd = (job: Job): number => (priceOf(job) ?? 0) * of(job).factor;
        const w = world({
          slots: 6,
          latencyMs: ({ input }) => 500 + 700 * (Number(input.seed) % 5),
          submitFate: (nth) => plan.fates[nth - 1] ?? 'accepted',
          ending: (nth) => plan.endings[nth - 1] ?? 'succeeded',
          costUsd,
        });
        w.put(
          plan.jobs.map(({ model, images }, seed) =>
            aJob(
              { prompt: 'a cat', seed, num_images: images },
              { model: String(model % plan.models.length) },
            ),
          ),
        );
        const limits = { concurrency: { max: plan.max, adapts: false }, maxSubmissions: plan.submits };
        for (const cut of plan.cuts) {
          w.cutAfter(cut);
          await oneLife(w, limits, { admission: admission(budget(plan.capCents / 100, pastOf(w), priceOf)) });
          w.openLedger();
          giveOrders(w);
        }
        const charged = [...w.requests.values()].reduce((sum, { job }) => sum + costUsd(job), 0);
        const oneOfEach = plan.models.map((_, model) => {
          const its = [...w.requests.values()].filter(({ job }) => job.model === String(model));
          return Math.max(0, ...its.map(({ job }) => costUsd(job)));
        });
        const maxUsd = plan.capCents / 100 + oneOfEach.reduce((sum, usd) => sum + usd, 0);
        expect(charged).toBeLessThanOrEqual(maxUsd + 1e-6);
      },
    ),
    { numRuns: sized(60, 300) },
  );
});

test('where machines are paid by the second and no cost is named, jobs, boots and idle time together never exceed the cap by more than one job of each model', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        models: fc.array(
          fc.record({
            busyMs: fc.integer({ min: 500, max: 90_000 }),
            usdPerSecond: fc.constantFrom(0.0003, 0.002, 0.01),
            machines: fc.integer({ min: 1, max: 6 }),
            coldStartMs: fc.constantFrom(0, 60_000, 240_000),
            keepWarmMs: fc.constantFrom(0, 60_000),
            isKnown: fc.boolean(),
          }),
          { minLength: 1, maxLength: 3 },
        ),
        capCents: fc.integer({ min: 0, max: 600 }),
        jobs: fc.array(fc.nat(2), { minLength: 1, maxLength: 30 }),
        max: fc.integer({ min: 1, max: 12 }),
        fates: fc.array(fc.constantFrom(...fates), { maxLength: 20 }),
        endings: fc.array(fc.constantFrom(...endings), { maxLength: 20 }),
        cuts: fc.array(fc.option(fc.integer({ min: 0, max: 120 })), { minLength: 1, maxLength: 5 }),
      }),
      async (plan) => {
        const of = (model: string) => plan.models[Number(model)] as (typeof plan.models)[number];
        const machinesOf = (model: string): MachineTerms => {
          const { busyMs, isKnown, ...rest } = of(model);
          return { ...rest, usualMs: isKnown ? busyMs : null };
        };
        const costUsd = (job: Priced): number => machineUsd(machinesOf(job.model), of(job.model).busyMs);
        const w = world({
          slots: 6,
          latencyMs: ({ model }) => of(model).busyMs,
          submitFate: (nth) => plan.fates[nth - 1] ?? 'accepted',
          ending: (nth) => plan.endings[nth - 1] ?? 'succeeded',
          costUsd: () => null,
        });
        w.put(
          plan.jobs.map((model, seed) =>
            aJob({ prompt: 'a cat', seed }, { model: String(model % plan.models.length) }),
          ),
        );
        let [idle, runs] = [0, 0];
        for (const cut of plan.cuts) {
          w.cutAfter(cut);
          const before = new Set(w.requests.keys());
          const cap = budget(plan.capCents / 100, pastOf(w, runs), () => null, machinesOf);
          const limits = { concurrency: { max: plan.max, adapts: false } };
          await oneLife(w, limits, { admission: admission(cap), machinesOf });
          const made = [...w.requests].filter(([id]) => !before.has(id)).map(([, request]) => request);
          if (made.length > 0) runs += 1;
          for (const [model] of plan.models.entries()) {
            const spans = made.filter(({ job }) => job.model === String(model));
            const atOnce = Math.max(
              0,
              ...spans.map(
                ({ acceptedAt }) =>
                  spans.filter((other) => other.acceptedAt <= acceptedAt && other.endsAt > acceptedAt).length,
              ),
            );
            const terms = machinesOf(String(model));
            idle += machinesFor(terms, atOnce) * idleUsd(terms);
          }
          w.openLedger();
          giveOrders(w);
        }
        const charged = [...w.requests.values()].reduce((sum, { job }) => sum + costUsd(job), idle);
        const oneOfEach = plan.models.map((_, model) => costUsd({ model: String(model), input: {} }));
        const used = oneOfEach.filter((_, model) =>
          [...w.requests.values()].some(({ job }) => job.model === String(model)),
        );
        const maxUsd = plan.capCents / 100 + used.reduce((sum, usd) => sum + usd, 0);
        expect(charged).toBeLessThanOrEqual(maxUsd + 1e-6);
      },
    ),
    {
      numRuns: sized(60, 300),
      // The first request runs on, unknown, beside the second one, so that another machine starts.
      examples: [
        [
          {
            models: [
              {
                busyMs: 500,
                usdPerSecond: 0.01,
                machines: 2,
                coldStartMs: 240_000,
                keepWarmMs: 0,
                isKnown: true,
              },
            ],
            capCents: 246,
            jobs: [0, 0],
            max: 1,
            fates: ['lostAfter'],
            endings: [],
            cuts: [null],
          },
        ],
      ],
    },
  );
});
