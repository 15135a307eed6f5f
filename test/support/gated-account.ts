import { JobFailure } from '../../src/core/job/failures.ts';
import type { Instant, Job, JobId, JobState } from '../../src/core/job/job.ts';
import { resumed } from '../../src/core/job/lifecycle.ts';
import { isAtRest } from '../../src/core/job/state-facts.ts';
import { type AnnouncementStop, type Ledger, type RunEvent, Withdrawn } from '../../src/core/ports.ts';
import type { Gate } from '../../src/core/sharing/gate.ts';
import { type GateView, LeaseLost } from '../../src/core/sharing/shared-ledger.ts';
import type { VirtualClock } from './virtual-clock.ts';

interface Entry {
  readonly job: Job;
  state: JobState;
  holder: string | null;
  /** Of a runner that dies: when somebody may take over. */
  freeAt: number;
  version: number;
}

interface Waiting {
  readonly job: Job;
  readonly state: JobState;
  readonly stop: AnnouncementStop | undefined;
  resolve(): void;
  reject(reason: unknown): void;
}

// From a call to its effect, until a fact is told to the shared ledger, and until a closed gate is asked again.
const [tripMs, tellMs, askAgainMs, leaseMs] = [3, 20, 500, 25_000] as const;
const never = new AbortController().signal;
const isFlying = ({ status }: JobState): boolean => ['submitting', 'queued', 'running'].includes(status);
const isKnown = (state: JobState): boolean => isFlying(state) || state.status === 'succeeded';

