import { writeManifests } from '../../store/exports/exports.ts';
import { withReader } from '../../store/ledger/with-reader.ts';

/** Writes `manifest.jsonl` and `manifest.csv` from what the folder's ledger holds. */
export function rewriteManifests(dir: string): Promise<void> {
  return withReader(dir, writeManifests);
}
