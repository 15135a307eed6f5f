import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { quoted } from '../../core/shell-words.ts';
import type { PageReport } from '../../report/progress/page-text.ts';
import { withReader } from '../../store/ledger/with-reader.ts';
import { mirrorOf } from '../../store/mirror/mirror-of.ts';
import { imageAnalyser } from '../../view/image-analysis.ts';
import { pageFile } from '../../view/page-file.ts';
import { buildPage, thumbnailsOf } from './page-build.ts';

// Decoding happens on libuv's threads, of which there are four.
const maxAtOnce = 4;

/** How many images are read at once where nothing else wants the machine. */
export const atFullSpeed = (): number => Math.min(maxAtOnce, availableParallelism());

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
    const thumbs = await thumbnailsOf(dir, look);
    const orphans = thumbs.removeOrphans(reader.savedFiles());
    // The page comes first: it can be used while the thumbnails are made.
    let built = await buildPage(reader, thumbs, enough);
    const all = built.wantedThumbnails;
    if (all > 0) {
      let made = 0;
      const making = {
        atOnce: atFullSpeed(),
        mayGoOn: () => !enough.aborted,
        onAnalysed() {
          made += 1;
          onThumbnails({ made, all });
        },
      };
      await thumbs.make(built.wanted, making).finally(() => onThumbnails(null));
      built = await buildPage(reader, thumbs, enough);
    }
    const { made, undecodable, missing } = thumbs.counts();
    const { jobs, shown, thumbnails } = built;
    const page = join(dir, pageFile);
    const bringing = `rcb ${mirrorOf(dir) === null ? 'fetch' : 'pull'} ${quoted(dir)}`;
    const counted = { jobs, shown, thumbnails, made, undecodable, missing, orphans };
    return { page, ...counted, bringing, lacksSharp: look === null };
  });
}
