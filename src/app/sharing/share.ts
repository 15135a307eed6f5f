import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { UserError } from '../../core/complaints.ts';
import { resultsOf } from '../../core/job/manifest.ts';
import type { ParcelView } from '../../report/folder/parcel-text.ts';
import type { LedgerReader } from '../../store/ledger/reader.ts';
import { withReader } from '../../store/ledger/with-reader.ts';
import { openParcel } from '../../store/parcels/parcel.ts';
import { maxPageJobs, pageTemplate, pageWriter } from '../../view/page-file.ts';
import { pageJob } from '../../view/page-job.ts';
import { parcelHead, parcelJob } from '../../view/parcel-page.ts';
import { smallImages } from '../../view/small-images.ts';
import { type AskedJobs, filterOf } from '../folder/asked-jobs.ts';
import { ahead } from './ahead.ts';
import { parcelFiles } from './parcel-files.ts';

/** A parcel as it is asked for. */
export interface ShareRequest {
  readonly dir: string;
  /** A zip file, or a folder. */
  readonly out: string;
  readonly force: boolean;
  readonly jobs: AskedJobs;
  /** Only these jobs, by their ids; null: all. */
  readonly chosen: ReadonlySet<string> | null;
  /** Pictures of at most 1,024 pixels. */
  readonly small: boolean;
  readonly costs: boolean;
}

/** Hears how far it is. */
export type OnShared = (progress: { readonly jobs: number; readonly bytes: number }) => void;

/**
 * Makes a parcel of a run folder for other people: the page, the results under descriptive names, and the
 * thumbnails, without the ledger, request ids, account or local paths. Works during a run. Throws `UserError`, and the
 * reason of `enough` when that is aborted; then nothing is left behind.
 */
export function share(request: ShareRequest, enough: AbortSignal, hears: OnShared): Promise<ParcelView> {
  return withReader(request.dir, async (reader) => {
    const shrink = request.small ? await smallImages() : null;
    const parcel = openParcel(request.out, request.force);
    try {
      const files = await parcelFiles(request.dir, parcel, shrink);
      const name = basename(resolve(request.dir));
      const page = pageWriter(pageTemplate(), name);
      const key = `parcel-${createHash('sha256').update(reader.folderKey()).digest('hex').slice(0, 16)}`;
      const head = parcelHead({ name, key, axes: axesOf(reader) }, request.costs);
      let [jobs, written] = [0, 0];
      await parcel.page(page.start);
      const lines = ahead(chosenLines(reader, request), 4, ({ line }) =>
        Promise.all(resultsOf(line).map((file) => files.prepare(file))),
      );
      for await (const [{ line, isPlanned }, prepared] of lines) {
        enough.throwIfAborted();
        const outputs = [];
        for (const each of prepared) {
          const output = each === null ? null : await files.add(each, line);
          if (output !== null) outputs.push(output);
          written += output?.bytes ?? 0;
          enough.throwIfAborted();
        }
        const job = parcelJob(
          pageJob(line, isPlanned, () => null),
          outputs,
          request.costs,
        );
        head.count(job);
        await parcel.page(page.job(job));
        jobs += 1;
        hears({ jobs, bytes: written });
      }
      if (jobs === 0) throw noJobs(request);
      for (const text of page.end(head.head())) await parcel.page(text);
      const bytes = await parcel.finish(head.latest());
      return { path: request.out, jobs, bytes, ...files.counts(), isCut: jobs === maxPageJobs };
    } catch (error) {
      parcel.discard();
      throw error;
    }
  });
}

function* chosenLines(reader: LedgerReader, { jobs, chosen }: ShareRequest) {
  let left = maxPageJobs;
  for (const placed of reader.placedLines(filterOf(reader, jobs))) {
    if (chosen !== null && !chosen.has(placed.line.job)) continue;
    if (left === 0) return;
    left -= 1;
    yield placed;
  }
}

function axesOf(reader: LedgerReader) {
  return reader.axes(10_000).map(({ name, values }) => ({ name, values }));
}

function noJobs({ dir, chosen }: ShareRequest): UserError {
  return chosen === null
    ? new UserError(
        'usage',
        `No job in ${dir} matches --where and --state.`,
        'Widen --where or --state; rcb ls lists the jobs.',
      )
    : new UserError(
        'usage',
        `No starred job in ${dir} is left to share.`,
        'Star jobs on the page and export them again, or widen --where and --state.',
      );
}
