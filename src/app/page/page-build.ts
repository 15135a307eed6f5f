import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { ownFile, removeLink } from '../../store/files/plain-files.ts';
import { removeAbandoned, replaceFile, replaceSmallFile } from '../../store/files/replaced-files.ts';
import { workerOn } from '../../store/folder/lock.ts';
import { blamingDisk, storageFault } from '../../store/folder/storage-faults.ts';
import type { LedgerReader } from '../../store/ledger/reader.ts';
import { flatImagesFile, readFlatImages } from '../../view/flat-images.ts';
import type { AnalyseImage } from '../../view/image-analysis.ts';
import type { PageHead, PageJob } from '../../view/page-data.ts';
import { maxPageJobs, pageFile, pageTemplate, pageTexts } from '../../view/page-file.ts';
import { pageJob } from '../../view/page-job.ts';
import { pictureOf } from '../../view/thumbnail-names.ts';
import { type ImageFile, openThumbnails, type Thumbnails, thumbsFolder } from '../../view/thumbnails.ts';
import { defaultModelId, providerToTell } from '../access/folder-provider.ts';
import { overviewOf } from '../folder/folder-overview.ts';
import { realClock } from '../real-clock.ts';

/** The page that was written. */
interface PageBuilt {
  /** Jobs of the folder, and how many of them the page holds. */
  readonly jobs: number;
  readonly shown: number;
  /** Thumbnails that the page uses. */
  readonly thumbnails: number;
  /** The files of its jobs whose thumbnails are to be made; copies share one. */
  readonly wanted: readonly ImageFile[];
  /** How many thumbnails that will be. */
  readonly wantedThumbnails: number;
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
  safety: 'synced' | 'unsynced' = 'synced',
): Promise<PageBuilt> {
  const { dir } = reader;
  const template = pageTemplate();
  const head = await headOf(reader);
  const wanted: ImageFile[] = [];
  const pictures = new Set<string>();
  let [shown, thumbnails] = [0, 0];

  function* jobs(): Iterable<PageJob> {
    for (const { line, isPlanned } of reader.placedLines({ limit: maxPageJobs })) {
      gone.throwIfAborted();
      shown += 1;
      for (const file of line.outputs) {
        if (thumbs.of(file) !== null) thumbnails += 1;
        else if (thumbs.isWanted(file)) {
          const { path, mime } = file;
          // Of its hashes the one that counts: there may be a hundred thousand.
          const sha256 = pictureOf(file);
          wanted.push({ path, sha256, original_sha256: null, mime });
          pictures.add(sha256);
        }
      }
      yield pageJob(line, isPlanned, thumbs.of);
    }
  }

  await replaceFile(join(dir, pageFile), pageTexts(template, head, jobs()), safety);
  return { jobs: head.jobCount, shown, thumbnails, wanted, wantedThumbnails: pictures.size };
}

/** The thumbnails of a folder; leftovers of builders that were killed are taken away. */
export async function thumbnailsOf(dir: string, analyse: AnalyseImage | null): Promise<Thumbnails> {
  const folder = join(dir, thumbsFolder);
  const blaming = <T>(work: () => T): T => blamingDisk(folder, work);
  blaming(() => {
    removeLink(folder);
    ownFile(join(folder, flatImagesFile));
  });
  for (const each of [dir, folder].filter((path) => existsSync(path))) await removeAbandoned(each);
  const thumbs = blaming(() => openThumbnails(dir, analyse, replaceSmallFile));
  return {
    ...thumbs,
    async make(files, making) {
      try {
        await thumbs.make(files, making);
      } catch (error) {
        throw storageFault(error, folder);
      }
    },
    refresh: () => blaming(thumbs.refresh),
    removeOrphans: (files) => blaming(() => thumbs.removeOrphans(files)),
  };
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
    defaultModel: defaultModelId(providerToTell(reader.planRecord())),
    axes: reader.axes(maxAxisValues).map(({ name, values }) => ({ name, values })),
    overview: overviewOf(reader, reader.holdings(), readFlatImages(dir)),
  };
}