/** A shared ledger as the gate sees it: one account, one run, and a lock. Nothing in it fails but whole runners. */
export function gatedAccount(clock: VirtualClock) {
  const entries = new Map<JobId, Entry>();
  const peaks = { inFlight: 0, unanswered: 0 };
  const crowded = new Map<string, number>();
  let [version, pausedUntil, nextAt] = [0, 0, 0];
  let lock: Promise<unknown> = Promise.resolve();

  function set(entry: Entry, state: JobState): void {
    version += 1;
    Object.assign(entry, { state, version });
    if (isAtRest(state.status)) entry.holder = null;
    peaks.inFlight = Math.max(peaks.inFlight, count(isFlying));
    peaks.unanswered = Math.max(
      peaks.unanswered,
      count(({ status }) => status === 'submitting'),
    );
  }

  function count(is: (state: JobState) => boolean, holder?: string): number {
    return [...entries.values()].filter((each) => is(each.state) && (holder ?? each.holder) === each.holder)
      .length;
  }

  function locked<T>(work: () => Promise<T>): Promise<T> {
    const mine = lock.then(work);
    lock = mine.catch(() => {});
    return mine;
  }

  /** `heard`: what others did, once this runner hears of it. */
  function runner(name: string, heard: (event: RunEvent) => void, gateOf: (pull: () => void) => Gate) {
    let [isDead, horizon] = [false, 0];
    let waiting: Waiting[] = [];
    let isAsking = false;
    let wake: () => void = () => {};
    const known = new Map<JobId, JobState>();
    const mine = new Set<JobId>();
    const gate = gateOf(pull);

    /** The dead do nothing more. */
    const alive = async (): Promise<void> => void (isDead && (await new Promise<never>(() => {})));

    function pull(): void {
      const since = horizon;
      horizon = version;
      for (const { job, state, version: changed } of entries.values()) {
        if (changed <= since || mine.has(job.id)) continue;
        const from = known.get(job.id) ?? { status: 'pending', attempt: 1, stalled: null };
        known.set(job.id, state);
        if (from !== state) heard({ type: 'advanced', job, from, state, at: clock.now() });
      }
    }

    function view(): GateView {
      const ended = count(({ status }) => isAtRest(status));
      const done = count(({ status }) => status === 'done');
      return {
        ...{ now: clock.now(), inFlight: count(isFlying), mine: count(isFlying, name) },
        orphaned: [...entries.values()].filter(
          ({ state, holder, freeAt }) => isKnown(state) && (holder === null || freeAt <= clock.now()),
        ).length,
        ...{
          rivals: [...crowded].filter(([other, at]) => other !== name && at > clock.now() - 2_000).length,
        },
        ...{ unanswered: count(({ status }) => status === 'submitting'), failed: ended - done, ended },
        ...{ pausedUntil: pausedUntil as Instant, nextAt: nextAt as Instant, changes: [], horizon: '' },
      };
    }

    async function ask(): Promise<number> {
      for (const one of waiting) if (one.stop?.drain.aborted) one.reject(one.stop.drain.reason);
      waiting = waiting.filter(({ stop }) => !stop?.drain.aborted);
      for (const one of waiting.filter(({ stop }) => stop?.isWithdrawn?.())) {
        waiting = waiting.filter((other) => other !== one);
        one.reject(new Withdrawn());
      }
      if (waiting.length === 0) return 0;
      const asked = [...waiting];
      const answer = await locked(async () => {
        await clock.sleep(tripMs, never);
        // A lock ends with the connection of whoever holds it.
        if (isDead) return null;
        const decided = gate.decide(
          view(),
          asked.map(({ job }) => job),
        );
        for (const { job, state } of asked.slice(0, decided.go)) {
          const entry = entries.get(job.id) as Entry;
          if (entry.state.status !== 'pending' || entry.holder !== name) throw new Error('Announced twice.');
          set(entry, state);
        }
        nextAt = decided.nextAt ?? nextAt;
        if (decided.isCrowded) crowded.set(name, clock.now());
        else crowded.delete(name);
        return decided;
      });
      await clock.sleep(tripMs, never);
      await alive();
      if (answer === null) return 0;
      gate.settled(
        asked,
        asked.map((_, place) => (place < answer.go ? { answer: 'go', epoch: 1 } : { answer: 'wait' })),
      );
      waiting = waiting.filter((one) => !asked.slice(0, answer.go).includes(one));
      for (const one of asked.slice(0, answer.go)) one.resolve();
      if (answer.capped !== null) waiting.shift()?.reject(new JobFailure(answer.capped));
      const back = answer.giveBack === 0 ? [] : waiting.splice(-answer.giveBack);
      for (const one of back) one.reject(new LeaseLost(one.job.id));
      return waiting.length === 0 ? 0 : Math.min(answer.waitMs ?? askAgainMs, askAgainMs);
    }

    async function asking(): Promise<void> {
      isAsking = true;
      while (waiting.length > 0) {
        const ms = await ask();
        if (ms <= 0 || waiting.length === 0) continue;
        const bell = new AbortController();
        wake = () => bell.abort();
        await clock.sleep(ms, bell.signal).catch(() => {});
      }
      isAsking = false;
    }

    async function told(job: JobId, state: JobState): Promise<void> {
      await clock.sleep(tellMs, never);
      await alive();
      const entry = entries.get(job) as Entry;
      if (entry.holder !== name && isAtRest(entry.state.status) && entry.state.status !== 'unknown') return;
      set(entry, state);
      wake();
    }

    const tells = new Map<JobId, Promise<void>>();
    const ledger: Ledger = {
      take: () => null,
      tenure: {
        onLost() {},
        check() {},
        ended(id) {
          void (tells.get(id) ?? Promise.resolve()).then(() => {
            mine.delete(id);
            const entry = entries.get(id) as Entry;
            known.set(id, entry.state);
            if (entry.holder === name) entry.holder = null;
          });
        },
      },
      async claim(limit, stop) {
        for (;;) {
          await clock.sleep(tripMs, never);
          await alive();
          if (stop?.drain.aborted) return [];
          const open = [...entries.values()].filter(({ state }) => !isAtRest(state.status));
          const free = open.filter(({ holder, freeAt }) => holder === null || freeAt <= clock.now());
          const inOrder = free.sort((a, b) => Number(isKnown(b.state)) - Number(isKnown(a.state)));
          const claimed = inOrder.slice(0, limit).filter((entry) => {
            const state = resumed(entry.state);
            if (state !== entry.state) set(entry, state);
            if (isAtRest(state.status)) return false;
            // Whoever dies at this moment has it all the same, until its lease ends.
            const freeAt = isDead ? clock.now() + leaseMs : Number.POSITIVE_INFINITY;
            Object.assign(entry, { holder: name, freeAt });
            pull();
            mine.add(entry.job.id);
            return true;
          });
          if (claimed.length > 0) return claimed.map(({ job, state }) => ({ job, state }));
          if (!open.some(({ holder }) => holder !== null && holder !== name)) return [];
          await clock.sleep(askAgainMs, never);
        }
      },
      async record(id, state, at, stop) {
        await alive();
        if (state.status !== 'submitting') {
          const before = tells.get(id) ?? Promise.resolve();
          tells.set(
            id,
            before.then(() => told(id, state)),
          );
          return at;
        }
        await tells.get(id);
        const { job } = entries.get(id) as Entry;
        await new Promise<void>((resolve, reject) => {
          waiting.push({ job, state, stop, resolve, reject });
          stop?.drain.addEventListener('abort', () => wake(), { once: true });
          if (isAsking) wake();
          else void asking();
        });
        await alive();
        return clock.now();
      },
    };

    return {
      ledger,
      gate,
      alive,
      /** It gives back all that it holds. */
      async end(): Promise<void> {
        await Promise.all(tells.values());
        for (const entry of entries.values()) if (entry.holder === name) entry.holder = null;
      },
      die(): void {
        isDead = true;
        for (const entry of entries.values()) if (entry.holder === name) entry.freeAt = clock.now() + leaseMs;
      },
    };
  }

  return {
    put(jobs: readonly Job[]): void {
      for (const job of jobs) {
        const state: JobState = { status: 'pending', attempt: 1, stalled: null };
        entries.set(job.id, { job, state, holder: null, freeAt: Number.POSITIVE_INFINITY, version: 0 });
      }
    },
    states: () => [...entries.values()],
    peaks,
    pause(ms: number): void {
      pausedUntil = Math.max(pausedUntil, clock.now() + ms);
    },
    runner,
  };
}
