import { statusJson, statusOf } from '../../app/folder/status-view.ts';
import { missingFilesOf } from '../../app/running/done-files.ts';
import { hasNothingLeft } from '../../core/job/tally.ts';
import { statusText } from '../../report/folder/status-text.ts';
import { jsonLine } from '../../report/json-line.ts';
import { terminalOf } from '../../report/terminal/terminal.ts';
import { openReader } from '../../store/ledger/reader.ts';
import { readFlatImages } from '../../view/flat-images.ts';
import type { Call } from '../argv/call.ts';
import { truth } from '../argv/settings.ts';
import { exitCodes } from '../exit.ts';
import { folderOf } from '../folders.ts';
import { realClock } from '../real-clock.ts';
import type { Surroundings } from '../surroundings.ts';

/** `rcb status [DIR]`: works while a run is going on. */
export async function statusCommand({ flags, words }: Call, surroundings: Surroundings): Promise<number> {
  const { stdout, env } = surroundings;
  const reader = openReader(folderOf(words));
  try {
    const terminal = terminalOf(stdout, env);
    const missing = seldom(() => missingFilesOf(reader));
    function show(): void {
      const view = statusOf(reader, readFlatImages(reader.dir), missing());
      const text = truth(flags, 'json') ? jsonLine(statusJson(view)) : statusText(view, terminal);
      stdout.write(terminal.live && truth(flags, 'watch') ? `${clearScreen}${text}` : text);
    }
    show();
    if (truth(flags, 'watch')) await again(show, () => !hasNothingLeft(reader.holdings()), surroundings);
    return exitCodes.done;
  } finally {
    reader.close();
  }
}

// For each second of looking so many others, but not for longer than this, whatever the clock says.
const restPerLook = 20;
const maxRestMs = 60_000;

/** The same, but not looked for again as long as it would take most of the time. */
function seldom<T>(look: () => T): () => T {
  let last: { readonly found: T; readonly at: number; readonly restMs: number } | null = null;
  return () => {
    const begunAt = realClock.now();
    if (last !== null && begunAt >= last.at && begunAt < last.at + last.restMs) return last.found;
    const found = look();
    const at = realClock.now();
    last = { found, at, restMs: Math.min(restPerLook * Math.max(0, at - begunAt), maxRestMs) };
    return found;
  };
}

const clearScreen = '\u001b[H\u001b[2J';
const watchMs = 2_000;

/** Shows it again and again, until there is nothing more to see or the user has seen enough. */
async function again(show: () => void, goesOn: () => boolean, surroundings: Surroundings): Promise<void> {
  const enough = new AbortController();
  const release = surroundings.onSignal('SIGINT', () => enough.abort());
  try {
    while (goesOn()) {
      await realClock.sleep(watchMs, enough.signal);
      show();
    }
  } catch (error) {
    if (!enough.signal.aborted) throw error;
  } finally {
    release();
  }
}
