interface GroupCommit<Entry> {
  /**
   * Resolves once the entry is committed; rejects with what kept its group from being committed, or why it was refused.
   * An entry that still waits when `withdrawn` has fired is not committed: then it rejects with the signal's reason.
   */
  add(entry: Entry, withdrawn?: AbortSignal): Promise<void>;
  /**
   * Takes an entry that nobody waits for. It is committed a little later together with others, which costs less, or
   * sooner, before an entry of the same key that is waited for.
   */
  addLate(entry: Entry): void;
  /** Commits what waits now; what has to be put off keeps waiting. */
  flush(): void;
  /**
   * Ends every wait while commits are put off. Waits for entries that are given up reject with the reason, and the
   * entries are dropped; the others stay in their order and count as kept.
   */
  letGo(isGivenUp: (entry: Entry) => boolean, reason: unknown): void;
  /** Removes the waiting entries and returns them in their order. */
  take(): readonly Entry[];
}

/** Entries that were left out of a commit, and why. */
export interface Refusal<Entry> {
  readonly of: (entry: Entry) => boolean;
  readonly reason: unknown;
}

interface GroupCommitOptions<Entry> {
  /** Commits the entries in their order: all but those that it refuses, or none and throws. */
  readonly commit: (entries: readonly Entry[]) => Refusal<Entry> | null;
  /**
   * After how many ms to try again, for an error that will pass; null: the error is reported at once.
   * Meanwhile the entries wait in their order, before all others.
   */
  readonly putOff?: (error: unknown) => number | null;
  /** Entries of one key are committed in the order in which they came. */
  readonly keyOf: (entry: Entry) => string;
  /** Gets the error of a group in which nobody waited. */
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

// How long entries that nobody waits for are held back for others to join them, and how many may wait.
const maxLateMs = 100;
const maxWaiting = 1_024;

// For each ms of commits this many ms of other work, but no commit begins later than this.
const restPerCommit = 3;
const maxRestMs = 10;

/**
 * Entries that wait together share one commit: those of one turn of the event loop, and under load those that come
 * while the thread that commits does its other work. So a lone writer waits only for the disk, and thousands of
 * writers share one sync.
 */
export function groupCommit<Entry>(options: GroupCommitOptions<Entry>): GroupCommit<Entry> {
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

  function flushAwaited(): void {
    const { awaited, late } = apart(waiting, options.keyOf);
    waiting = late;
    commit(awaited);
  }

  function commit(all: readonly Waiting<Entry>[]): void {
    const group = stillMeant(all);
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
      if (againMs !== null) postpone(group, againMs);
      else if (!rejected(group, error)) options.unheard(error);
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
      waiting = letGo(waiting, isGivenUp, reason);
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

/** What is waited for, with what else of its keys must not be committed after it; and the rest. */
function apart<Entry>(
  all: readonly Waiting<Entry>[],
  keyOf: (entry: Entry) => string,
): { readonly awaited: Waiting<Entry>[]; readonly late: Waiting<Entry>[] } {
  const keys = new Set(all.filter(({ ends }) => ends !== null).map(({ entry }) => keyOf(entry)));
  const isDue = ({ entry, ends }: Waiting<Entry>): boolean => ends !== null || keys.has(keyOf(entry));
  return { awaited: all.filter(isDue), late: all.filter((each) => !isDue(each)) };
}

/** Those that were not withdrawn; the others reject with the reason. */
function stillMeant<Entry>(group: readonly Waiting<Entry>[]): readonly Waiting<Entry>[] {
  return group.filter(({ withdrawn, ends }) => {
    if (withdrawn?.aborted !== true) return true;
    ends?.reject(withdrawn.reason);
    return false;
  });
}

/** Rejects them all; false: nobody waited for any. */
function rejected<Entry>(group: readonly Waiting<Entry>[], error: unknown): boolean {
  for (const { ends } of group) ends?.reject(error);
  return group.some(({ ends }) => ends !== null);
}

/** The same entries, with nobody waiting for them; those that are given up are rejected and left out. */
function letGo<Entry>(
  all: readonly Waiting<Entry>[],
  isGivenUp: (entry: Entry) => boolean,
  reason: unknown,
): Waiting<Entry>[] {
  return all.flatMap((each) => {
    const isDropped = each.ends !== null && isGivenUp(each.entry);
    if (isDropped) each.ends.reject(reason);
    else each.ends?.resolve();
    return isDropped ? [] : [{ ...each, ends: null }];
  });
}
