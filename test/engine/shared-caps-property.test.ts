import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Job } from '../../src/core/job/job.ts';
import { isAtRest } from '../../src/core/job/state-facts.ts';
import { budget } from '../../src/core/money/budget.ts';
import { chargeOf } from '../../src/core/money/charges.ts';
import type { PastAttempts, Priced } from '../../src/core/money/past-attempts.ts';
import type { ProviderClient } from '../../src/core/provider.ts';
import { aJob } from '../support/builders.ts';
import { gatedAccount } from '../support/gated-account.ts';
import { gatedRun } from '../support/gated-run.ts';
import { calmLimits } from '../support/running.ts';
import { sized } from '../support/tiers.ts';
import { type Ending, type SubmitFate, type World, world } from '../support/world.ts';

// What three runners may do together, seen from the server.

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
const never = new AbortController().signal;
// One goes alone to find out what a job costs whose price nobody knows: after this many that told nothing, none does.
const blindJobs = 3;

const plans = fc.record({
  models: fc.array(
    fc.record({
      /** null: nobody knows. */
      baseCents: fc.option(fc.integer({ min: 1, max: 30 }), { freq: 6 }),
      factor: fc.double({ min: 0, max: 10, noNaN: true }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  capCents: fc.integer({ min: 0, max: 900 }),
  jobs: fc.array(fc.nat(2), { minLength: 1, maxLength: 40 }),
  max: fc.integer({ min: 1, max: 9 }),
  submits: fc.integer({ min: 1, max: 6 }),
  rpm: fc.option(fc.constantFrom(30, 120, 600)),
  fates: fc.array(fc.constantFrom(...fates), { maxLength: 20 }),
  endings: fc.array(fc.constantFrom(...endings), { maxLength: 20 }),
  submitMs: fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 5 }),
  kills: fc.array(fc.integer({ min: 1, max: 30_000 }), { maxLength: 3 }),
});

type Plan = typeof plans extends fc.Arbitrary<infer Each> ? Each : never;

const small: Plan = {
  ...{ models: [{ baseCents: null, factor: 0 }], capCents: 0, jobs: [0, 0], max: 1, submits: 1, rpm: null },
  ...{ fates: [], endings: [], submitMs: [1], kills: [] },
};

/** What submissions do to the server: how many are under way, when they came, and how many of them it has. */
function watched(w: World, submitMs: readonly number[]) {
  const seen = { arrivals: [] as number[], underWay: 0, peak: 0, inFlightPeak: 0 };

  /** `alive` never resolves once the runner is dead. */
  function api(alive: () => Promise<void>): ProviderClient {
    return {
      ...w.api,
      async submit(job, signal, how) {
        await alive();
        seen.underWay += 1;
        seen.peak = Math.max(seen.peak, seen.underWay);
        const tripMs = submitMs[seen.arrivals.length % submitMs.length] as number;
        seen.arrivals.push(w.clock.now());
        try {
          await w.clock.sleep(tripMs, never);
          const answer = await w.api.submit(job, signal, how);
          return answer;
        } finally {
          seen.underWay -= 1;
          const inFlight = [...w.requests.values()].filter(({ endsAt }) => endsAt > w.clock.now());
          seen.inFlightPeak = Math.max(seen.inFlightPeak, inFlight.length);
          await alive();
        }
      },
    };
  }

  return { api, seen };
}

/** An outage is given up after two hours. */
async function tooLong({ clock }: World): Promise<never> {
  await clock.sleep(4 * 3_600_000, never);
  throw new Error('The runners wait for each other.');
}

/** What a runner that joins finds in its mirror. */
function pastOf(account: ReturnType<typeof gatedAccount>): PastAttempts {
  const rested = account
    .states()
    .filter(({ state }) => isAtRest(state.status) || state.status === 'succeeded');
  const charges = rested.map(({ job, state }) => ({ ...job, attempts: 1, charge: chargeOf(state) }));
  const named = charges.flatMap((each) =>
    each.charge.type === 'named' ? [{ ...each, usd: each.charge.usd }] : [],
  );
  return {
    spentUsd: named.reduce((sum, { usd }) => sum + usd, 0),
    named,
    unnamed: charges.filter(({ charge }) => charge.type === 'unnamed'),
  };
}

test('three runners cross no cap that one would keep, and no other limit at any instant, whoever of them dies', async () => {
  await fc.assert(
    fc.asyncProperty(plans, async (plan) => {
      const of = (job: Priced) => plan.models[Number(job.model)] as (typeof plan.models)[number];
      const priceOf = (job: Priced): number | null => {
        const { baseCents } = of(job);
        return baseCents === null ? null : baseCents / 100;
      };
      const costUsd = (job: Job): number => (priceOf(job) ?? 0.07) * of(job).factor;
      const w = world({
        slots: 6,
        latencyMs: ({ input }) => 500 + 700 * (Number(input.seed) % 5),
        submitFate: (nth) => plan.fates[nth - 1] ?? 'accepted',
        ending: (nth) => plan.endings[nth - 1] ?? 'succeeded',
        costUsd,
      });
      const account = gatedAccount(w.clock);
      account.put(
        plan.jobs.map((model, seed) =>
          aJob({ prompt: 'a cat', seed }, { model: String(model % plan.models.length) }),
        ),
      );
      const { api, seen } = watched(w, plan.submitMs);
      const start = (name: string) => {
        let alive: () => Promise<void> = async () => {};
        const run = gatedRun({
          ...{ name, account },
          budget: budget(plan.capCents / 100, pastOf(account), priceOf),
          inFlight: account.states().filter(({ state }) => !isAtRest(state.status)),
          limits: {
            ...calmLimits,
            concurrency: { max: plan.max, adapts: false },
            maxSubmissions: plan.submits,
            maxSubmissionsPerMinute: plan.rpm,
          },
          ports: {
            ...{ api: api(() => alive()), results: () => w.api, files: () => w.files, past: new Map() },
            ...{ clock: w.clock, dice: () => 0.5, priceOf, observe: () => {} },
          },
        });
        alive = run.alive;
        return run;
      };
      const runs = ['a', 'b', 'c'].map(start);
      const ended: Promise<unknown>[] = runs.slice(plan.kills.length).map(({ batch }) => batch);
      await w.clock.run(
        (async () => {
          for (const [nth, ms] of plan.kills.entries()) {
            await w.clock.sleep(ms, never);
            runs[nth]?.die();
            ended.push(start(`again-${nth}`).batch);
          }
          await Promise.race([Promise.all(ended), tooLong(w)]);
        })(),
      );
      const requests = [...w.requests.values()];
      const charged = requests.reduce((sum, { job }) => sum + costUsd(job), 0);
      const beyond = plan.models.map(({ baseCents }, model) => {
        const its = requests.filter(({ job }) => job.model === String(model));
        return Math.max(0, ...its.map(({ job }) => costUsd(job))) * (baseCents === null ? 1 + blindJobs : 1);
      });
      const allowed = plan.capCents / 100 + beyond.reduce((sum, usd) => sum + usd, 0);
      expect(charged).toBeLessThanOrEqual(allowed + 1e-6);
      expect(Math.max(...w.accepted.values(), 0)).toBeLessThanOrEqual(1);
      expect(seen.peak).toBeLessThanOrEqual(plan.submits);
      expect(account.peaks.inFlight).toBeLessThanOrEqual(plan.max);
      // What was left unanswered is no longer counted.
      const unknown = account.states().filter(({ state }) => state.status === 'unknown').length;
      expect(seen.inFlightPeak).toBeLessThanOrEqual(plan.max + unknown);
      const gaps = seen.arrivals.slice(1).map((at, nth) => at - (seen.arrivals[nth] as number));
      if (plan.rpm !== null) expect(Math.min(...gaps, 60_000)).toBeGreaterThanOrEqual(60_000 / plan.rpm - 5);
    }),
    {
      numRuns: sized(40, 400),
      examples: [
        // A runner dies while its claim is being answered.
        [{ ...small, jobs: [0], kills: [1, 2] }],
        // A job fails, and nobody says what it has cost.
        [{ ...small, models: [{ baseCents: null, factor: 0.15 }], capCents: 1, endings: ['failed'] }],
        // A request that has to end first is taken over from a dead runner, whose heir has a narrow window by then.
        [
          {
            models: [
              { baseCents: null, factor: 0 },
              { baseCents: 20, factor: 0 },
              { baseCents: 11, factor: 0.0001 },
            ],
            ...{ capCents: 482, jobs: [1, 2, 0, 0, 1, 2, 2, 1, 0], max: 7, submits: 5, rpm: 30 },
            fates: ['accepted', 'rateLimited', 'lostAfter', 'lostAfter', 'lostBefore'],
            endings: ['forgotten', 'succeeded', 'failed', 'succeeded'],
            ...{ submitMs: [1, 76, 531], kills: [8_706] },
          },
        ],
      ],
    },
  );
});
