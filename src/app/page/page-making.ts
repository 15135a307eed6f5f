import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { SavedFile } from '../../core/job/job.ts';
import type { PageReport } from '../../report/progress/page-text.ts';
import type { LedgerReader } from '../../store/ledger/reader.ts';
import { withReader } from '../../store/ledger/with-reader.ts';
import { imageAnalyser } from '../../view/image-analysis.ts';
import { pageFile } from '../../view/page-file.ts';
import { buildPage, thumbnailsOf } from './page-build.ts';

// Decoding happens on libuv's threads, of which there are four.
const maxAtOnce = 4;

/** Hears how many of `all` thumbnails have been made; null: that is over. */
export type OnThumbnails = (progress: { readonly made: number; readonly all: number } | null) => void;

/**
 * Makes the viewer's page of a folder and its thumbnails; works while a run is going on. Throws the reason of `enough`
 * when that is aborted.
 */
export function makePage(
  dir: string,
  enough: AbortSignal,
  onThumbnails: OnThumbnails = () => {},
): Promise<PageReport> {
  return withReader(dir, async (reader) => {
    const look = await imageAnalyser();
    const thumbs = await thumbnailsOf(dir, look, Math.min(maxAtOnce, availableParallelism()));
    const orphans = await thumbs.removeOrphans(filesOf(reader));
    // The page comes first: it can be used while the thumbnails are made.
    let built = await buildPage(reader, thumbs, enough);
    const all = built.wanted.length;
    if (all > 0) {
      let made = 0;
      const advance = (): void => {
        made += 1;
        onThumbnails({ made, all });
      };
      await thumbs.make(built.wanted, () => !enough.aborted, advance).finally(() => onThumbnails(null));
      built = await buildPage(reader, thumbs, enough);
    }
    const { made, undecodable } = thumbs.counts();
    const { jobs, shown, thumbnails } = built;
    const page = join(dir, pageFile);
    return { page, jobs, shown, thumbnails, made, undecodable, orphans, lacksSharp: look === null };
  });
}

function* filesOf(reader: LedgerReader): Iterable<SavedFile> {
  for (const { outputs } of reader.lines({ states: ['done'] })) yield* outputs;
}
