import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { madeFolders } from './durable-folders.ts';
import type { SyncFolder } from './folder-syncs.ts';
import { privateFolder } from './plain-files.ts';

/** Folders for results, as they are needed. */
interface NewFolders {
  /** Makes folders with those above them, private to the user. Returns the error for each that cannot be made. */
  make(folders: readonly string[]): ReadonlyMap<string, unknown>;
  /** Resolves once a power cut leaves the folder, and those above it, where they are; rejects if one could not be synced. */
  durable(folder: string): Promise<void>;
}

/** What holds several new folders is synced once for all that are made together. */
export function newFolders(sync: SyncFolder): NewFolders {
  /** By folder: the sync of what holds it, while that runs. */
  const syncs = new Map<string, Promise<void>>();

  /** Syncs what holds these, once each. */
  function keep(made: readonly string[]): void {
    const holders = new Map<string, Promise<void>>();
    for (const folder of made) {
      const holder = dirname(folder);
      const end = holders.get(holder) ?? sync(holder);
      holders.set(holder, end);
      syncs.set(folder, end);
      const ended = (): void => {
        if (syncs.get(folder) === end) syncs.delete(folder);
      };
      end.then(ended, ended);
    }
  }

  return {
    make(folders) {
      const faults = new Map<string, unknown>();
      const made: string[] = [];
      for (const folder of folders) {
        try {
          const first = mkdirSync(resolve(folder), { recursive: true, mode: privateFolder });
          made.push(...madeFolders(folder, first));
        } catch (error) {
          faults.set(folder, error);
        }
      }
      keep(made);
      return faults;
    },
    async durable(folder) {
      const awaited: Promise<void>[] = [];
      for (let at = folder; syncs.size > 0; at = dirname(at)) {
        const end = syncs.get(at);
        if (end !== undefined) awaited.push(end);
        if (at === dirname(at)) break;
      }
      await Promise.all(awaited);
    },
  };
}
