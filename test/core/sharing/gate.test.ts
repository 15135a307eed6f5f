import { describe, expect, test } from 'vitest';
import { failure } from '../../../src/core/job/failures.ts';
import type { Job, JobState } from '../../../src/core/job/job.ts';
import { budget } from '../../../src/core/money/budget.ts';
import { type GatePorts, gate } from '../../../src/core/sharing/gate.ts';
import { movesOf } from '../../../src/core/sharing/missed-attempts.ts';
import type { GateView } from '../../../src/core/sharing/shared-ledger.ts';
import type { SharedAttemptRow, SharedChange } from '../../../src/core/sharing/shared-rows.ts';
import { aJob, at, requestId } from '../../support/builders.ts';
import { nothingPast } from '../../support/past-attempts.ts';

const limits = { maxInFlight: 10, maxSubmissions: 8, maxSubmissionsPerMinute: null, failures: null };
const jobs = Array.from({ length: 12 }, (_, seed) => aJob({ prompt: 'a cat', seed }));
const [first, second, third] = jobs as [Job, Job, Job];

const pending: JobState = { status: 'pending', attempt: 1, stalled: null };
const announced: JobState = { status: 'submitting', attempt: 1, since: at(1) };
const running: JobState = {
  status: 'running',
  attempt: 1,
  requestId: requestId('r'),
  since: at(1),
  stalled: null,
};
const paid = (costUsd: number | null): JobState => ({
  status: 'succeeded',
  attempt: 1,
  requestId: requestId('r'),
  costUsd,
  outputs: null,
  stalled: null,
});

function view(seen: Partial<GateView> = {}): GateView {
  return {
    ...{ now: at(1_000), inFlight: 0, mine: 0, orphaned: 0, rivals: 0, unanswered: 0, failed: 0, ended: 0 },
    ...{ pausedUntil: null, nextAt: null, changes: [], horizon: '' },
    ...seen,
  };
}

function aGate(more: Partial<GatePorts> = {}) {
  const drained: string[] = [];
  const own = gate({
    ...{ limits, budget: null, inFlight: [], apply: () => {}, drain: (why) => drained.push(why) },
    ...more,
  });
  return { own, drained };
}

/** Jobs at 10 cents, of which the cost was seen once. */
const capOf = (usd: number) =>
  budget(usd, { ...nothingPast, spentUsd: 0.1, named: [{ ...first, attempts: 50, usd: 0.1 }] }, () => 0.1);

