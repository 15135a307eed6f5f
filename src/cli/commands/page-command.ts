import type { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { lastWord } from '../../app/page/page-child.ts';
import { makePages, type RunWords } from '../../app/page/page-rounds.ts';
import type { Call } from '../argv/call.ts';
import { exitCodes } from '../exit.ts';
import type { System } from '../system.ts';

const leaveWithinMs = 1_000;

/**
 * `rcb __view DIR`: keeps a folder's page up to date beside the run that works on it, as a process of its own, so
 * that nothing that goes wrong with a picture can touch the run. It ends when its standard input ends.
 */
export async function pageCommand({ words }: Call, system: System): Promise<number> {
  const [dir = '.'] = words;
  // Most of its heap is garbage. Collected at 1.3 times what is alive, instead of several times that, a page of 100,000
  // jobs takes a third less memory, beside a run that needs it more, for a tenth more time.
  setFlagsFromString('--heap-growing-percent=30');
  // A Ctrl-C in the terminal reaches it too, but it is the run's to answer.
  system.onSignal('SIGINT', () => {});
  const run = listenTo(system.stdin);
  // A picture that is being decoded cannot be given up.
  run.gone.addEventListener('abort', () => {
    setTimeout(() => system.exit(exitCodes.done), leaveWithinMs).unref();
  });
  try {
    await makePages(dir, run);
  } finally {
    system.stdin.destroy();
  }
  return exitCodes.done;
}

function listenTo(stdin: Readable): RunWords {
  const last = new AbortController();
  const gone = new AbortController();
  let heard = '';
  stdin.on('data', (chunk: Buffer) => {
    heard += chunk.toString('latin1');
    if (heard.includes(lastWord)) last.abort();
  });
  for (const end of ['end', 'close', 'error']) stdin.on(end, () => gone.abort());
  return { last: last.signal, gone: gone.signal };
}
