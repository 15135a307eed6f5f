import type { SharedView } from '../../report/folder/shared-text.ts';
import { mirrorOf } from '../../store/mirror/mirror-of.ts';
import type { SharedPlace } from './shared-place.ts';

/** Who works on the shared run of a folder; null: the folder is a run of its own. */
export async function sharedView({ runs }: SharedPlace, dir: string): Promise<SharedView | null> {
  const mark = mirrorOf(dir);
  if (mark === null) return null;
  const runners = await runs.runners(mark.run);
  return { ledger: runs.address, run: mark.run, runner: mark.runner, runners };
}
