export interface GroupCommit<Entry> {
  /** Resolves once the entry is committed; rejects with what kept its group from being committed. */
  add(entry: Entry): Promise<void>;
  /** Commits what waits, at once. */
  flush(): void;
}

interface Waiting<Entry> {
  readonly entry: Entry;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Entries that wait together share one commit: those of one turn of the event loop, which is as long as the last
 * commit took. So a lone writer waits for nothing but the disk, and thousands of them pay for one sync.
 */
export function groupCommit<Entry>(commit: (entries: readonly Entry[]) => void): GroupCommit<Entry> {
  let waiting: Waiting<Entry>[] = [];

  function flush(): void {
    const group = waiting;
    if (group.length === 0) return;
    waiting = [];
    try {
      commit(group.map(({ entry }) => entry));
    } catch (error) {
      for (const { reject } of group) reject(error);
      return;
    }
    for (const { resolve } of group) resolve();
  }

  return {
    add: (entry) =>
      new Promise<void>((resolve, reject) => {
        if (waiting.length === 0) setImmediate(flush);
        waiting.push({ entry, resolve, reject });
      }),
    flush,
  };
}
