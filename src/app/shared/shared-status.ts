import { LedgerAway } from '../../core/sharing/shared-ledger.ts';
import type { SharedView } from '../../report/folder/shared-text.ts';
import { mirrorOf } from '../../store/mirror/mirror-of.ts';
import { realClock } from '../real-clock.ts';
import { pulledFolder } from './pulled-folder.ts';
import { othersAtWork } from './runner-words.ts';
import type { SharedPlace } from './shared-place.ts';

/** Who works on the shared run of a folder; null: the folder is a run of its own. */
export async function sharedView({ runs }: SharedPlace, dir: string): Promise<SharedView | null> {
  const mark = mirrorOf(dir);
  if (mark === null) return null;
  const runners = await runs.runners(mark.run);
  const latest = Math.max(0, ...runners.map(({ seenAt }) => seenAt));
  const others = othersAtWork(runners, mark.runner, latest).map(({ name }) => name);
  return { ledger: runs.address, run: mark.run, runner: mark.runner, runners, others };
}

/** Updates the folder and reads the view again. Returns `before` if the ledger cannot be reached. */
export async function sharedViewNow(
  place: SharedPlace,
  dir: string,
  before: SharedView,
): Promise<SharedView> {
  return unlessAway(before, async () => {
    await pulledFolder(place, [dir], true, (away) => {
      throw away;
    });
    return (await sharedView(place, dir)) ?? before;
  });
}

async function unlessAway<T>(before: T, look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof LedgerAway)) throw error;
    return before;
  }
}

const lookMs = 2_000;

/**
 * Waits until no other machine works on the run of a folder, and brings the folder up to date then. A ledger that cannot
 * be reached is waited for as well. `until`: when to give up, in ms since the epoch. Resolves with who is still at work.
 * Rejects with the reason of `enough`.
 */
export async function othersEnded(
  place: SharedPlace,
  dir: string,
  until: number,
  enough: AbortSignal,
): Promise<readonly string[]> {
  let view = await sharedView(place, dir);
  if (view === null || view.others.length === 0) return [];
  while (view.others.length > 0) {
    const before: SharedView = view;
    const leftMs = until - realClock.now();
    if (leftMs <= 0) break;
    await realClock.sleep(Math.min(lookMs, leftMs), enough);
    view = await unlessAway(before, async () => (await sharedView(place, dir)) ?? before);
  }
  return (await sharedViewNow(place, dir, view)).others;
}
