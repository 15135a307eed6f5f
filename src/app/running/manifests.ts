import type { Surroundings } from '../../cli/surroundings.ts';
import { talkOf } from '../../cli/talk.ts';
import { writeManifests } from '../../store/exports/exports.ts';
import { openReader } from '../../store/ledger/reader.ts';
import { pageKeeper } from '../page/page-child.ts';

/** Writes `manifest.jsonl` and `manifest.csv` anew from what the folder's ledger holds. */
export async function rewriteManifests(dir: string): Promise<void> {
  const reader = openReader(dir);
  try {
    await writeManifests(reader);
  } finally {
    reader.close();
  }
}

/** The same, and then the viewer's page where there is one; trouble with the page is told and changes nothing else. */
export async function refreshFolder(dir: string, surroundings: Surroundings): Promise<void> {
  await rewriteManifests(dir);
  const keeper = pageKeeper(dir, {}, talkOf({}, surroundings), surroundings);
  if (keeper !== null && keeper.page() !== null) await keeper.finish();
}
