import type { ManifestLine } from '../../core/job/manifest.ts';
import type { ExportWish } from '../../store/exports/exports.ts';
import type { LineFilter } from '../../store/exports/manifest-lines.ts';
import { type LedgerReader, openReader } from '../../store/ledger/reader.ts';
import { withReader } from '../../store/ledger/with-reader.ts';
import { type AskedJobs, filterOf } from './asked-jobs.ts';

/** Which jobs of a folder are meant; all of them where it says nothing. */
export type JobFilter = LineFilter;

/** The jobs of a folder as its manifest has them, streamed. Throws `UserError` where it is not a run folder. */
export function* jobLines(dir: string, filter: JobFilter = {}): Generator<ManifestLine, void, void> {
  const reader = openReader(dir);
  try {
    yield* reader.lines(filter);
  } finally {
    reader.close();
  }
}

interface ListedJobs {
  readonly lines: Iterable<ManifestLine>;
  /** The axes in which the jobs of the plan differ. */
  keys(): readonly string[];
  close(): void;
}

/** The jobs of a folder that a command is asked for. Throws `UserError` (`usage`) for a key that no job has. */
export function listedJobs(dir: string, asked: AskedJobs): ListedJobs {
  const reader = openReader(dir);
  try {
    return {
      lines: reader.lines(filterOf(reader, asked)),
      keys: () => differingAxes(reader),
      close: reader.close,
    };
  } catch (error) {
    reader.close();
    throw error;
  }
}

function differingAxes(reader: LedgerReader): readonly string[] {
  return reader
    .axes(1)
    .filter(({ count }) => count > 1)
    .map(({ name }) => name);
}

/** Writes the jobs of a folder into a file. Resolves with their number. */
export async function exportJobs(
  dir: string,
  file: string,
  { where, ...wish }: Omit<ExportWish, 'conditions'> & Pick<AskedJobs, 'where'>,
): Promise<number> {
  // Not needed to list jobs, and slow to load.
  const { exportManifest } = await import('../../store/exports/exports.ts');
  return withReader(dir, (reader) =>
    exportManifest(reader, file, { ...wish, ...filterOf(reader, { where }) }),
  );
}
