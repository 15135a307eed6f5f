import type { Instant, Job, JobId, JobState } from '../../src/core/job/job.ts';
import { resumed } from '../../src/core/job/lifecycle.ts';
import { failureOf, isAtRest, requestIdOf } from '../../src/core/job/state-facts.ts';
import {
  type Announced,
  type GateView,
  type Horizon,
  leaseMs,
  type SharedClaim,
  type SharedLedger,
  type SharedOrder,
} from '../../src/core/sharing/shared-ledger.ts';
import type { SharedChange } from '../../src/core/sharing/shared-rows.ts';
import { type Standing, type Told, type Verdict, verdictOn } from '../../src/core/sharing/verdicts.ts';

/** A job in memory, as all runners share it. */
interface HeldInMemory extends Standing {
  readonly job: Job;
  readonly state: JobState;
  readonly seq: number;
  readonly holder: string | null;
  /** By the clock of the ledger: when the lease on it ends. */
  readonly until: number;
  /** It has stalled, and waits for the next runner to start. */
  readonly isLeft: boolean;
  /** Counts the changes of the ledger. */
  readonly changed: number;
}

/** One process of a runner. */
interface JoinedMemory extends SharedLedger {
  /** The answer to this claim has never come: its jobs are handed out again. */
  unheard(claims: readonly SharedClaim[]): void;
}

/** A shared ledger in memory: all rules of `SharedLedger`, without a database. */
export interface SharedMemory {
  put(jobs: readonly Job[]): void;
  stateOf(job: JobId): JobState;
  jobs(): readonly HeldInMemory[];
  /** One process of the runner begins. */
  join(runner: string): JoinedMemory;
}

/** The states that a change in memory carries: mirrors in memory need no columns. */
const carried = new WeakMap<SharedChange, { readonly job: Job; readonly state: JobState }>();

export function carriedBy(change: SharedChange): { readonly job: Job; readonly state: JobState } {
  const found = carried.get(change);
  if (found === undefined) throw new Error('This change is not of a ledger in memory.');
  return found;
}

