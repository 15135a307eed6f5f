import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resumed } from '../../src/core/job/lifecycle.ts';
import { isAtRest, requestIdOf } from '../../src/core/job/state-facts.ts';
import { aJob } from '../support/builders.ts';
import { type LinkFate, type MachinePlan, type SharedWorld, sharedWorld } from '../support/shared-world.ts';
import { sized } from '../support/tiers.ts';
import type { SubmitFate } from '../support/world.ts';

const fates: readonly SubmitFate[] = [
  ...(['accepted', 'accepted', 'accepted'] as const),
  ...(['lostAfter', 'lostBefore', 'unreachable', 'rateLimited'] as const),
];
const maxRounds = 20;
const maxHours = 2;

const spans = (maxMs: number, count: number) =>
  fc.array(
    fc.record({
      at: fc.oneof(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 60_000 })),
      ms: fc.integer({ min: 100, max: maxMs }),
    }),
    { maxLength: count },
  );

const machine = fc.record({
  max: fc.integer({ min: 1, max: 4 }),
  cuts: fc.array(fc.option(fc.integer({ min: 0, max: 120 })), { maxLength: 4 }),
  offMs: fc.constantFrom(0, 3_000, 60_000),
  freezes: spans(90_000, 2),
  partitions: spans(90_000, 2),
  links: fc.array(fc.constantFrom<LinkFate>('good', 'good', 'good', 'cut', 'mute'), { maxLength: 60 }),
  skewMs: fc.constantFrom(0, -7_200_000, 86_400_000),
  linkMs: fc.constantFrom(1, 20, 400),
  submitMs: fc.constantFrom(0, 700, 20_000),
});

const plans = fc.record({
  jobs: fc.integer({ min: 1, max: 10 }),
  slots: fc.integer({ min: 1, max: 6 }),
  latencyMs: fc.constantFrom(300, 4_000, 40_000),
  maxInFlight: fc.constantFrom(2, 1_000),
  machines: fc.array(machine, { minLength: 1, maxLength: 3 }),
  submitFates: fc.array(fc.constantFrom(...fates), { maxLength: 20 }),
  brokenReads: fc.array(fc.boolean(), { maxLength: 20 }),
});

type Plan = typeof plans extends fc.Arbitrary<infer T> ? T : never;

function worldOf(plan: Plan): SharedWorld {
  const w = sharedWorld(
    {
      slots: plan.slots,
      latencyMs: (job) => plan.latencyMs + 100 * Number(job.input.seed),
      // Faults stop after a while: what matters is that everything is then finished.
      submitFate: (nth) => plan.submitFates[nth - 1] ?? 'accepted',
      readFate: (nth) => (plan.brokenReads[nth - 1] ? 'broken' : 'answered'),
    },
    plan.maxInFlight,
  );
  w.put(Array.from({ length: plan.jobs }, (_, seed) => aJob({ prompt: 'a cat', seed })));
  return w;
}

function planOf({ max, ...rest }: Plan['machines'][number]): MachinePlan {
  return { ...rest, limits: { concurrency: { max, adapts: false } } };
}

/** No job was accepted twice, and whatever any machine knows durably, the shared ledger knows or is about to be told. */
function expectNothingLostOrPaidTwice(w: SharedWorld): void {
  for (const [body, times] of w.server.accepted) expect(times, `submits accepted of ${body}`).toBe(1);
  for (const [id, { job }] of w.server.requests) {
    const state = resumed(w.memory.stateOf(job.id));
    const isKnown = requestIdOf(state) === id;
    const isUntold = [...w.disks.values()].some((disk) =>
      disk.outbox.some((told) => requestIdOf(told.state) === id),
    );
    expect(isKnown || isUntold || state.status === 'unknown', `${id} of a job that is ${state.status}`).toBe(
      true,
    );
  }
}

/** What a machine has kept of its own requests is in the shared ledger. */
function expectAllTold(w: SharedWorld): void {
  for (const [name, disk] of w.disks) {
    expect(disk.outbox, name).toEqual([]);
    for (const { job, state } of disk.jobs.values()) {
      const id = requestIdOf(state);
      if (id !== null) expect(requestIdOf(w.memory.stateOf(job.id)), `${id}, that ${name} knows`).toBe(id);
    }
  }
}

