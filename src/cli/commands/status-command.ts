import { statusJson } from '../../app/folder/status-view.ts';
import { statusNow, watchStatus } from '../../app/folder/watched-status.ts';
import { type StatusView, statusText } from '../../report/folder/status-text.ts';
import { jsonLine } from '../../report/json-line.ts';
import { terminalOf } from '../../report/terminal/terminal.ts';
import type { Call } from '../argv/call.ts';
import { truth } from '../argv/settings.ts';
import { exitCodes } from '../exit.ts';
import { folderOf } from '../folders.ts';
import type { System } from '../system.ts';

const clearScreen = '\u001b[H\u001b[2J';

/** `rcb status [DIR]`: works while a run is going on. */
export async function statusCommand({ flags, words }: Call, system: System): Promise<number> {
  const { stdout, env } = system;
  const dir = folderOf(words);
  const terminal = terminalOf(stdout, env);
  const watches = truth(flags, 'watch');
  function show(view: StatusView): void {
    const text = truth(flags, 'json') ? jsonLine(statusJson(view)) : statusText(view, terminal);
    stdout.write(terminal.live && watches ? `${clearScreen}${text}` : text);
  }
  if (!watches) show(statusNow(dir, system.env));
  else {
    const enough = new AbortController();
    const release = system.onSignal('SIGINT', () => enough.abort());
    await watchStatus(dir, system.env, enough.signal, show).finally(release);
  }
  return exitCodes.done;
}
