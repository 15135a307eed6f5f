import { once } from 'node:events';
import { listedJobs } from '../../app/folder/job-lines.ts';
import type { ManifestLine } from '../../core/job/manifest.ts';
import { jobTable } from '../../report/folder/job-table.ts';
import { jsonLine } from '../../report/json-line.ts';
import { plainText, terminalOf } from '../../report/terminal/terminal.ts';
import type { Call } from '../argv/call.ts';
import { askedJobsOf } from '../argv/job-filters.ts';
import { truth } from '../argv/settings.ts';
import { exitCodes } from '../exit.ts';
import { folderAndSearch } from '../folders.ts';
import type { System } from '../system.ts';

/** `rcb ls [DIR] [WORD…] [--state S] [--where CONDITION]`. */
export async function listCommand({ flags, words }: Call, system: System): Promise<number> {
  const filter = askedJobsOf(flags);
  const { dir, search, note } = folderAndSearch(words, system.argv);
  const asked = { ...filter, words: search };
  const { lines, keys, close } = listedJobs(dir, asked);
  const terminal = terminalOf(system.stdout, system.env);
  let jobs = 0;
  function* counted(): Iterable<ManifestLine> {
    for (const line of lines) {
      jobs += 1;
      yield line;
    }
  }
  try {
    const isJson = truth(flags, 'json');
    const texts = isJson ? counted() : jobTable(counted(), terminal, terminal.stream.isTTY ? keys() : []);
    for (const text of texts) {
      if (!(await write(system, typeof text === 'string' ? `${text}\n` : jsonLine(text)))) break;
    }
  } finally {
    close();
  }
  if (jobs > 0) return exitCodes.done;
  const isAsked = search.length > 0 || asked.where.length > 0 || asked.states !== undefined;
  system.stderr.write(isAsked ? `No matches.${note === null ? '' : ` ${plainText(note)}`}\n` : 'No jobs.\n');
  return exitCodes.done;
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
