import type { SharedRunner } from '../../core/sharing/shared-runs.ts';
import { joinFolder } from './joined-folder.ts';
import { chosenRun, runName } from './run-choice.ts';
import type { SharedPlace } from './shared-place.ts';

/** How a folder was brought up to date. */
interface PulledRun {
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
  const chosen = await chosenRun(place, words);
  const dir = out ?? chosen.dir;
  const joined = await joinFolder(place, dir, out === null ? undefined : runName(chosen.dir));
  const { mirror, ledger, mark } = joined;
  const { run, runner } = mark();
  try {
    if (detaches) {
      await place.runs.detach(run, runner, mirror.horizon(), (changes) => void mirror.apply(changes, null));
      joined.becomeEmbedded();
    }
    return { dir, run, runners: await place.runs.runners(run) };
  } finally {
    await ledger.close();
  }
}
