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
import { isLedgerTyped } from '../../shared/ledger-flags.ts';
import { namedPlace } from '../../shared/named-place.ts';
import type { System } from '../../system.ts';

/**
 * `rcb pull [RUN|DIR]`: brings the folder of a shared run up to date, with the files of other machines; with `--detach`
 * it is the run from then on.
 */
export async function pullCommand(call: Call, system: System): Promise<number> {
  const { flags, words } = call;
  if (words.length > 1) folderOf(words);
  const output = outputOf(flags, system);
  const detaches = truth(flags, 'detach');
  const pulledRun = isLost(call, system) ? await left(call) : await pulled(call);
  const { dir, run, ledger } = pulledRun;
  for (const sentence of pulledRun.sentences) output.say(`${plainText(sentence)}\n`);
  return interruptible(system, async (leave) => {
    const files = flags.files === false ? null : await filesOf(pulledRun, call, system, leave);
    await rewriteManifests(dir);
    for (const each of files === null ? [] : pulledText(files)) output.say(`${each}\n`);
    if (truth(flags, 'json')) {
      const facts = { run, ledger, detached: detaches, ...pulledRun.held };
      const counted = files === null ? {} : { files: pulledJson(files) };
      const status = statusJson(statusNow(dir, system.env));
      system.stdout.write(jsonLine({ event: 'pulled', ...facts, ...counted, ...status }));
    }
    return files !== null && areSomeLeft(files) ? exitCodes.finished_with_failures : exitCodes.done;
  });
}

interface Pulled extends PulledRun {
  readonly ledger: string;
  readonly sentences: readonly string[];
  /** How many jobs are held as unclear, where the ledger was lost. */
  readonly held: { readonly held?: number };
}

/** Whether the sharing ends without the ledger; only whoever types so, since a file of settings knows nothing of a loss. */
function isLost({ flags, place }: Call, { argv }: System): boolean {
  const isNone = place === undefined && text(flags, 'ledger')?.trim() === 'none';
  return truth(flags, 'detach') && isNone && isLedgerTyped(argv);
}

async function left({ flags, words }: Call): Promise<Pulled> {
  const { leaveRun } = await import('../../../app/shared/lost-run.ts');
  const { dir, as, held, words: sentences } = await leaveRun(words, text(flags, 'out'));
  return { dir, run: as.run, runners: [], ledger: as.address, sentences, held: { held } };
}

async function pulled(call: Call): Promise<Pulled> {
  const { flags, words } = call;
  const place = namedPlace(call, 'pull');
  const { address: ledger } = place.runs;
  const detaches = truth(flags, 'detach');
  const found = await pullRun(place, words, { out: text(flags, 'out'), detaches });
  const { dir, run } = found;
  const sentence = detaches
    ? `The run "${run}" is not shared any more: ${dir} is the run from now on.`
    : `${dir} is up to date with the run "${run}" in ${ledger}.`;
  return { ...found, ledger, sentences: [sentence], held: {} };
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
  let latest: PulledView | null = null;
  try {
    return await pullFiles({
      ...{ dir, from: texts(flags, 'from'), leave },
      accessRequest: accessRequestOf(flags, system),
      policy: runPolicy(runPoliciesOf(flags), {}),
      versions: new Map(runners.map(({ name, version }) => [name, version])),
      observe(pulled) {
        latest = pulled;
        if (output.quiet) return;
        const { jobs, copied, readAgain, gone, other, failed } = pulled;
        line.show(
          `Files: ${showCount(copied + readAgain)} of ${showCount(jobs)} jobs` +
            `${gone + other + failed > 0 ? `, ${showCount(gone + other + failed)} not to be had` : ''}`,
        );
      },
    });
  } catch (error) {
    line.clear();
    // What has come stays.
    for (const each of latest === null ? [] : pulledText(latest)) output.say(`${each}\n`);
    throw error;
  } finally {
    line.clear();
  }
}
