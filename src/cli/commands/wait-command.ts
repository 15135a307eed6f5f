import { runEnded } from '../../app/folder/run-end.ts';
import { statusJson } from '../../app/folder/status-view.ts';
import { statusNow } from '../../app/folder/watched-status.ts';
import { realClock } from '../../app/real-clock.ts';
import { quoted } from '../../core/shell-words.ts';
import { commandsLeft } from '../../report/folder/commands-left.ts';
import { statusText } from '../../report/folder/status-text.ts';
import { jsonLine } from '../../report/json-line.ts';
import { terminalOf } from '../../report/terminal/terminal.ts';
import type { Call } from '../argv/call.ts';
import { durationMs, truth } from '../argv/settings.ts';
import { type ExitName, exitCodes, exitOfRun } from '../exit.ts';
import { folderOf } from '../folders.ts';
import { interruptible } from '../interrupts.ts';
import type { System } from '../system.ts';

// Most runs are not shared.
const lookingAtOthers = () => import('../../app/shared/shared-status.ts');

/**
 * `rcb wait [DIR] --timeout 5m`: until no process works on the folder, nor another machine on its run, which may be so
 * from the start. The exit code is that of a run that leaves the folder as it is; 75 if one has not ended when the time
 * is up.
 */
export function waitCommand({ flags, words, place }: Call, system: System): Promise<number> {
  const { stdout, stderr, env } = system;
  const timeoutMs = durationMs(flags, 'timeout', null);
  const dir = folderOf(words);
  // Throws for what is not a run folder.
  statusNow(dir, env);
  return interruptible(system, async (enough) => {
    const until = timeoutMs === null ? Number.POSITIVE_INFINITY : realClock.now() + timeoutMs;
    const hasEnded = await runEnded(dir, timeoutMs, enough);
    const others =
      place === undefined ? [] : await (await lookingAtOthers()).othersEnded(place, dir, until, enough);
    const view = statusNow(dir, env, others);
    const { counts } = view.holdings;
    const isGoing = (!hasEnded && view.pid !== null) || others.length > 0;
    const again = `rcb wait ${quoted(dir)}`;
    const outcome: ExitName | 'running' = isGoing ? 'running' : exitOfRun({ counts, halted: null }, null);
    const exit_code = outcome === 'running' ? exitCodes.not_finished : exitCodes[outcome];
    const next = isGoing ? [again] : commandsLeft(counts, quoted(dir));
    if (truth(flags, 'json')) {
      stdout.write(jsonLine({ event: 'summary', outcome, exit_code, ...statusJson(view), next }));
      return exit_code;
    }
    stdout.write(statusText(view, terminalOf(stdout, env)));
    if (isGoing) stderr.write(`The run has not ended yet. Wait again with: ${again}\n`);
    return exit_code;
  });
}
