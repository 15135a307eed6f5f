import { writeManifests } from '../store/exports.ts';
import { openReader } from '../store/reader.ts';

/** Writes `manifest.jsonl` and `manifest.csv` anew from what the folder's ledger holds. */
export async function rewriteManifests(dir: string): Promise<void> {
  const reader = openReader(dir);
  try {
    await writeManifests(reader);
  } finally {
    reader.close();
  }
}
