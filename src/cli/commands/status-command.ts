import { statusJson } from '../../app/folder/status-view.ts';
import { statusNow, watchStatus } from '../../app/folder/watched-status.ts';
import { realClock } from '../../app/real-clock.ts';
import type { SharedView } from '../../report/folder/shared-text.ts';
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
export async function statusCommand({ flags, words, place }: Call, system: System): Promise<number> {
  const { stdout, env } = system;
  const dir = folderOf(words);
  const terminal = terminalOf(stdout, env);
  const watches = truth(flags, 'watch');
  const sharing = place === undefined ? null : await import('../../app/shared/shared-status.ts');
  const shared = sharing === null || place === undefined ? null : await sharing.sharedView(place, dir);
  const more = await sharedWords(shared);
  function show(view: StatusView): void {
    const text = truth(flags, 'json')
      ? jsonLine({ ...statusJson(view), ...more.json })
      : `${statusText(view, terminal)}${more.text()}`;
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

/** What is said of a shared run beside the status of its folder: of any other, nothing. */
async function sharedWords(view: SharedView | null) {
  if (view === null) return { json: {}, text: () => '' };
  const { sharedJson, sharedText } = await import('../../report/folder/shared-text.ts');
  return { json: sharedJson(view), text: () => sharedText(view, realClock.now()) };
}
