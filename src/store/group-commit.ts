export interface GroupCommit<Entry> {
  /** Resolves once the entry is committed; rejects with what kept its group from being committed. */
  add(entry: Entry): Promise<void>;
  /**
   * Takes an entry that nobody waits for. It is committed a little later with others like it, for what is committed
   * together costs less; or sooner, before an entry of the same key that is waited for.
   */
  addLate(entry: Entry): void;
  /** Commits what waits, at once. */
  flush(): void;
}

export interface GroupCommitOptions<Entry> {
  /** Commits the entries in their order: all, or none and throws. */
  readonly commit: (entries: readonly Entry[]) => void;
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
}

// How long entries that nobody waits for wait for company, and with how many others.
const mostLateMs = 100;
const mostWaiting = 1_024;

// For each ms of commits so many ms of other work, but nobody waits longer than this for a commit to begin.
const restPerCommit = 3;
const mostRestMs = 10;

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

  function commit(group: readonly Waiting<Entry>[]): void {
    clearTimeout(timer);
    timer = undefined;
    isDue = false;
    if (waiting.length === 0) {
      clearTimeout(lateTimer);
      lateTimer = undefined;
    }
    if (group.length === 0) return;
    const begunAt = options.now();
    try {
      options.commit(group.map(({ entry }) => entry));
    } catch (error) {
      fail(group, error);
      return;
    } finally {
      const endedAt = options.now();
      restsUntil = endedAt + Math.min(mostRestMs, restPerCommit * (endedAt - begunAt));
    }
    for (const { ends } of group) ends?.resolve();
  }

  function fail(group: readonly Waiting<Entry>[], error: unknown): void {
    if (group.every(({ ends }) => ends === null)) options.unheard(error);
    for (const { ends } of group) ends?.reject(error);
  }

  function makeDue(): void {
    if (isDue) return;
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
    add: (entry) =>
      new Promise<void>((resolve, reject) => {
        waiting.push({ entry, ends: { resolve, reject } });
        makeDue();
      }),
    addLate(entry) {
      waiting.push({ entry, ends: null });
      if (waiting.length >= mostWaiting) flush();
      else lateTimer ??= setTimeout(flush, mostLateMs);
    },
    flush,
  };
}
