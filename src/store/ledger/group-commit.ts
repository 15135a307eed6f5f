export interface GroupCommit<Entry> {
  /**
   * Resolves once the entry is committed; rejects with what kept its group from being committed, or why it was refused.
   * An entry that still waits when `withdrawn` has fired is not committed: then it rejects with the signal's reason.
   */
  add(entry: Entry, withdrawn?: AbortSignal): Promise<void>;
  /**
   * Takes an entry that nobody waits for. It is committed a little later with others like it, for what is committed
   * together costs less; or sooner, before an entry of the same key that is waited for.
   */
  addLate(entry: Entry): void;
  /** Commits what waits, at once; what must be put off waits on. */
  flush(): void;
  /**
   * Lets nobody wait any longer while commits are put off. Those who wait for entries that are given up are told why,
   * and the entries are dropped; the others stay in their order, and are taken for kept.
   */
  letGo(isGivenUp: (entry: Entry) => boolean, reason: unknown): void;
  /** Gives the entries that wait away, in their order. */
  take(): readonly Entry[];
}

/** Entries that were left out of a commit, and why. */
export interface Refusal<Entry> {
  readonly of: (entry: Entry) => boolean;
  readonly reason: unknown;
}

export interface GroupCommitOptions<Entry> {
  /** Commits the entries in their order: all but those that it refuses, or none and throws. */
  readonly commit: (entries: readonly Entry[]) => Refusal<Entry> | null;
  /**
   * After how many ms to try again, for what keeps a group from being committed for a while; null: it is told at once.
   * Meanwhile its entries wait in their order, before all others.
   */
  readonly putOff?: (error: unknown) => number | null;
  /** Entries of one key are committed in the order in which they came. */
  readonly keyOf: (entry: Entry) => string;
  /** Hears what kept a group from being committed in which nobody waited. */
  readonly unheard: (error: unknown) => void;
  /** In ms, never going back. */
  readonly now: () => number;
}

interface Waiting<Entry> {
  readonly entry: Entry;
  /** null: nobody waits for it. */
  readonly ends: { readonly resolve: () => void; readonly reject: (reason: unknown) => void } | null;
  readonly withdrawn: AbortSignal | null;
}

// How long entries that nobody waits for wait for company, and with how many others.
const maxLateMs = 100;
const maxWaiting = 1_024;

// For each ms of commits so many ms of other work, but nobody waits longer than this for a commit to begin.
const restPerCommit = 3;
const maxRestMs = 10;

/**
 * Entries that wait together share one commit: those of one turn of the event loop, and under load those that come
 * while the thread that commits does its other work. So a lone writer waits for nothing but the disk, and thousands of
 * them pay for one sync.
 */
export function groupCommit<Entry>(options: GroupCommitOptions<Entry>): GroupCommit<Entry> {
  const { keyOf } = options;
  let waiting: Waiting<Entry>[] = [];
  let isDue = false;
  let restsUntil = 0;
  let timer: NodeJS.Timeout | undefined;
  let lateTimer: NodeJS.Timeout | undefined;
  let isPutOff = false;

  function flush(): void {
    const group = waiting;
    waiting = [];
    commit(group);
  }

  /** What is waited for, and what else of its keys must not be committed after it. */
  function flushAwaited(): void {
    const group = waiting;
    const keys = new Set(group.filter(({ ends }) => ends !== null).map(({ entry }) => keyOf(entry)));
    waiting = group.filter(({ entry, ends }) => ends === null && !keys.has(keyOf(entry)));
    commit(group.filter(({ entry, ends }) => ends !== null || keys.has(keyOf(entry))));
  }

  /** Those of a group that are still meant; the others are told. */
  function meant(group: readonly Waiting<Entry>[]): readonly Waiting<Entry>[] {
    return group.filter(({ withdrawn, ends }) => {
      if (withdrawn?.aborted !== true) return true;
      ends?.reject(withdrawn.reason);
      return false;
    });
  }

  function commit(all: readonly Waiting<Entry>[]): void {
    const group = meant(all);
    clearTimeout(timer);
    timer = undefined;
    isDue = false;
    if (waiting.length === 0) {
      clearTimeout(lateTimer);
      lateTimer = undefined;
    }
    if (group.length === 0) {
      isPutOff = false;
      return;
    }
    const begunAt = options.now();
    let refusal: Refusal<Entry> | null;
    try {
      refusal = options.commit(group.map(({ entry }) => entry)) ?? null;
      isPutOff = false;
    } catch (error) {
      const againMs = options.putOff?.(error) ?? null;
      isPutOff = againMs !== null;
      if (againMs === null) fail(group, error);
      else postpone(group, againMs);
      return;
    } finally {
      const endedAt = options.now();
      restsUntil = endedAt + Math.min(maxRestMs, restPerCommit * (endedAt - begunAt));
    }
    for (const { entry, ends } of group) {
      if (refusal?.of(entry)) ends?.reject(refusal.reason);
      else ends?.resolve();
    }
  }

  function postpone(group: readonly Waiting<Entry>[], againMs: number): void {
    waiting = [...group, ...waiting];
    clearTimeout(lateTimer);
    lateTimer = undefined;
    timer = setTimeout(flush, againMs);
  }

  function fail(group: readonly Waiting<Entry>[], error: unknown): void {
    if (group.every(({ ends }) => ends === null)) options.unheard(error);
    for (const { ends } of group) ends?.reject(error);
  }

  function makeDue(): void {
    if (isDue || isPutOff) return;
    isDue = true;
    const restMs = restsUntil - options.now();
    if (restMs >= 1) {
      timer = setTimeout(flushAwaited, restMs);
      return;
    }
    setImmediate(() => {
      if (isDue) flushAwaited();
    });
  }

  return {
    add: (entry, withdrawn) =>
      new Promise<void>((resolve, reject) => {
        waiting.push({ entry, ends: { resolve, reject }, withdrawn: withdrawn ?? null });
        makeDue();
      }),
    addLate(entry) {
      waiting.push({ entry, ends: null, withdrawn: null });
      if (isPutOff) return;
      if (waiting.length >= maxWaiting) flush();
      else lateTimer ??= setTimeout(flush, maxLateMs);
    },
    flush,
    letGo(isGivenUp, reason) {
      waiting = waiting.flatMap((each) => {
        const isDropped = each.ends !== null && isGivenUp(each.entry);
        if (isDropped) each.ends.reject(reason);
        else each.ends?.resolve();
        return isDropped ? [] : [{ ...each, ends: null }];
      });
    },
    take() {
      clearTimeout(timer);
      clearTimeout(lateTimer);
      [timer, lateTimer, isDue] = [undefined, undefined, false];
      const entries = waiting.map(({ entry }) => entry);
      waiting = [];
      return entries;
    },
  };
}
