import type { JobStatus } from '../../src/core/job/job.ts';
import type { ManifestLine } from '../../src/core/job/manifest.ts';
import { openReader } from '../../src/store/ledger/reader.ts';

/** What the ledger of a folder says at this moment. */
export function linesOf(dir: string): ManifestLine[] {
  const reader = openReader(dir);
  try {
    return [...reader.lines()];
  } finally {
    reader.close();
  }
}

export function countsOf(
  lines: readonly { readonly state: JobStatus }[],
): Partial<Record<JobStatus, number>> {
  const counts: Partial<Record<JobStatus, number>> = {};
  for (const { state } of lines) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}
