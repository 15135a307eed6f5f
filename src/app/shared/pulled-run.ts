import type { SharedRunner } from '../../core/sharing/shared-runs.ts';
import { detachFolder } from './detaching.ts';
import { joinFolder } from './joined-folder.ts';
import { chosenRun, runName } from './run-choice.ts';
import type { SharedPlace } from './shared-place.ts';

/** How a folder was brought up to date. */
export interface PulledRun {
  readonly dir: string;
  readonly run: string;
  readonly runners: readonly SharedRunner[];
}

interface Pulling {
  /** The folder to pull into; null: the usual one. */
  readonly out: string | null;
  /** Ends the sharing: the folder is the run from then on. */
  readonly detaches: boolean;
}

/** Brings the folder of a shared run up to date; makes it where there is none. Throws `UserError`, and `LedgerAway`. */
export async function pullRun(
  place: SharedPlace,
  words: readonly string[],
  { out, detaches }: Pulling,
): Promise<PulledRun> {
  const chosen = await chosenRun(place, words, true);
  const dir = out ?? chosen.dir;
  if (detaches) {
    await detachFolder(place, dir);
    return { dir, run: runName(chosen.dir), runners: [] };
  }
  const { ledger, mark } = await joinFolder(place, dir, out === null ? undefined : runName(chosen.dir));
  const { run } = mark();
  try {
    return { dir, run, runners: await place.runs.runners(run) };
  } finally {
    await ledger.close();
  }
}
