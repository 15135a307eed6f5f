import { statusJson } from '../../app/folder/status-view.ts';
import { statusNow, watchStatus } from '../../app/folder/watched-status.ts';
import { realClock } from '../../app/real-clock.ts';
import type { SharedPlace } from '../../app/shared/shared-place.ts';
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
  const sharing = place === undefined ? ownRun : await sharingOf(place, dir);
  function show(view: StatusView): void {
    const text = truth(flags, 'json')
      ? jsonLine({ ...statusJson(view), ...sharing.json() })
      : `${statusText(view, terminal)}${sharing.text()}`;
    stdout.write(terminal.live && watches ? `${clearScreen}${text}` : text);
  }
  if (!watches) show(statusNow(dir, env, sharing.others()));
  else {
    const enough = new AbortController();
    const release = system.onSignal('SIGINT', () => enough.abort());
    await watchStatus(dir, env, enough.signal, sharing, show).finally(release);
  }
  return exitCodes.done;
}

const ownRun = { others: () => [], refresh: async () => {}, json: () => ({}), text: () => '' };

/** What is said of a shared run beside the status of its folder. */
async function sharingOf(place: SharedPlace, dir: string) {
  const { sharedView, sharedViewNow } = await import('../../app/shared/shared-status.ts');
  const { sharedJson, sharedText } = await import('../../report/folder/shared-text.ts');
  const first = await sharedView(place, dir);
  if (first === null) return ownRun;
  let view = first;
  return {
    others: () => view.others,
    async refresh() {
      view = await sharedViewNow(place, dir, view);
    },
    json: () => sharedJson(view),
    text: () => sharedText(view, realClock.now()),
  };
}
