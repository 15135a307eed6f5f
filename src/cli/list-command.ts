import { once } from 'node:events';
import { UserError } from '../core/complaints.ts';
import { type JobStatus, jobStatuses } from '../core/job.ts';
import { jsonLine } from '../report/json-line.ts';
import { jobTable } from '../report/tables.ts';
import { terminalOf } from '../report/terminal.ts';
import { openReader } from '../store/reader.ts';
import type { Call } from './call.ts';
import { exitCodes } from './exit.ts';
import type { Flags } from './flags.ts';
import { folderOf } from './folders.ts';
import { texts, truth } from './settings.ts';
import type { Surroundings } from './surroundings.ts';

/** `rcb ls [DIR] [--state S] [--where key=value]`. */
export async function listCommand({ flags, words }: Call, surroundings: Surroundings): Promise<number> {
  const filter = { states: statesOf(flags), where: whereOf(flags) };
  const reader = openReader(folderOf(words));
  try {
    const lines = reader.lines({
      ...(filter.states.length > 0 ? { states: filter.states } : {}),
      where: filter.where,
    });
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

function statesOf(flags: Flags): JobStatus[] {
  return texts(flags, 'state')
    .flatMap((given) => given.split(','))
    .map((given) => {
      const state = jobStatuses.find((known) => known === given.trim().toLowerCase());
      if (state === undefined) {
        throw new UserError(
          'usage',
          `--state "${given}" is no state.`,
          `Give one of ${jobStatuses.join(', ')}.`,
        );
      }
      return state;
    });
}

function whereOf(flags: Flags): Record<string, string> {
  const where = new Map<string, string>();
  for (const given of texts(flags, 'where')) {
    const equals = given.indexOf('=');
    if (equals < 1) {
      throw new UserError(
        'usage',
        `--where "${given}" is not of the form key=value.`,
        'Give --where style=anime.',
      );
    }
    where.set(given.slice(0, equals), given.slice(equals + 1));
  }
  return Object.fromEntries(where);
}
