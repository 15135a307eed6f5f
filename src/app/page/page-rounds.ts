import { withReader } from '../../store/ledger/with-reader.ts';
import { imageAnalyser } from '../../view/image-analysis.ts';
import { pictureOf } from '../../view/thumbnail-names.ts';
import type { ImageFile, Thumbnails } from '../../view/thumbnails.ts';
import { realClock } from '../real-clock.ts';
import { buildPage, thumbnailsOf } from './page-build.ts';
import { atFullSpeed } from './page-making.ts';
import { lastThumbnailsMs, type ThumbnailProgress } from './page-words.ts';
import { pause, spareTime } from './spare-time.ts';

const leastPauseMs = 5_000;
const pausePerWork = 20;
const tellEveryMs = 250;

/** What the run that pages are made beside says, and hears. */
export interface RunWords {
  /** It has ended and waits for the last page. */
  readonly last: AbortSignal;
  /** Nobody waits any more. */
  readonly gone: AbortSignal;
  tell(progress: ThumbnailProgress): void;
}

/** Keeps a folder's page up to date beside the run that works on it, and makes the last one; until nobody waits. */
export async function makePages(dir: string, run: RunWords): Promise<void> {
  try {
    const thumbs = await thumbnailsOf(dir, await imageAnalyser());
    await rounds(dir, thumbs, run);
    await lastRound(dir, thumbs, run);
  } catch (error) {
    if (error !== run.gone.reason) throw error;
  }
}

/**
 * A page whenever the ledger has changed, not too often, and thumbnails in between, as far as the run leaves room. The
 * page is not synced: the run is waiting for the same disk.
 */
async function rounds(dir: string, thumbs: Thumbnails, { last, gone }: RunWords): Promise<void> {
  const either = AbortSignal.any([last, gone]);
  const spare = spareTime(realClock);
  let seen: number | null = null;
  let wanted: readonly ImageFile[] = [];
  let madeBefore = 0;
  await withReader(dir, async (reader) => {
    while (!either.aborted) {
      const startedAt = realClock.now();
      const version = reader.version();
      const { made } = thumbs.counts();
      if (version !== seen || made > madeBefore) {
        thumbs.refresh();
        ({ wanted } = await buildPage(reader, thumbs, gone, 'unsynced'));
        seen = version;
        madeBefore = made;
      }
      const nextAt = startedAt + Math.max(leastPauseMs, pausePerWork * (realClock.now() - startedAt));
      const isTime = (): boolean => !either.aborted && realClock.now() < nextAt;
      await thumbs.make(wanted, {
        atOnce: 1,
        mayGoOn: async () => {
          await spare.turn(either);
          return isTime();
        },
      });
      wanted = wanted.filter(thumbs.isWanted);
      // Never longer than was meant: the clock may have been set back.
      await pause(realClock, Math.min(nextAt - realClock.now(), nextAt - startedAt), either);
    }
  });
}

/** The page of what is there, then the thumbnails that it lacks, then the page with them. */
async function lastRound(dir: string, thumbs: Thumbnails, { gone, tell }: RunWords): Promise<void> {
  gone.throwIfAborted();
  // Opened again: whoever closes a ledger last writes its log into it, and a page is to be newer than its ledger.
  await withReader(dir, async (reader) => {
    thumbs.refresh();
    const { wanted, wantedThumbnails: all } = await buildPage(reader, thumbs, gone);
    if (all === 0) return;
    const startedAt = realClock.now();
    const until = startedAt + lastThumbnailsMs;
    const before = thumbs.counts().made;
    const made = (): number => thumbs.counts().made - before;
    let [analysed, toldAt] = [0, startedAt];
    await thumbs.make(wanted, {
      atOnce: atFullSpeed(),
      mayGoOn: () => !gone.aborted && realClock.now() < until,
      onAnalysed() {
        analysed += 1;
        const now = realClock.now();
        if (now < toldAt + tellEveryMs) return;
        toldAt = now;
        tell({ made: made(), all, leftMs: ((now - startedAt) / analysed) * Math.max(0, all - analysed) });
      },
    });
    const left = new Set(wanted.filter(thumbs.isWanted).map(pictureOf)).size;
    tell({ made: all - left, all, leftMs: 0 });
    if (made() > 0) await buildPage(reader, thumbs, gone);
  });
}
