import { setFlagsFromString } from 'node:v8';
import { makePages, type RunWords } from '../../app/page/page-rounds.ts';
import { lastWord, progressLine } from '../../app/page/page-words.ts';
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
  const run = wordsWith(system);
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

function wordsWith({ stdin, stdout }: System): RunWords {
  const last = new AbortController();
  const gone = new AbortController();
  let heard = '';
  stdin.on('data', (chunk: Buffer) => {
    heard += chunk.toString('latin1');
    if (heard.includes(lastWord)) last.abort();
  });
  for (const end of ['end', 'close', 'error']) stdin.on(end, () => gone.abort());
  // A run that is gone reads no more.
  stdout.on('error', () => gone.abort());
  return {
    last: last.signal,
    gone: gone.signal,
    tell: (progress) => void stdout.write(progressLine(progress)),
  };
}
