import { statusJson } from '../../../app/folder/status-view.ts';
import { statusNow } from '../../../app/folder/watched-status.ts';
import { runPolicy } from '../../../app/policies.ts';
import { rewriteManifests } from '../../../app/running/manifests.ts';
import { type PulledRun, pullRun } from '../../../app/shared/pulled-run.ts';
import { showCount } from '../../../core/counts.ts';
import { areSomeLeft, type PulledView, pulledJson, pulledText } from '../../../report/folder/pull-text.ts';
import { jsonLine } from '../../../report/json-line.ts';
import { passingLine } from '../../../report/progress/passing-line.ts';
import { plainText } from '../../../report/terminal/terminal.ts';
import type { Call } from '../../argv/call.ts';
import { accessRequestOf } from '../../argv/requests.ts';
import { runPoliciesOf } from '../../argv/run-policies.ts';
import { text, texts, truth } from '../../argv/settings.ts';
import { exitCodes } from '../../exit.ts';
import { folderOf } from '../../folders.ts';
import { interruptible } from '../../interrupts.ts';
import { outputOf } from '../../output.ts';
import { namedPlace } from '../../shared/named-place.ts';
import type { System } from '../../system.ts';

/**
 * `rcb pull [RUN|DIR]`: brings the folder of a shared run up to date, with the files of other machines; with `--detach`
 * it is the run from then on.
 */
export async function pullCommand(call: Call, system: System): Promise<number> {
  const place = namedPlace(call, 'pull');
  const { flags, words } = call;
  if (words.length > 1) folderOf(words);
  const output = outputOf(flags, system);
  const detaches = truth(flags, 'detach');
  const pulledRun = await pullRun(place, words, { out: text(flags, 'out'), detaches });
  const { dir, run } = pulledRun;
  const sentence = detaches
    ? `The run "${run}" is not shared any more: ${dir} is the run from now on.`
    : `${dir} is up to date with the run "${run}" in ${place.runs.address}.`;
  output.say(`${plainText(sentence)}\n`);
  return interruptible(system, async (leave) => {
    const pulled = flags.files === false ? null : await filesOf(pulledRun, call, system, leave);
    await rewriteManifests(dir);
    for (const each of pulled === null ? [] : pulledText(pulled)) output.say(`${each}\n`);
    if (truth(flags, 'json')) {
      const facts = { run, ledger: place.runs.address, detached: detaches };
      const files = pulled === null ? {} : { files: pulledJson(pulled) };
      const status = statusJson(statusNow(dir, system.env));
      system.stdout.write(jsonLine({ event: 'pulled', ...facts, ...files, ...status }));
    }
    return pulled !== null && areSomeLeft(pulled) ? exitCodes.finished_with_failures : exitCodes.done;
  });
}

/** Brings the files of other machines. */
async function filesOf(
  { dir, runners }: PulledRun,
  { flags }: Call,
  system: System,
  leave: AbortSignal,
): Promise<PulledView> {
  const { pullFiles } = await import('../../../app/shared/file-pull.ts');
  const output = outputOf(flags, system);
  const line = passingLine(output.terminal);
  try {
    return await pullFiles({
      ...{ dir, from: texts(flags, 'from'), leave },
      accessRequest: accessRequestOf(flags, system),
      policy: runPolicy(runPoliciesOf(flags), {}),
      versions: new Map(runners.map(({ name, version }) => [name, version])),
      observe({ jobs, copied, readAgain, gone, other, failed }) {
        if (output.quiet) return;
        line.show(
          `Files: ${showCount(copied + readAgain)} of ${showCount(jobs)} jobs` +
            `${gone + other + failed > 0 ? `, ${showCount(gone + other + failed)} not to be had` : ''}`,
        );
      },
    });
  } finally {
    line.clear();
  }
}
