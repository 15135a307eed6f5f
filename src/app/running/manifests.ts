import { statSync } from 'node:fs';
import { join } from 'node:path';
import { manifestFiles } from '../../core/job/manifest.ts';
import { writeManifests } from '../../store/exports/exports.ts';
import { withReader } from '../../store/ledger/with-reader.ts';

/** Writes `manifest.jsonl` and `manifest.csv` from what the folder's ledger holds. */
export function rewriteManifests(dir: string): Promise<void> {
  return withReader(dir, writeManifests);
}

// The clock that stamps files may be behind by this much.
const slackMs = 50;

/**
 * Whether the manifests are not there, or older than what the ledger holds: a run was killed before it had written them,
 * or another plan has been taken in since.
 */
export function areManifestsBehind(dir: string): boolean {
  return withReader(dir, (reader) => {
    const written = manifestFiles.map(
      (name) => statSync(join(dir, name), { throwIfNoEntry: false })?.mtimeMs ?? Number.NEGATIVE_INFINITY,
    );
    const [latest] = reader.runs(1);
    const changed = [latest?.endedAt ?? latest?.startedAt, reader.planRecord()?.plannedAt];
    return Math.min(...written) + slackMs < Math.max(...changed.map((at) => at ?? 0));
  });
}
