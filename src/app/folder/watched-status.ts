import type { Environment } from '../../core/environment.ts';
import { hasNothingLeft } from '../../core/job/tally.ts';
import type { StatusView } from '../../report/folder/status-text.ts';
import { withReader } from '../../store/ledger/with-reader.ts';
import { readFlatImages } from '../../view/flat-images.ts';
import { realClock } from '../real-clock.ts';
import { missingFilesOf } from '../running/done-files.ts';
import { statusOf } from './status-view.ts';

const watchMs = 2_000;

/** A run folder at this moment, also while a run is going on. `others`: see `statusOf`. */
export function statusNow(dir: string, env: Environment, others: readonly string[] = []): StatusView {
  return withReader(dir, (reader) => statusOf(reader, readFlatImages(dir), env, undefined, others));
}

/** How others work on the run of a folder. */
interface Sharing {
  /** The names of the machines that do now. */
  others(): readonly string[];
  /** Brings the folder up to date. */
  refresh(): Promise<void>;
}

/** The same at once and every two seconds, until nothing is left to do or `enough` fires. */
export function watchStatus(
  dir: string,
  env: Environment,
  enough: AbortSignal,
  sharing: Sharing,
  show: (view: StatusView) => void,
): Promise<void> {
  return withReader(dir, async (reader) => {
    const missing = seldom(() => missingFilesOf(reader));
    const showNow = (): void => show(statusOf(reader, readFlatImages(dir), env, missing(), sharing.others()));
    showNow();
    try {
      while (!hasNothingLeft(reader.holdings())) {
        await realClock.sleep(watchMs, enough);
        await sharing.refresh();
        showNow();
      }
    } catch (error) {
      if (!enough.aborted) throw error;
    }
  });
}

// A check that takes a second is not repeated for this many seconds, and never put off for longer than the maximum.
const restPerLook = 20;
const maxRestMs = 60_000;

/** The same, but repeated only as often as keeps it from taking most of the time. */
function seldom<T>(look: () => T): () => T {
  let last: { readonly found: T; readonly at: number; readonly restMs: number } | null = null;
  return () => {
    const begunAt = realClock.now();
    if (last !== null && begunAt >= last.at && begunAt < last.at + last.restMs) return last.found;
    const found = look();
    const at = realClock.now();
    last = { found, at, restMs: Math.min(restPerLook * Math.max(0, at - begunAt), maxRestMs) };
    return found;
  };
}