describe('the gate lets through', () => {
  test('what is in flight of the account, and unanswered, leaves room for', () => {
    const { own } = aGate();
    expect(own.decide(view(), jobs)).toMatchObject({ go: 8, waitsFor: 'submissions' });
    expect(own.decide(view({ inFlight: 7 }), jobs)).toMatchObject({ go: 3, waitsFor: 'in_flight' });
    expect(own.decide(view({ inFlight: 9, unanswered: 8 }), jobs).go).toBe(0);
    expect(own.decide(view({ inFlight: 30, unanswered: 20 }), jobs).go).toBe(0);
    expect(own.decide(view({ inFlight: 8 }), [first, second])).toMatchObject({ go: 2, waitsFor: null });
  });

  test('no more than this runner has learned that the account may have', () => {
    const { own } = aGate();
    own.bound(() => 4);
    expect(own.decide(view({ inFlight: 3, mine: 1 }), jobs)).toMatchObject({ go: 1, waitsFor: 'in_flight' });
    expect(own.others()).toBe(2);
  });

  test('no more than its share where others wait for what it has', () => {
    const { own } = aGate();
    expect(own.decide(view({ inFlight: 9, mine: 8, rivals: 1 }), jobs)).toMatchObject({
      go: 0,
      isCrowded: true,
    });
    expect(own.decide(view({ inFlight: 6, mine: 4, rivals: 1 }), jobs)).toMatchObject({ go: 1 });
    expect(own.decide(view({ inFlight: 9, mine: 8 }), [first])).toMatchObject({ go: 1, isCrowded: false });
    // One that allows itself less than others have in flight is not given room by them.
    own.bound(() => 5);
    expect(own.decide(view({ inFlight: 10 }), jobs)).toMatchObject({ go: 0, isCrowded: false });
  });

  test('nothing while the server wants nothing of the account', () => {
    const answer = aGate().own.decide(view({ pausedUntil: at(4_000) }), jobs);
    expect(answer).toMatchObject({ go: 0, waitsFor: 'pause', waitMs: 3_000 });
    expect(aGate().own.decide(view({ pausedUntil: at(1_000) }), [first]).go).toBe(1);
  });

  test('one at a time at the pace of the account', () => {
    const { own } = aGate({ limits: { ...limits, maxSubmissionsPerMinute: 60 } });
    expect(own.decide(view(), jobs)).toMatchObject({ go: 1, nextAt: 2_000, waitsFor: 'rate', waitMs: 1_000 });
    expect(own.decide(view({ nextAt: at(1_400) }), jobs)).toMatchObject({ go: 0, nextAt: null, waitMs: 400 });
    // A turn that is nearer than a timer is exact: the next one counts from it.
    expect(own.decide(view({ nextAt: at(1_003) }), [first])).toMatchObject({ go: 1, nextAt: 2_003 });
  });

  test('nothing more when too many jobs of the run have failed since this runner began', () => {
    const cap = { cap: { jobs: 3 }, before: { ended: 10, failed: 5 } };
    const { own, drained } = aGate({ limits: { ...limits, failures: cap } });
    expect(own.decide(view({ ended: 20, failed: 7 }), jobs).go).toBe(8);
    expect(own.decide(view({ ended: 21, failed: 8 }), jobs).go).toBe(0);
    expect(drained).toEqual(['3 jobs did not succeed.']);
  });

  test('and gives back as many as nobody looks after, the last ones first', () => {
    expect(aGate().own.decide(view({ inFlight: 10, orphaned: 3 }), jobs)).toMatchObject({
      go: 0,
      giveBack: 3,
    });
    expect(aGate().own.decide(view({ orphaned: 3 }), [first])).toMatchObject({ go: 1, giveBack: 0 });
  });
});

