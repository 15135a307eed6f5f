import { once } from 'node:events';
import { jobLines } from '../../app/folder/job-lines.ts';
import type { ManifestLine } from '../../core/job/manifest.ts';
import { jobTable } from '../../report/folder/job-table.ts';
import { jsonLine } from '../../report/json-line.ts';
import { type Terminal, terminalOf } from '../../report/terminal/terminal.ts';
import type { Call } from '../argv/call.ts';
import { jobFilterOf } from '../argv/job-filters.ts';
import { truth } from '../argv/settings.ts';
import { exitCodes } from '../exit.ts';
import { folderOf } from '../folders.ts';
import type { System } from '../system.ts';

/** `rcb ls [DIR] [--state S] [--where key=value]`. */
export async function listCommand({ flags, words }: Call, system: System): Promise<number> {
  const lines = jobLines(folderOf(words), jobFilterOf(flags));
  const terminal = terminalOf(system.stdout, system.env);
  try {
    for (const text of truth(flags, 'json') ? jsonLines(lines) : tableLines(lines, terminal)) {
      if (!(await write(system, text))) break;
    }
  } finally {
    lines.return();
  }
  return exitCodes.done;
}

function* jsonLines(lines: Iterable<ManifestLine>): Iterable<string> {
  for (const line of lines) yield jsonLine(line);
}

function* tableLines(lines: Iterable<ManifestLine>, terminal: Terminal): Iterable<string> {
  for (const row of jobTable(lines, terminal)) yield `${row}\n`;
}

/** A slow reader of a long list holds it up instead of filling the memory. false: the reader has gone away. */
async function write({ stdout }: System, text: string): Promise<boolean> {
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
