import { once } from 'node:events';
import { jsonLine } from '../report/json-line.ts';
import { jobTable } from '../report/tables.ts';
import { terminalOf } from '../report/terminal.ts';
import { openReader } from '../store/reader.ts';
import type { Call } from './call.ts';
import { exitCodes } from './exit.ts';
import { folderOf } from './folders.ts';
import { linesAsked } from './lines-asked.ts';
import { truth } from './settings.ts';
import type { Surroundings } from './surroundings.ts';

/** `rcb ls [DIR] [--state S] [--where key=value]`. */
export async function listCommand({ flags, words }: Call, surroundings: Surroundings): Promise<number> {
  const filter = linesAsked(flags);
  const reader = openReader(folderOf(words));
  try {
    const lines = reader.lines(filter);
    if (truth(flags, 'json')) {
      for (const line of lines) await write(surroundings, jsonLine(line));
    } else {
      const terminal = terminalOf(surroundings.stdout, surroundings.env);
      for (const row of jobTable(lines, terminal)) await write(surroundings, `${row}\n`);
    }
    return exitCodes.done;
  } finally {
    reader.close();
  }
}

// A slow reader of a long list holds it up instead of filling the memory.
async function write({ stdout }: Surroundings, text: string): Promise<void> {
  if (stdout.write(text) || stdout.destroyed) return;
  const gone = new AbortController();
  const { signal } = gone;
  try {
    await Promise.race([once(stdout, 'drain', { signal }), once(stdout, 'close', { signal })]);
  } finally {
    gone.abort();
  }
}