/** `now`: the clock of the ledger. */
export function sharedMemory(now: () => Instant): SharedMemory {
  const jobs = new Map<JobId, HeldInMemory>();
  let [changes, pausedUntil, nextAt] = [0, 0, 0];

  function find(id: JobId): HeldInMemory {
    const held = jobs.get(id);
    if (held === undefined) throw new Error(`There is no job ${id}.`);
    return held;
  }

  function set(id: JobId, change: Partial<HeldInMemory>): void {
    changes += 1;
    jobs.set(id, { ...find(id), ...change, changed: changes });
  }

  const isFree = ({ holder, until }: HeldInMemory): boolean => holder === null || until <= now();
  const isOpen = ({ state, isLeft }: HeldInMemory): boolean => !isAtRest(state.status) && !isLeft;
  const inOrder = (): HeldInMemory[] =>
    [...jobs.values()].sort(
      (a, b) => Number(a.state.status === 'pending') - Number(b.state.status === 'pending') || a.seq - b.seq,
    );

  function tell({ job, epoch, state }: Told): Verdict {
    const verdict = verdictOn(find(job), { state, epoch });
    if (verdict !== 'taken') return verdict;
    const isLeft = !isAtRest(state.status) && failureOf(state) !== null;
    set(job, { state: forgetful(state), isLeft, ...(isAtRest(state.status) ? { holder: null } : {}) });
    return verdict;
  }

  function changesSince(since: Horizon | null): readonly SharedChange[] {
    return [...jobs.values()].filter(({ changed }) => changed > Number(since ?? 0)).map(changeOf);
  }

  function viewFrom(since: Horizon | null): Omit<GateView, 'mine'> {
    const all = [...jobs.values()].map(({ state }) => state.status);
    const count = (...those: string[]): number => all.filter((status) => those.includes(status)).length;
    return {
      now: now(),
      inFlight: [...jobs.values()].filter(({ state }) => isInFlight(state)).length,
      unanswered: count('submitting'),
      orphaned: [...jobs.values()].filter(
        (held) => held.state.status !== 'pending' && isOpen(held) && isFree(held),
      ).length,
      rivals: 0,
      failed: count('failed', 'cancelled', 'lost'),
      ended: all.filter(isAtRest).length,
      pausedUntil: pausedUntil > now() ? (pausedUntil as Instant) : null,
      nextAt: nextAt > now() ? (nextAt as Instant) : null,
      changes: changesSince(since),
      horizon: `${changes}`,
    };
  }

  function order(orders: readonly SharedOrder[]): readonly Verdict[] {
    const verdicts = orders.map(({ job, seen, state }): Verdict => {
      const current = JSON.stringify(find(job).state);
      if (current === JSON.stringify(state)) return 'known';
      return current === JSON.stringify(seen) ? 'taken' : 'refused';
    });
    if (verdicts.includes('refused')) return verdicts.map((each) => (each === 'known' ? each : 'refused'));
    for (const [index, { job, state }] of orders.entries()) {
      if (verdicts[index] !== 'taken') continue;
      set(job, { state, epoch: find(job).epoch + 1, holder: null, isLeft: false });
    }
    return verdicts;
  }

  function join(runner: string): JoinedMemory {
    const handed = new Set<JobId>();
    for (const held of jobs.values()) {
      if (held.holder === runner) set(held.job.id, { holder: null });
    }
    for (const held of jobs.values()) {
      if (held.holder === null && held.isLeft && !isAtRest(held.state.status))
        set(held.job.id, { isLeft: false });
    }

    const isMine = (id: JobId): boolean => find(id).holder === runner;
    const until = (): number => now() + leaseMs;

    function take(held: HeldInMemory): SharedClaim | null {
      const epoch = held.epoch + 1;
      const state = resumed(held.state);
      const isClaimed = !isAtRest(state.status);
      set(held.job.id, { state, epoch, holder: isClaimed ? runner : null, until: until() });
      return isClaimed ? { job: held.job, epoch, state } : null;
    }

    function announce({ job, epoch, state }: Told, isLet: () => boolean): Announced {
      const held = find(job);
      if (wasAnnounced({ job, epoch })) return { answer: 'go', epoch: held.epoch };
      if (!mayAnnounce({ job, epoch, state })) return { answer: 'refused' };
      if (!isLet()) return { answer: 'wait' };
      set(job, { state, epoch: epoch + 1, announced: epoch + 1 });
      return { answer: 'go', epoch: epoch + 1 };
    }

    function wasAnnounced({ job, epoch }: Pick<Told, 'job' | 'epoch'>): boolean {
      const held = find(job);
      const isLatest = held.epoch === epoch + 1 && held.announced === held.epoch;
      return isLatest && isMine(job) && held.state.status === 'submitting';
    }

    const mayAnnounce = (told: Pick<Told, 'job' | 'epoch' | 'state'>): boolean =>
      isMine(told.job) && verdictOn(find(told.job), told) === 'taken';

    return {
      runner,
      unheard(claims) {
        for (const { job } of claims) handed.delete(job.id);
      },
      async claim(limit) {
        const claims: SharedClaim[] = [];
        for (const held of inOrder()) {
          if (!isOpen(held)) continue;
          if (held.holder === runner && !handed.has(held.job.id)) {
            claims.push({ job: held.job, epoch: held.epoch, state: held.state });
          } else if (isFree(held) && claims.length < limit) {
            const claim = take(held);
            if (claim !== null) claims.push(claim);
          }
        }
        for (const { job } of claims) handed.add(job.id);
        const isOthers = (held: HeldInMemory): boolean => held.holder !== null && held.holder !== runner;
        const heldByOthers = [...jobs.values()].filter((held) => isOpen(held) && isOthers(held)).length;
        return { claims, heldByOthers };
      },
      async announce(asked, since, decide) {
        const open = asked.filter((told) => !wasAnnounced(told) && mayAnnounce(told));
        const mine = [...jobs.values()].filter(
          ({ holder, state }) => holder === runner && isInFlight(state),
        ).length;
        const decision =
          open.length === 0 ? { go: 0, nextAt: null } : decide({ ...viewFrom(since), mine }, open);
        if (decision.nextAt !== null) nextAt = decision.nextAt;
        let left = decision.go;
        return asked.map((told) =>
          announce(told, () => {
            left -= 1;
            return left >= 0;
          }),
        );
      },
      tell: async (told) => told.map(tell),
      order: async (orders) => order(orders),
      replayed: async () => {},
      async renew() {
        const lost = [...handed].filter((id) => !isMine(id) && !isAtRest(find(id).state.status));
        for (const id of [...handed]) if (!isMine(id)) handed.delete(id);
        for (const id of handed) set(id, { until: until() });
        return { lost, now: now() };
      },
      async release(which) {
        for (const id of which ?? [...jobs.keys()]) {
          if (!isMine(id)) continue;
          handed.delete(id);
          set(id, { holder: null });
        }
      },
      async pause(ms) {
        pausedUntil = Math.max(pausedUntil, now() + ms);
      },
      async changes(since, page) {
        const found = changesSince(since);
        const horizon = `${changes}`;
        for (let from = 0; from < found.length; from += 3) page(found.slice(from, from + 3));
        return horizon;
      },
      read: async (ids) => ids.map((id) => changeOf(find(id))),
    };
  }

  return {
    put(planned) {
      for (const job of planned) {
        changes += 1;
        const state: JobState = { status: 'pending', attempt: 1, stalled: null };
        const free = { epoch: 0, announced: null, holder: null, until: 0, isLeft: false };
        jobs.set(job.id, { job, state, seq: jobs.size, ...free, changed: changes });
      }
    },
    stateOf: (id) => find(id).state,
    jobs: () => [...jobs.values()],
    join,
  };
}

function isInFlight({ status }: JobState): boolean {
  return status === 'submitting' || status === 'queued' || status === 'running';
}

/** Links are not kept. */
function forgetful(state: JobState): JobState {
  return state.status === 'succeeded' ? { ...state, outputs: null } : state;
}

function changeOf({ job, state, seq, epoch, announced, holder }: HeldInMemory): SharedChange {
  const columns = { in_plan: 1, seq, name: null, rows: '[]', tags: '{}', axes: '{}', parent: null };
  const change: SharedChange = {
    job: {
      ...columns,
      ...{ id: job.id, model: job.model, input: JSON.stringify(job.input), rep: job.rep },
      ...{
        path_template: job.pathTemplate,
        path_key: job.pathTemplate,
        planned_at: 0,
        also: null,
        names: null,
      },
      ...{ state: state.status, attempt: state.attempt, request_id: requestIdOf(state), since: null },
      ...{ cost: null, failure: null, notes: null, ref: null, epoch, announced, holder },
    },
    attempts: [],
  };
  carried.set(change, { job, state });
  return change;
}
