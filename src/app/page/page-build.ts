import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { ownFile, removeLink } from '../../store/files/plain-files.ts';
import { removeAbandoned, replaceFile } from '../../store/files/replaced-files.ts';
import { workerOn } from '../../store/folder/lock.ts';
import { storageFault } from '../../store/folder/storage-faults.ts';
import type { LedgerReader } from '../../store/ledger/reader.ts';
import { flatImagesFile, readFlatImages } from '../../view/flat-images.ts';
import type { AnalyseImage } from '../../view/image-analysis.ts';
import type { PageHead, PageJob } from '../../view/page-data.ts';
import { maxPageJobs, pageFile, pageTemplate, pageTexts } from '../../view/page-file.ts';
import { pageJob } from '../../view/page-job.ts';
import { type ImageFile, openThumbnails, type Thumbnails, thumbsFolder } from '../../view/thumbnails.ts';
import { providerToTell } from '../access/folder-provider.ts';
import { overviewOf } from '../folder/folder-overview.ts';
import { realClock } from '../real-clock.ts';

/** The page that was written. */
export interface PageBuilt {
  /** Jobs of the folder, and how many of them the page holds. */
  readonly jobs: number;
  readonly shown: number;
  /** Thumbnails that the page uses. */
  readonly thumbnails: number;
  /** The files of its jobs that a look would add something to. */
  readonly wanted: readonly ImageFile[];
}

// The page finds further values in its jobs.
const maxAxisValues = 10_000;

/**
 * Writes `index.html` into the reader's folder, whole or as it was, whatever else goes on in it. When `gone` is
 * aborted it gives up and throws the reason. Throws UserError: 'output' for what the disk is to blame for.
 */
export async function buildPage(
  reader: LedgerReader,
  thumbs: Thumbnails,
  gone: AbortSignal,
): Promise<PageBuilt> {
  const { dir } = reader;
  const template = pageTemplate();
  const head = await headOf(reader);
  const wanted: ImageFile[] = [];
  let [shown, thumbnails] = [0, 0];

  function* jobs(): Iterable<PageJob> {
    for (const { line, isPlanned } of reader.placedLines({ limit: maxPageJobs })) {
      gone.throwIfAborted();
      shown += 1;
      for (const file of line.outputs) {
        const { path, sha256, mime } = file;
        if (thumbs.isWanted(file)) wanted.push({ path, sha256, mime });
        if (thumbs.of(file) !== null) thumbnails += 1;
      }
      yield pageJob(line, isPlanned, thumbs.of);
    }
  }

  await replaceFile(join(dir, pageFile), pageTexts(template, head, jobs()), 'synced');
  return { jobs: head.jobCount, shown, thumbnails, wanted };
}

/** The thumbnails of a folder, made a few at once; leftovers of builders that were killed are taken away. */
export async function thumbnailsOf(
  dir: string,
  look: AnalyseImage | null,
  atOnce: number,
): Promise<Thumbnails> {
  const folder = join(dir, thumbsFolder);
  const thumbs = await blamingThumbs(folder, async () => {
    removeLink(folder);
    ownFile(join(folder, flatImagesFile));
    for (const each of [dir, folder].filter((path) => existsSync(path))) await removeAbandoned(each);
    return openThumbnails(dir, look, (path, content) => replaceFile(path, content, 'unsynced'), atOnce);
  });
  return {
    ...thumbs,
    make: (files, goesOn, onLook) => blamingThumbs(folder, () => thumbs.make(files, goesOn, onLook)),
    refresh: () => blamingThumbs(folder, thumbs.refresh),
    removeOrphans: (files) => blamingThumbs(folder, () => thumbs.removeOrphans(files)),
  };
}

async function blamingThumbs<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storageFault(error, folder);
  }
}

async function headOf(reader: LedgerReader): Promise<PageHead> {
  const { dir } = reader;
  return {
    name: basename(resolve(dir)),
    dir,
    folderKey: reader.folderKey(),
    madeAt: realClock.now(),
    isRunning: workerOn(dir) !== null,
    jobCount: reader.jobCount(),
    defaultModel: providerToTell(reader.planRecord()).defaultModel.id,
    axes: reader.axes(maxAxisValues).map(({ name, values }) => ({ name, values })),
    overview: overviewOf(reader, reader.holdings(), readFlatImages(dir)),
  };
}
