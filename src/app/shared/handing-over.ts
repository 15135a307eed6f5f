import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../core/complaints.ts';
import type { SharedRun } from '../../core/sharing/shared-runs.ts';
import { openToShare } from '../../store/mirror/folder-to-share.ts';
import { runnerName } from '../../store/mirror/runner-name.ts';
import { isRunName, runName } from './run-choice.ts';
import { putInputs } from './shared-inputs.ts';
import type { SharedPlace } from './shared-place.ts';

/** Puts the run of a folder into the ledger; the folder is a mirror of it from then on. Throws `UserError`. */
export async function shareFolder(place: SharedPlace, dir: string): Promise<SharedRun> {
  const name = runName(dir);
  if (!isRunName(name))
    throw new UserError('usage', `A shared run cannot be called "${name}".`, 'Rename the folder first.');
  const folder = openToShare(dir);
  try {
    return await handedOver(place, folder, name);
  } finally {
    await folder.close();
  }
}

async function handedOver(
  { runs }: SharedPlace,
  folder: ReturnType<typeof openToShare>,
  name: string,
): Promise<SharedRun> {
  const { dir, key, plan, account, files } = folder;
  const runner = runnerName(true);
  const as = { address: runs.address, run: name, key, runner, planVersion: 0 };
  const found = await runs.find(name);
  const isOurs = found !== null && found.key === key && !found.isDetached && folder.handover !== null;
  let run = isOurs ? found : null;
  if (run === null) {
    folder.beginHandover(as);
    try {
      run = await runs.begin({ name, key, plan, account, limits: {}, files }, folder.changes(runner));
    } catch (error) {
      // It was refused, so that nobody else can have it.
      if (error instanceof UserError) folder.takeBack();
      throw error;
    }
  }
  const inputs = join(dir, 'inputs');
  await putInputs(runs, name, dir, markersIn(inputs));
  folder.becomeMirror({ ...as, planVersion: run.planVersion });
  return run;
}

function* markersIn(inputs: string): Generator<{ readonly marker: string }> {
  let names: readonly string[] = [];
  try {
    names = readdirSync(inputs);
  } catch {
    // Its jobs send none.
  }
  for (const name of names) yield { marker: `@inputs/${name}` };
}
