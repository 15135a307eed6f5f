import { availableParallelism } from 'node:os';
import { withReader } from '../../store/ledger/with-reader.ts';
import { imageAnalyser } from '../../view/image-analysis.ts';
import type { ImageFile, Thumbnails } from '../../view/thumbnails.ts';
import { realClock } from '../real-clock.ts';
import { buildPage, type PageBuilt, thumbnailsOf } from './page-build.ts';

const leastPauseMs = 5_000;
const pausePerWork = 20;
// What is not made by then is made by the next run, or by rcb view.
const lastThumbnailsMs = 20_000;

/** What the run that pages are made beside says. */
export interface RunWords {
  /** It has ended and waits for the last page. */
  readonly last: AbortSignal;
  /** Nobody waits any more. */
  readonly gone: AbortSignal;
}

/** Keeps a folder's page up to date beside the run that works on it, and makes the last one; until nobody waits. */
export async function makePages(dir: string, run: RunWords): Promise<void> {
  try {
    const thumbs = await thumbnailsOf(dir, await imageAnalyser(), Math.min(2, availableParallelism()));
    await rounds(dir, thumbs, run);
    await lastRound(dir, thumbs, run);
  } catch (error) {
    if (error !== run.gone.reason) throw error;
  }
}

/** A page whenever the ledger has changed, not too often, and thumbnails in between. */
async function rounds(dir: string, thumbs: Thumbnails, { last, gone }: RunWords): Promise<void> {
  const either = AbortSignal.any([last, gone]);
  let seen: number | null = null;
  let wanted: readonly ImageFile[] = [];
  let madeBefore = 0;
  await withReader(dir, async (reader) => {
    while (!either.aborted) {
      const startedAt = realClock.now();
      const version = reader.version();
      const { made } = thumbs.counts();
      if (version !== seen || made > madeBefore) {
        await thumbs.refresh();
        ({ wanted } = await buildPage(reader, thumbs, gone));
        seen = version;
        madeBefore = made;
      }
      const nextAt = startedAt + Math.max(leastPauseMs, pausePerWork * (realClock.now() - startedAt));
      await thumbs.make(wanted, () => !either.aborted && realClock.now() < nextAt);
      wanted = wanted.filter(thumbs.isWanted);
      // Never longer than was meant: the clock may have been set back.
      await paused(Math.min(nextAt - realClock.now(), nextAt - startedAt), either);
    }
  });
}

/** The page of what is there, then the thumbnails that it lacks, then the page with them. */
async function lastRound(dir: string, thumbs: Thumbnails, { gone }: RunWords): Promise<void> {
  gone.throwIfAborted();
  // Opened again: whoever closes a ledger last writes its log into it, and a page is to be newer than its ledger.
  await withReader(dir, async (reader) => {
    await thumbs.refresh();
    const { wanted }: PageBuilt = await buildPage(reader, thumbs, gone);
    if (wanted.length === 0) return;
    const { made } = thumbs.counts();
    const until = realClock.now() + lastThumbnailsMs;
    await thumbs.make(wanted, () => !gone.aborted && realClock.now() < until);
    if (thumbs.counts().made > made) await buildPage(reader, thumbs, gone);
  });
}

async function paused(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await realClock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
