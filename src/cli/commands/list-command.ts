import { once } from 'node:events';
import type { ManifestLine } from '../../core/job/manifest.ts';
import { jsonLine } from '../../report/json-line.ts';
import { jobTable } from '../../report/terminal/tables.ts';
import { type Terminal, terminalOf } from '../../report/terminal/terminal.ts';
import { openReader } from '../../store/ledger/reader.ts';
import type { Call } from '../argv/call.ts';
import { linesAsked } from '../argv/lines-asked.ts';
import { truth } from '../argv/settings.ts';
import { exitCodes } from '../exit.ts';
import { folderOf } from '../folders.ts';
import type { Surroundings } from '../surroundings.ts';

/** `rcb ls [DIR] [--state S] [--where key=value]`. */
export async function listCommand({ flags, words }: Call, surroundings: Surroundings): Promise<number> {
  const filter = linesAsked(flags);
  const reader = openReader(folderOf(words));
  try {
    const lines = reader.lines(filter);
    const terminal = terminalOf(surroundings.stdout, surroundings.env);
    for (const text of truth(flags, 'json') ? jsonLines(lines) : tableLines(lines, terminal)) {
      if (!(await write(surroundings, text))) break;
    }
    return exitCodes.done;
  } finally {
    reader.close();
  }
}

function* jsonLines(lines: Iterable<ManifestLine>): Iterable<string> {
  for (const line of lines) yield jsonLine(line);
}

function* tableLines(lines: Iterable<ManifestLine>, terminal: Terminal): Iterable<string> {
  for (const row of jobTable(lines, terminal)) yield `${row}\n`;
}

/** A slow reader of a long list holds it up instead of filling the memory. false: the reader has gone away. */
async function write({ stdout }: Surroundings, text: string): Promise<boolean> {
  if (stdout.write(text)) return true;
  const gone = new AbortController();
  const { signal } = gone;
  try {
    if (!stdout.destroyed) {
      await Promise.race([once(stdout, 'drain', { signal }), once(stdout, 'close', { signal })]);
    }
    return !stdout.destroyed;
  } catch {
    // It was told by an error of the stream.
    return false;
  } finally {
    gone.abort();
  }
}