/** Runs all machines to their end. */
async function worked(w: SharedWorld, machines: readonly Promise<void>[]): Promise<void> {
  const { clock } = w.server;
  const stuck = clock.sleep(maxHours * 3_600_000, new AbortController().signal).then(() => {
    const jobs = w.memory.jobs().map(({ state, holder, isLeft }) => ({ state, holder, isLeft }));
    throw new Error(`It does not end: ${JSON.stringify(jobs)}`);
  });
  await clock.run(Promise.race([Promise.all(machines), stuck]));
}

async function through(plan: Plan): Promise<SharedWorld> {
  const w = worldOf(plan);
  const machines = plan.machines.map((each, index) => [`machine-${index}`, planOf(each)] as const);
  await worked(
    w,
    machines.map(([name, each]) => w.work(name, each)),
  );
  expectNothingLostOrPaidTwice(w);
  for (let round = 0; ; round += 1) {
    expect(round).toBeLessThan(maxRounds);
    // The user starts it again on every machine, and nothing fails any more.
    await worked(
      w,
      machines.map(([name]) => w.work(name)),
    );
    expectNothingLostOrPaidTwice(w);
    if (w.memory.jobs().every(({ state }) => isAtRest(state.status))) break;
  }
  return w;
}

describe('the promise, with several machines on one run', () => {
  test('for any cuts, freezes, partitions, lost acknowledgements and skewed clocks, no job is paid twice, and none is lost', async () => {
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const w = await through(plan);
        expectAllTold(w);
        for (const { job, state } of w.memory.jobs()) {
          expect(['done', 'unknown'], job.id).toContain(state.status);
          if (state.status === 'done') expect(state.files).toHaveLength(1);
        }
      }),
      { numRuns: sized(60, 1_500) },
    );
  });

  test('where every machine lives on, late facts bring each job back, and none is left in doubt', async () => {
    const lives = plans.map((plan) => ({
      ...plan,
      submitFates: plan.submitFates.filter((fate) => fate !== 'lostAfter' && fate !== 'lostBefore'),
      machines: plan.machines.map((each) => ({ ...each, cuts: [] })),
    }));
    await fc.assert(
      fc.asyncProperty(lives, async (plan) => {
        const w = await through(plan);
        expectAllTold(w);
        for (const { job, state } of w.memory.jobs()) expect(state.status, job.id).toBe('done');
      }),
      { numRuns: sized(30, 600) },
    );
  });

  /** Found by the properties above, and shrunk. */
  const calm: Omit<Plan['machines'][number], 'max'> = {
    ...{ cuts: [], offMs: 0, freezes: [], partitions: [], links: [] },
    ...{ skewMs: 0, linkMs: 1, submitMs: 0 },
  };
  const found: readonly (readonly [string, Plan])[] = [
    [
      'two machines whose first claims were never answered do not wait for each other',
      {
        ...{ jobs: 2, slots: 1, latencyMs: 300, maxInFlight: 2, submitFates: [], brokenReads: [] },
        machines: [
          { ...calm, max: 1, links: ['mute'] },
          { ...calm, max: 1, links: ['mute'] },
        ],
      },
    ],
    [
      'a job is given back also where the engine lets go of it while others are being given back',
      {
        ...{ jobs: 5, slots: 1, latencyMs: 40_000, maxInFlight: 2, submitFates: [], brokenReads: [] },
        machines: [
          { ...calm, max: 2, linkMs: 400, partitions: [{ at: 42_001, ms: 24_880 }] },
          { ...calm, max: 2, freezes: [{ at: 10_002, ms: 23_098 }], partitions: [{ at: 925, ms: 7_077 }] },
        ],
      },
    ],
  ];

  test.each(found)('%s', async (_, plan) => {
    const w = await through(plan);
    expectAllTold(w);
    for (const { state } of w.memory.jobs()) expect(state.status).toBe('done');
  });
});