describe('a cap on cost over several runners', () => {
  test('counts what others have in flight, and what they paid', () => {
    const { own } = aGate({ budget: capOf(0.45), inFlight: [{ job: first, state: running }] });
    expect(own.decide(view(), [second, third])).toMatchObject({ go: 2 });
    own.settled(
      [second, third].map((job) => ({ job, state: announced })),
      [{ answer: 'go', epoch: 2 }, { answer: 'wait' }],
    );
    own.moved(first, running, paid(0.15));
    // 25 cents are spent, and 10 in flight: what others announce takes the last room.
    own.moved(jobs[3] as Job, pending, announced);
    expect(own.decide(view(), [third])).toMatchObject({ go: 0, waitsFor: 'money', capped: null });
    own.moved(jobs[3] as Job, announced, paid(0.1));
    own.moved(second, announced, paid(0.05));
    expect(own.decide(view(), [third])).toMatchObject({ go: 0, capped: { kind: 'capped' } });
  });

  test('hears of the same thing twice, or of what it began without, and counts it once', () => {
    const { own } = aGate({ budget: capOf(0.4) });
    own.moved(first, pending, announced);
    own.moved(first, announced, running);
    own.moved(first, announced, running);
    own.moved(first, running, paid(0.1));
    own.moved(first, paid(0.1), { ...paid(0.1), status: 'done', files: [] } as JobState);
    own.hold(second, running);
    own.hold(second, running);
    // Two are paid and one is in flight.
    expect(own.decide(view(), [third, jobs[3] as Job])).toMatchObject({ go: 1, waitsFor: 'money' });
  });

  test('counts what has stalled like any attempt of unknown cost, and what is paid already once', () => {
    const stalled: JobState = { ...running, stalled: failure('overdue', 'Too long.') } as JobState;
    const { own } = aGate({
      budget: capOf(0.3),
      inFlight: [
        { job: first, state: stalled },
        { job: second, state: paid(0.1) },
      ],
    });
    // The paid one is the 10 cents that were spent before.
    expect(own.decide(view(), [third, jobs[3] as Job])).toMatchObject({ go: 1, waitsFor: 'money' });
    own.moved(second, paid(0.1), { ...paid(0.1), status: 'done', files: [] } as JobState);
    own.moved(first, stalled, running);
    own.moved(first, running, paid(0));
    expect(own.decide(view(), [third, jobs[3] as Job])).toMatchObject({ go: 2 });
  });

  test('gives back what was reserved for jobs that were not announced, whoever said so', () => {
    const { own } = aGate({ budget: capOf(0.2) });
    expect(own.decide(view(), [first]).go).toBe(1);
    // The answer was lost, and it was not announced: the next decision sees all that was.
    expect(own.decide(view(), [second]).go).toBe(1);
    own.settled([{ job: second, state: announced }], [{ answer: 'refused' }]);
    expect(own.decide(view(), [third]).go).toBe(1);
    own.settled([{ job: third, state: announced }], [{ answer: 'go', epoch: 2 }]);
    expect(own.decide(view(), [first])).toMatchObject({ go: 0, waitsFor: 'money' });
    // It never left, and waits again.
    own.moved(third, announced, pending);
    expect(own.decide(view(), [first]).go).toBe(1);
  });

  test('keeps what an attempt may have cost that nobody answered, until a late answer says more', () => {
    const { own } = aGate({ budget: capOf(0.3) });
    const unknown: JobState = {
      ...{ status: 'unknown', attempt: 1, since: at(1) },
      failure: failure('unanswered', 'No answer.'),
    };
    own.moved(first, pending, announced);
    own.moved(first, announced, unknown);
    expect(own.decide(view(), [second, third])).toMatchObject({ go: 1, waitsFor: 'money' });
    own.settled([{ job: second, state: announced }], [{ answer: 'wait' }]);
    own.moved(first, unknown, running);
    own.moved(first, running, paid(0));
    expect(own.decide(view(), [second, third]).go).toBe(2);
  });

  test('counts an attempt by order beside the one before it', () => {
    const { own } = aGate({ budget: capOf(0.4) });
    own.moved(first, pending, paid(0.1));
    own.moved(first, paid(0.1), { ...running, attempt: 2 });
    expect(own.decide(view(), [second, third])).toMatchObject({ go: 1, waitsFor: 'money' });
  });

  test('counts attempts that were replaced before anybody here heard of them', () => {
    const row = (attempt: number, state: 'failed' | 'unknown', cost: number | null) =>
      ({ attempt, state, cost, request_id: 'r', failure: null }) as SharedAttemptRow;
    const change = { attempts: [row(2, 'unknown', null), row(1, 'failed', 0.1), row(3, 'failed', null)] };
    const advance = { job: first, from: announced, state: { ...running, attempt: 3 } };
    const moves = movesOf(advance, change as unknown as SharedChange);
    expect(moves.map(({ from, state }) => [from.status, state.attempt, state.status])).toEqual([
      ['submitting', 1, 'failed'],
      ['pending', 2, 'unknown'],
      ['submitting', 3, 'running'],
    ]);
    const { own } = aGate({ budget: capOf(0.5), inFlight: [{ job: first, state: announced }] });
    for (const { job, from, state } of moves) own.moved(job, from, state);
    // 20 cents are paid, 10 may have been, and 10 are in flight.
    expect(own.decide(view(), [second, third])).toMatchObject({ go: 1, waitsFor: 'money' });
    expect(movesOf(advance, undefined)).toEqual([advance]);
  });

  test('takes in what has changed before it decides', () => {
    const { own } = aGate({
      budget: capOf(0.2),
      apply: () => own.moved(first, pending, announced),
    });
    expect(own.decide(view(), [second])).toMatchObject({ go: 0, waitsFor: 'money' });
  });
});
