import { statusJson } from '../../../app/folder/status-view.ts';
import { statusNow } from '../../../app/folder/watched-status.ts';
import { rewriteManifests } from '../../../app/running/manifests.ts';
import { pullRun } from '../../../app/shared/pulled-run.ts';
import { jsonLine } from '../../../report/json-line.ts';
import { plainText } from '../../../report/terminal/terminal.ts';
import type { Call } from '../../argv/call.ts';
import { text, truth } from '../../argv/settings.ts';
import { exitCodes } from '../../exit.ts';
import { folderOf } from '../../folders.ts';
import { outputOf } from '../../output.ts';
import { namedPlace } from '../../shared/named-place.ts';
import type { System } from '../../system.ts';

/** `rcb pull [RUN|DIR]`: brings the folder of a shared run up to date; with `--detach` it is the run from then on. */
export async function pullCommand(call: Call, system: System): Promise<number> {
  const place = namedPlace(call, 'pull');
  const { flags, words } = call;
  if (words.length > 1) folderOf(words);
  const output = outputOf(flags, system);
  const detaches = truth(flags, 'detach');
  const { dir, run } = await pullRun(place, words, { out: text(flags, 'out'), detaches });
  await rewriteManifests(dir);
  if (truth(flags, 'json')) {
    const status = statusJson(statusNow(dir, system.env));
    const facts = { run, ledger: place.runs.address, detached: detaches };
    system.stdout.write(jsonLine({ event: 'pulled', ...facts, ...status }));
    return exitCodes.done;
  }
  const sentence = detaches
    ? `The run "${run}" is not shared any more: ${dir} is the run from now on.`
    : `${dir} is up to date with the run "${run}" in ${place.runs.address}.`;
  output.say(`${plainText(sentence)}\n`);
  return exitCodes.done;
}
