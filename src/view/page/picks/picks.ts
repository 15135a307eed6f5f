import type { Pick, Picks } from '../state/app.ts';
import { isWorthKeeping, readStored, storedText } from './stored-picks.ts';

/**
 * Stars and notes of the folder with this key. They work without a storage too, and then last as long as the page;
 * `trouble()` says so. `tabs` tells when another tab has changed the storage.
 */
export function picks(folderKey: string, storage: Storage | null, tabs: EventTarget = window): Picks {
  const key = `rcb.picks.${folderKey}`;
  const listeners: (() => void)[] = [];
  let known = new Map<string, Pick>();
  /** What the page shows is not what the storage holds. */
  let isUnkept = storage === null;
  let isUnreadable = false;

  function read(text: string | null): void {
    if (text === null) {
      known = new Map();
      return;
    }
    const kept = readStored(text);
    if (kept !== null) {
      known = kept;
      return;
    }
    // Somebody's stars nevertheless: the next change may not write over them.
    isUnreadable = true;
    withStorage((store) => store.setItem(`${key}.unreadable`, text));
  }

  /** A storage may be full, closed or taken away at any time; then the page goes on by itself and says so. */
  function withStorage(act: (store: Storage) => void): void {
    if (storage === null) return;
    try {
      act(storage);
      isUnkept = false;
    } catch {
      isUnkept = true;
    }
  }

  function change(job: string, changed: (pick: Pick) => Pick): void {
    // Another tab may have written since: its stars must not be undone by this one's.
    if (!isUnkept) withStorage((store) => read(store.getItem(key)));
    const pick = changed(of(job));
    if (isWorthKeeping(pick)) known.set(job, pick);
    else known.delete(job);
    withStorage((store) => store.setItem(key, storedText(known.values())));
    tell();
  }

  const of = (job: string): Pick => known.get(job) ?? { job, isStarred: false, note: '' };

  function tell(): void {
    for (const listener of listeners) listener();
  }

  withStorage((store) => read(store.getItem(key)));
  tabs.addEventListener('storage', (event) => {
    const change = event as StorageEvent;
    // A null key: everything was cleared.
    if (change.key !== null && change.key !== key) return;
    read(change.key === null ? null : change.newValue);
    tell();
  });

  return {
    of,
    star: (job, isStarred) => change(job, (pick) => ({ ...pick, isStarred })),
    note: (job, note) => change(job, (pick) => ({ ...pick, note })),
    all: () => [...known.values()],
    onChange: (listener) => listeners.push(listener),
    trouble() {
      if (isUnkept) return 'This browser does not keep your stars and notes: export them before you leave.';
      return isUnreadable ? 'Stars that this browser kept before cannot be read and were set aside.' : null;
    },
  };
}
