import type { Pick, Picks } from '../state/app.ts';
import { isWorthKeeping, readStored, storedText } from './stored-picks.ts';

/**
 * Stars and notes of the run folder with this key. Without a storage they are lost with the page, which `trouble()`
 * says. `tabs` dispatches an event when another tab has changed the storage.
 */
export function picks(folderKey: string, storage: Storage | null, tabs: EventTarget = window): Picks {
  const key = `rcb.picks.${folderKey}`;
  const listeners: (() => void)[] = [];
  let known = new Map<string, Pick>();
  /** The page shows other picks than the storage has. */
  let isUnsaved = storage === null;
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
    // They may still be someone's stars, so the next change must not overwrite them.
    isUnreadable = true;
    withStorage((store) => store.setItem(`${key}.unreadable`, text));
  }

  /** A storage can become full or unavailable at any time. The page then works without it and says so. */
  function withStorage(act: (store: Storage) => void): void {
    if (storage === null) return;
    try {
      act(storage);
      isUnsaved = false;
    } catch {
      isUnsaved = true;
    }
  }

  function change(job: string, changed: (pick: Pick) => Pick): void {
    // Another tab may have written since then, and its stars must not be lost.
    if (!isUnsaved) withStorage((store) => read(store.getItem(key)));
    const pick = changed(of(job));
    if (isWorthKeeping(pick)) known.set(job, pick);
    else known.delete(job);
    withStorage((store) => store.setItem(key, storedText(known.values())));
    announceChange();
  }

  const of = (job: string): Pick => known.get(job) ?? { job, isStarred: false, note: '' };

  function announceChange(): void {
    for (const listener of listeners) listener();
  }

  withStorage((store) => read(store.getItem(key)));
  tabs.addEventListener('storage', (event) => {
    const change = event as StorageEvent;
    // A null key means that the whole storage was cleared.
    if (change.key !== null && change.key !== key) return;
    read(change.key === null ? null : change.newValue);
    announceChange();
  });

  return {
    of,
    star: (job, isStarred) => change(job, (pick) => ({ ...pick, isStarred })),
    note: (job, note) => change(job, (pick) => ({ ...pick, note })),
    all: () => [...known.values()],
    onChange: (listener) => listeners.push(listener),
    trouble() {
      if (isUnsaved)
        return 'This browser cannot save your stars and notes. Export them before you close the page.';
      return isUnreadable
        ? 'Earlier stars in this browser cannot be read. They have been set aside, not deleted.'
        : null;
    },
  };
}
