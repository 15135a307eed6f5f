import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { failure } from '../../src/core/job/failures.ts';
import type { Instant, JobId, JobState, RequestId } from '../../src/core/job/job.ts';
import { isAtRest, requestIdOf } from '../../src/core/job/state-facts.ts';
import {
  type DecideOn,
  type GateView,
  leaseMs,
  type SharedClaim,
  type SharedLedger,
} from '../../src/core/sharing/shared-ledger.ts';
import type { SharedChange } from '../../src/core/sharing/shared-rows.ts';
import { type Standing, type Told, verdictOn } from '../../src/core/sharing/verdicts.ts';
import { sized } from '../support/tiers.ts';

/** A shared ledger with one run of pending jobs. */
export interface SharedLedgerWorld {
  /** In the plan's order. */
  readonly jobs: readonly JobId[];
  /** A process of this runner begins. */
  join(runner: string): Promise<SharedLedger>;
  /** Lets time pass, and leases end that are too old by then. */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

const at = 1_700_000_000_000 as Instant;
const all: DecideOn = (_, asked) => ({ go: asked.length, nextAt: null });
const ids = (claims: readonly SharedClaim[]): readonly JobId[] => claims.map(({ job }) => job.id);
const announcement = (job: JobId, epoch: number, attempt = 1): Told => ({
  ...{ job, epoch, at },
  state: { status: 'submitting', attempt, since: at },
});
const why = failure('unanswered', 'No answer came.');
const file = { path: 'a.png', bytes: 1, sha256: 'a'.repeat(64), original_sha256: null, mime: 'image/png' };

/** A state of each kind, with the job's own request. */
function stateOf(status: JobState['status'], requestId: string, attempt = 1): JobState {
  const named = { attempt, requestId: requestId as RequestId };
  switch (status) {
    case 'pending':
      return { status, attempt, stalled: null };
    case 'submitting':
      return { status, attempt, since: at };
    case 'unknown':
      return { status, attempt, since: at, failure: why };
    case 'queued':
    case 'running':
      return { status, ...named, since: at, stalled: null };
    case 'succeeded':
      return { status, ...named, costUsd: null, outputs: null, stalled: null };
    case 'done':
      return { status, ...named, costUsd: 0.1, files: [{ ...file, width: 1, height: 1 }] };
    case 'failed':
    case 'cancelled':
    case 'lost':
      return { status, ...named, costUsd: null, failure: failure('generation_failed', 'It failed.') };
  }
}

/**
 * What runners rely on, said once and held against the ledger in memory and the one in PostgreSQL. `open` makes a new
 * run of as many jobs for each test. `ledgerTest`: where the ledger may be missing, the test that skips.
 */
export function sharedLedgerConformance(
  name: string,
  open: (jobs: number) => Promise<SharedLedgerWorld>,
  ledgerTest: (what: string, work: () => Promise<void>) => void = test,
): void {
  describe(`${name} as a shared ledger`, () => {
    let world: SharedLedgerWorld;
    let [one, two] = [] as unknown as [SharedLedger, SharedLedger];

    const inWorld = (what: string, jobs: number, work: () => Promise<void>): void =>
      ledgerTest(what, async () => {
        world = await open(jobs);
        try {
          one = await world.join('one');
          two = await world.join('two');
          await work();
        } finally {
          await world.close();
        }
      });

    async function rowOf(job: JobId): Promise<SharedChange['job']> {
      const [change] = await one.read([job]);
      return (change as SharedChange).job;
    }

    async function claimed(by: SharedLedger): Promise<SharedClaim> {
      const { claims } = await by.claim(1);
      return claims[0] as SharedClaim;
    }

    /** The job is announced by this runner; gives the epoch of the announcement. */
    async function announced(by: SharedLedger): Promise<{ job: JobId; epoch: number }> {
      const claim = await claimed(by);
      const [answer] = await by.announce([announcement(claim.job.id, claim.epoch)], null, all);
      if (answer?.answer !== 'go') throw new Error('The gate is closed.');
      return { job: claim.job.id, epoch: answer.epoch };
    }

    describe('hands out jobs', () => {
      inWorld('each to one runner, in the order of the plan', 7, async () => {
        const answers = await Promise.all([one.claim(2), two.claim(2), one.claim(2), two.claim(2)]);
        const claims = answers.flatMap((answer) => ids(answer.claims));
        expect(claims.toSorted()).toEqual(world.jobs.toSorted());
        for (const { claims: some } of answers)
          expect(ids(some)).toEqual(world.jobs.filter((id) => ids(some).includes(id)));
      });

      inWorld('and says how many others hold, until they are at rest', 2, async () => {
        const held = await announced(one);
        expect(await two.claim(5)).toMatchObject({ heldByOthers: 1 });
        expect((await two.claim(5)).claims).toEqual([]);
        await one.tell([{ ...held, state: stateOf('done', 'r-1'), at }]);
        expect((await two.claim(5)).heldByOthers).toBe(0);
        expect((await one.claim(5)).heldByOthers).toBe(1);
      });

      inWorld('those known to the server before the pending ones', 3, async () => {
        const first = await claimed(one);
        const second = await announced(one);
        await one.tell([{ ...second, state: stateOf('queued', 'r-2'), at }]);
        await one.release(null);
        const { claims } = await two.claim(5);
        expect(ids(claims)).toEqual([second.job, first.job.id, world.jobs[2]]);
        expect(claims[0]?.state).toMatchObject({ status: 'queued', requestId: 'r-2' });
      });

      inWorld('again to the next process of a runner that has died', 2, async () => {
        const before = await claimed(one);
        one = await world.join('one');
        const { claims } = await one.claim(1);
        expect(ids(claims)).toEqual([before.job.id]);
        expect(claims[0]?.epoch).toBeGreaterThan(before.epoch);
      });

      inWorld('that were given back, at once, and no longer from their old holder', 1, async () => {
        const before = await claimed(one);
        await one.release([before.job.id]);
        const after = await claimed(two);
        expect(after.job.id).toBe(before.job.id);
        expect(await one.announce([announcement(before.job.id, before.epoch)], null, all)).toEqual([
          { answer: 'refused' },
        ]);
        await one.release([before.job.id]);
        expect(await two.announce([announcement(after.job.id, after.epoch)], null, all)).toMatchObject([
          { answer: 'go' },
        ]);
      });

      inWorld('that have stalled to nobody before the next runner starts', 1, async () => {
        const held = await announced(one);
        await one.tell([{ ...held, state: stateOf('queued', 'r-1'), at }]);
        const stalled = {
          ...stateOf('queued', 'r-1'),
          stalled: failure('overdue', 'It takes long.'),
        } as JobState;
        expect(await one.tell([{ ...held, state: stalled, at }])).toEqual(['taken']);
        await one.release(null);
        expect(await two.claim(1)).toEqual({ claims: [], heldByOthers: 0 });
        const three = await world.join('three');
        expect((await claimed(three)).state).toMatchObject({ status: 'queued', stalled: null });
      });
    });

    describe('takes over from a runner that has gone', () => {
      inWorld('after its lease: what was pending, and what the server has', 2, async () => {
        const second = await announced(one);
        await one.tell([{ ...second, state: stateOf('running', 'r-1'), at }]);
        await claimed(one);
        expect((await two.claim(5)).claims).toEqual([]);
        await world.pass(leaseMs + 1_000);
        const { claims } = await two.claim(5);
        expect(ids(claims)).toEqual(world.jobs);
        expect((await one.renew()).lost.toSorted()).toEqual(world.jobs.toSorted());
      });

      inWorld('but not from one that renews', 1, async () => {
        await claimed(one);
        for (let turn = 0; turn < 2; turn += 1) {
          await world.pass(leaseMs / 2);
          expect((await one.renew()).lost).toEqual([]);
        }
        await world.pass(leaseMs / 2);
        expect((await two.claim(1)).claims).toEqual([]);
      });

      inWorld('and hands out no submission that it left unanswered: it is unknown', 1, async () => {
        const held = await announced(one);
        await world.pass(leaseMs + 1_000);
        expect(await two.claim(1)).toEqual({ claims: [], heldByOthers: 0 });
        expect((await rowOf(held.job)).state).toBe('unknown');
      });

      inWorld('whose late answer brings the job back, for anybody', 1, async () => {
        const held = await announced(one);
        await world.pass(leaseMs + 1_000);
        await two.claim(1);
        expect(await one.tell([{ ...held, state: stateOf('queued', 'r-1'), at }])).toEqual(['taken']);
        expect((await claimed(two)).state).toMatchObject({ status: 'queued', requestId: 'r-1' });
      });

      inWorld('whose proof that nothing left brings it back as pending', 1, async () => {
        const held = await announced(one);
        await world.pass(leaseMs + 1_000);
        await two.claim(1);
        expect(await one.tell([{ ...held, state: stateOf('pending', ''), at }])).toEqual(['taken']);
        const again = await announced(two);
        // Told once more, it says nothing of the announcement since.
        expect(await one.tell([{ ...held, state: stateOf('pending', ''), at }])).toEqual(['known']);
        expect(await rowOf(held.job)).toMatchObject({ state: 'submitting', epoch: again.epoch });
      });
    });

    describe('announces', () => {
      inWorld('once, whoever asks with whichever epoch', 1, async () => {
        const stale = await claimed(one);
        await one.release(null);
        const fresh = await claimed(two);
        const ask = (by: SharedLedger, epoch: number) =>
          by.announce([announcement(fresh.job.id, epoch)], null, all);
        const answers = await Promise.all([
          ...[ask(one, stale.epoch), ask(one, fresh.epoch), ask(one, fresh.epoch + 1)],
          ...[ask(two, stale.epoch), ask(two, fresh.epoch + 1)],
        ]);
        expect(answers.flat()).toEqual(Array(5).fill({ answer: 'refused' }));
        expect(await ask(two, fresh.epoch)).toEqual([{ answer: 'go', epoch: fresh.epoch + 1 }]);
      });

      inWorld('the same again where the answer was lost, until something else has happened', 2, async () => {
        const claim = await claimed(one);
        const asked = [announcement(claim.job.id, claim.epoch)];
        const first = await one.announce(asked, null, all);
        expect(await one.announce(asked, null, () => ({ go: 0, nextAt: null }))).toEqual(first);
        await one.tell([{ ...(asked[0] as Told), epoch: claim.epoch + 1, state: stateOf('queued', 'r-1') }]);
        expect(await one.announce(asked, null, all)).toEqual([{ answer: 'refused' }]);
      });

      inWorld('as many as the gate lets through, however many ask at once', 12, async () => {
        const cap = 3;
        const capped: DecideOn = ({ inFlight }, asked) => ({
          go: Math.max(0, Math.min(asked.length, cap - inFlight)),
          nextAt: null,
        });
        const announce = async (by: SharedLedger) => {
          const { claims } = await by.claim(4);
          return by.announce(
            claims.map(({ job, epoch }) => announcement(job.id, epoch)),
            null,
            capped,
          );
        };
        const three = await world.join('three');
        const answers = (await Promise.all([one, two, three].map(announce))).flat();
        expect(answers.filter(({ answer }) => answer === 'go')).toHaveLength(cap);
        expect(answers.filter(({ answer }) => answer === 'wait')).toHaveLength(12 - cap);
      });

      inWorld('and shows the counts, what has changed, and until when the account waits', 3, async () => {
        const views: GateView[] = [];
        const look: DecideOn = (view) => {
          views.push(view);
          return { go: 1, nextAt: (view.now + 60_000) as Instant };
        };
        const { claims } = await one.claim(2);
        const asked = claims.map(({ job, epoch }) => announcement(job.id, epoch));
        expect((await one.announce(asked, null, look)).map(({ answer }) => answer)).toEqual(['go', 'wait']);
        await two.pause(30_000);
        const other = await claimed(two);
        await two.announce([announcement(other.job.id, other.epoch)], views[0]?.horizon ?? null, look);
        const [before, after] = views as [GateView, GateView];
        expect(before).toMatchObject({
          inFlight: 0,
          mine: 0,
          unanswered: 0,
          nextAt: null,
          pausedUntil: null,
        });
        expect(before.changes.map(({ job }) => job.id).toSorted()).toEqual(world.jobs.toSorted());
        expect(after).toMatchObject({ inFlight: 1, mine: 0, unanswered: 1 });
        expect((after.nextAt ?? 0) - before.now).toBe(60_000);
        expect((after.pausedUntil ?? 0) - after.now).toBeGreaterThan(20_000);
        expect(after.changes.map(({ job }) => [job.id, job.state])).toContainEqual([
          world.jobs[0],
          'submitting',
        ]);
      });
    });

    describe('is told', () => {
      inWorld('of what has happened by anybody, and of decisions by the holder alone', 1, async () => {
        const held = await announced(one);
        const say = (by: SharedLedger, state: JobState, epoch = held.epoch) =>
          by.tell([{ ...held, epoch, state, at }]);
        expect(await say(two, stateOf('queued', 'r-1'), 0)).toEqual(['taken']);
        expect(await say(one, stateOf('lost', 'r-1'), held.epoch - 1)).toEqual(['refused']);
        expect(await say(one, stateOf('done', 'r-1'))).toEqual(['taken']);
        expect(await say(two, stateOf('running', 'r-1'), 0)).toEqual(['known']);
        expect(await rowOf(held.job)).toMatchObject({ state: 'done', request_id: 'r-1', holder: null });
      });

      inWorld('several states of one job in their order', 1, async () => {
        const held = await announced(one);
        const states = (['queued', 'running', 'succeeded', 'done'] as const).map((each) =>
          stateOf(each, 'r-1'),
        );
        expect(await one.tell(states.map((state) => ({ ...held, state, at })))).toEqual(
          Array(4).fill('taken'),
        );
        expect(await rowOf(held.job)).toMatchObject({ state: 'done', holder: null });
      });

      const told = fc.record({
        status: fc.constantFrom(
          ...(['pending', 'unknown', 'queued', 'running', 'succeeded'] as const),
          ...(['done', 'failed', 'cancelled', 'lost'] as const),
        ),
        epoch: fc.integer({ min: 0, max: 3 }),
        attempt: fc.constantFrom(1, 1, 1, 2),
        by: fc.boolean(),
      });

      inWorld('anything in any order, late and twice, and judges it by the rules alone', 40, async () => {
        await fc.assert(
          fc.asyncProperty(fc.array(told, { minLength: 1, maxLength: 8 }), async (tellings) => {
            const held = await announced(one);
            let model: Standing = {
              state: stateOf('submitting', ''),
              epoch: held.epoch,
              announced: held.epoch,
            };
            for (const { status, epoch, attempt, by } of tellings.flatMap((each) => [each, each])) {
              const state = stateOf(status, `r-${held.job}`, attempt);
              const say: Told = { job: held.job, epoch: held.epoch - 2 + epoch, state, at };
              const expected = verdictOn(model, say);
              if (expected === 'taken') model = { ...model, state };
              expect(await (by ? one : two).tell([say]), `${status} by epoch ${epoch}`).toEqual([expected]);
              const row = await rowOf(held.job);
              expect([row.state, row.request_id]).toEqual([model.state.status, requestIdOf(model.state)]);
              if (isAtRest(model.state.status)) expect(row.holder).toBeNull();
            }
            // The next one begins with another job.
            await one.tell([{ ...held, state: stateOf('done', `r-${held.job}`), at }]);
          }),
          { numRuns: sized(12, 36) },
        );
      });
    });

    describe('carries out orders', () => {
      inWorld('of what is still as the user saw it, and takes the job from its holder', 1, async () => {
        const held = await announced(one);
        await one.tell([{ ...held, state: stateOf('failed', 'r-1'), at }]);
        const order = { job: held.job, seen: stateOf('failed', 'r-1'), state: stateOf('pending', '', 2), at };
        expect(await two.order([order])).toEqual(['taken']);
        expect(await two.order([order])).toEqual(['known']);
        const claim = await claimed(two);
        expect(claim.state).toMatchObject({ status: 'pending', attempt: 2 });
        expect(claim.epoch).toBeGreaterThan(held.epoch + 1);
        // What is still told of the attempt before changes nothing.
        expect(await one.tell([{ ...held, state: stateOf('done', 'r-1'), at }])).toEqual(['earlier']);
        expect((await rowOf(held.job)).state).toBe('pending');
      });

      inWorld('all of them or none', 2, async () => {
        const held = await announced(one);
        await one.tell([{ ...held, state: stateOf('queued', 'r-1'), at }]);
        const second = world.jobs[1] as JobId;
        const cancel = failure('cancelled', 'It was cancelled.');
        const cancelled = (requestId: RequestId | null): JobState => {
          return { status: 'cancelled', attempt: 1, requestId, failure: cancel, costUsd: null };
        };
        const orders = [
          { job: second, seen: stateOf('pending', ''), state: cancelled(null), at },
          { job: held.job, seen: stateOf('pending', ''), state: cancelled(null), at },
        ];
        expect(await two.order(orders)).toContain('refused');
        expect((await rowOf(second)).state).toBe('pending');
      });
    });

    describe('tells what has changed', () => {
      inWorld('page by page, each job as it stands, and nothing when nothing has', 9, async () => {
        const seen = new Map<string, string>();
        const take = (changes: readonly SharedChange[]): void => {
          for (const { job } of changes) seen.set(job.id, job.state);
        };
        const horizon = await one.changes(null, take);
        expect([...seen.keys()].toSorted()).toEqual(world.jobs.toSorted());
        const held = await announced(two);
        seen.clear();
        const next = await one.changes(horizon, take);
        expect([...seen]).toEqual([[held.job, 'submitting']]);
        seen.clear();
        await one.changes(next, take);
        expect([...seen]).toEqual([]);
      });

      inWorld('and misses nothing, while many change it at once', 30, async () => {
        const seen = new Map<string, string>();
        let isOver = false;
        let horizon: string | null = null;
        const pull = async (): Promise<void> => {
          horizon = await one.changes(horizon, (changes) => {
            for (const { job } of changes) seen.set(job.id, job.state);
          });
        };
        const pulling = (async () => {
          while (!isOver) {
            await pull();
            await new Promise((resolve) => setImmediate(resolve));
          }
        })();
        const runners = [two, await world.join('three'), await world.join('four')];
        await Promise.all(
          runners.map(async (runner) => {
            for (let turn = 0; turn < 10; turn += 1) {
              const held = await announced(runner);
              await runner.tell([{ ...held, state: stateOf('queued', `r-${held.job}`), at }]);
              await runner.tell([{ ...held, state: stateOf('done', `r-${held.job}`), at }]);
            }
          }),
        );
        isOver = true;
        await pulling;
        await pull();
        expect([...seen.values()]).toEqual(Array(30).fill('done'));
      });
    });
  });
}
