import type { Pick, Picks } from '../state/app.ts';
import { merged } from './picks-files.ts';
import { isWorthKeeping, readStored, storedText } from './stored-picks.ts';

/**
 * Stars and notes of the run folder with this key. Without a storage they are lost with the page, which `trouble()`
 * says. `tabs` dispatches an event when another tab has changed the storage.
 */
export function picks(folderKey: string, storage: Storage | null, tabs: EventTarget = window): Picks {
  const key = `rcb.picks.${folderKey}`;
  const listeners: (() => void)[] = [];
  let known = new Map<string, Pick>();
  let linked = new Set<string>();
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

  function change(jobs: readonly string[], changed: (pick: Pick) => Pick): void {
    // Another tab may have written since then, and its stars must not be lost.
    if (!isUnsaved) withStorage((store) => read(store.getItem(key)));
    for (const job of jobs) {
      const pick = changed(ownOf(job));
      if (isWorthKeeping(pick)) known.set(job, pick);
      else known.delete(job);
    }
    withStorage((store) => store.setItem(key, storedText(known.values())));
    announceChange();
  }

  const ownOf = (job: string): Pick => known.get(job) ?? { job, isStarred: false, note: '' };
  const of = (job: string): Pick => (linked.has(job) ? { ...ownOf(job), isStarred: true } : ownOf(job));
  const onlyLinked = (): string[] => [...linked].filter((job) => !ownOf(job).isStarred);

  const merge = (others: readonly Pick[]): News => mergeInto(change, others);

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
    star(job, isStarred) {
      linked.delete(job);
      change([job], (pick) => ({ ...pick, isStarred }));
    },
    note: (job, note) => change([job], (pick) => ({ ...pick, note })),
    merge,
    link(jobs) {
      linked = new Set(jobs);
      announceChange();
    },
    linked: onlyLinked,
    keepLinked() {
      const others = onlyLinked().map((job) => ({ job, isStarred: true, note: '' }));
      linked = new Set();
      merge(others);
    },
    dropLinked() {
      linked = new Set();
      announceChange();
    },
    all: () => [...new Set([...known.keys(), ...linked])].map(of),
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

/** How many stars and notes are new. */
interface News {
  stars: number;
  notes: number;
}

function mergeInto(
  change: (jobs: readonly string[], changed: (pick: Pick) => Pick) => void,
  others: readonly Pick[],
): News {
  const news = { stars: 0, notes: 0 };
  const byJob = new Map<string, Pick>();
  for (const other of others) byJob.set(other.job, merged(byJob.get(other.job) ?? other, other));
  change([...byJob.keys()], (own) => {
    const both = merged(own, byJob.get(own.job) as Pick);
    if (both.isStarred !== own.isStarred) news.stars += 1;
    if (both.note !== own.note) news.notes += 1;
    return both;
  });
  return news;
}
