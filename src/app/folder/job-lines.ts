import type { ManifestLine } from '../../core/job/manifest.ts';
import type { ExportWish } from '../../store/exports/exports.ts';
import type { LineFilter } from '../../store/exports/manifest-lines.ts';
import { openReader } from '../../store/ledger/reader.ts';
import { withReader } from '../../store/ledger/with-reader.ts';

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

/** Writes the jobs of a folder into a file. Resolves with their number. */
export async function exportJobs(dir: string, file: string, wish: ExportWish): Promise<number> {
  // Not needed to list jobs, and slow to load.
  const { exportManifest } = await import('../../store/exports/exports.ts');
  return withReader(dir, (reader) => exportManifest(reader, file, wish));
}
