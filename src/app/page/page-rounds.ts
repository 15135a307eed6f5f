import { availableParallelism } from 'node:os';
import type { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import type { Call } from '../../cli/argv/call.ts';
import { exitCodes } from '../../cli/exit.ts';
import { realClock } from '../../cli/real-clock.ts';
import type { Surroundings } from '../../cli/surroundings.ts';
import { openReader } from '../../store/ledger/reader.ts';
import { imageAnalyser } from '../../view/image-analysis.ts';
import type { PictureFile, Thumbnails } from '../../view/thumbnails.ts';
import { buildPage, type PageBuilt, thumbnailsOf } from './page-build.ts';
import { lastWord } from './page-child.ts';

const leaveWithinMs = 1_000;
const leastPauseMs = 5_000;
const pausePerWork = 20;
// What is not made by then is made by the next run, or by rcb view.
const lastThumbnailsMs = 20_000;

/**
 * `rcb __view DIR`: keeps a folder's page up to date beside the run that works on it, as a process of its own, so
 * that nothing that goes wrong with a picture can touch the run. It ends when its standard input ends.
 */
export async function pageRoundsCommand({ words }: Call, surroundings: Surroundings): Promise<number> {
  const [dir = '.'] = words;
  // Most of its heap is garbage. Collected at 1.3 times what is alive, instead of several times that, a page of 100,000
  // jobs takes a third less memory, beside a run that needs it more, for a tenth more time.
  setFlagsFromString('--heap-growing-percent=30');
  // A Ctrl-C in the terminal reaches it too, but it is the run's to answer.
  surroundings.onSignal('SIGINT', () => {});
  const parent = listenTo(surroundings.stdin);
  // A picture that is being decoded cannot be given up.
  parent.gone.addEventListener('abort', () => {
    setTimeout(() => surroundings.exit(exitCodes.done), leaveWithinMs).unref();
  });
  try {
    const thumbs = await thumbnailsOf(dir, await imageAnalyser(), Math.min(2, availableParallelism()));
    await rounds(dir, thumbs, parent);
    await lastRound(dir, thumbs, parent);
  } catch (error) {
    if (error !== parent.gone.reason) throw error;
  } finally {
    surroundings.stdin.destroy();
  }
  return exitCodes.done;
}

interface Parent {
  /** The run has ended and waits for the last page. */
  readonly last: AbortSignal;
  /** Nobody waits any more. */
  readonly gone: AbortSignal;
}

function listenTo(stdin: Readable): Parent {
  const last = new AbortController();
  const gone = new AbortController();
  let heard = '';
  stdin.on('data', (chunk: Buffer) => {
    heard += chunk.toString('latin1');
    if (heard.includes(lastWord)) last.abort();
  });
  for (const end of ['end', 'close', 'error']) stdin.on(end, () => gone.abort());
  return { last: last.signal, gone: gone.signal };
}

/** A page whenever the ledger has changed, not too often, and thumbnails in between. */
async function rounds(dir: string, thumbs: Thumbnails, { last, gone }: Parent): Promise<void> {
  const either = AbortSignal.any([last, gone]);
  const reader = openReader(dir);
  let seen: number | null = null;
  let wanted: readonly PictureFile[] = [];
  let madeBefore = 0;
  try {
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
  } finally {
    reader.close();
  }
}

/** The page of what is there, then the thumbnails that it lacks, then the page with them. */
async function lastRound(dir: string, thumbs: Thumbnails, { gone }: Parent): Promise<void> {
  gone.throwIfAborted();
  // Anew: whoever closes a ledger last writes its log into it, and a page is to be newer than its ledger.
  const reader = openReader(dir);
  try {
    await thumbs.refresh();
    const { wanted }: PageBuilt = await buildPage(reader, thumbs, gone);
    if (wanted.length === 0) return;
    const { made } = thumbs.counts();
    const until = realClock.now() + lastThumbnailsMs;
    await thumbs.make(wanted, () => !gone.aborted && realClock.now() < until);
    if (thumbs.counts().made > made) await buildPage(reader, thumbs, gone);
  } finally {
    reader.close();
  }
}

async function paused(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await realClock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
