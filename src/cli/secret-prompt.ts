import type { System } from './system.ts';

const maxLength = 10_000;
/** What keys such as arrows send, and what terminals put around a pasted text. */
const sequences = /\u001b(?:\[[0-9;]*[A-Za-z~]|O[A-Z])/g;

const ends: ReadonlySet<string> = new Set(['\r', '\n', '\u0004']);

/** Asks at the terminal, and shows nothing of what is typed. null: Ctrl-C. It must be a terminal (`isTTY`). */
export async function askSecret(question: string, system: System): Promise<string | null> {
  const { stderr } = system;
  const stdin: System['stdin'] & { setRawMode?(isRaw: boolean): unknown } = system.stdin;
  // Before the question: whoever answers at once is not shown either.
  stdin.setRawMode?.(true);
  stderr.write(question);
  const { promise, resolve } = Promise.withResolvers<string | null>();
  let typed = '';
  function take(chunk: Buffer | string): void {
    for (const key of String(chunk).replace(sequences, '')) {
      if (key === '\u0003') resolve(null);
      else if (ends.has(key)) resolve(typed);
      else if (key === '\u007f' || key === '\b') typed = typed.slice(0, -1);
      else if (key === '\u0015') typed = '';
      else if (typed.length < maxLength) typed += key;
    }
  }
  const leave = (): void => resolve(typed);
  stdin.on('data', take).on('end', leave);
  stdin.resume();
  try {
    return await promise;
  } finally {
    stdin.off('data', take).off('end', leave);
    stdin.setRawMode?.(false);
    stdin.pause();
    stderr.write('\n');
  }
}
