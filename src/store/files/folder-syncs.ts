/** Makes what was done in a folder (creations, renames) before the call survive a power cut. */
export type SyncFolder = (path: string) => Promise<void>;

interface Syncing {
  readonly running: Promise<void>;
  next: Promise<void> | null;
}

/**
 * The same with fewer syncs: those who ask while a sync of their folder runs share the next one, which covers all that
 * was done before it began. Whoever asks never gets the outcome of a sync that began before.
 */
export function sharedSyncs(sync: SyncFolder): SyncFolder {
  const folders = new Map<string, Syncing>();

  function begin(path: string): Promise<void> {
    const running = sync(path);
    const syncing: Syncing = { running, next: null };
    folders.set(path, syncing);
    const ended = (): void => {
      if (folders.get(path) === syncing) folders.delete(path);
    };
    running.then(ended, ended);
    return running;
  }

  return (path) => {
    const syncing = folders.get(path);
    if (syncing === undefined) return begin(path);
    const again = (): Promise<void> => begin(path);
    syncing.next ??= syncing.running.then(again, again);
    return syncing.next;
  };
}
