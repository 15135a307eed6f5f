import { existsSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { UserError } from '../core/complaints.ts';
import type { ManifestLine } from '../core/manifest.ts';
import { jsonLine } from '../report/json-line.ts';
import { jobCard } from '../report/tables.ts';
import { terminalOf } from '../report/terminal.ts';
import { openReader } from '../store/reader.ts';
import type { Call } from './call.ts';
import { exitCodes } from './exit.ts';
import { truth } from './settings.ts';
import type { Surroundings } from './surroundings.ts';

/** `rcb show DIR JOB`, or `rcb show FILE` for the job that made a file. */
export async function showCommand({ flags, words }: Call, surroundings: Surroundings): Promise<number> {
  const [first, second, extra] = words;
  if (first === undefined || extra !== undefined) {
    throw new UserError(
      'usage',
      'rcb show needs a run folder and a job, or a file.',
      'Try rcb show DIR JOB.',
    );
  }
  const line = second === undefined ? madeBy(first) : byPrefix(first, second);
  const { stdout, env } = surroundings;
  stdout.write(truth(flags, 'json') ? jsonLine(line) : `${jobCard(line, terminalOf(stdout, env))}\n`);
  return exitCodes.done;
}

function byPrefix(dir: string, prefix: string): ManifestLine {
  const reader = openReader(dir);
  try {
    const [line, ...others] = reader.find(prefix.toLowerCase());
    if (line === undefined) {
      throw new UserError(
        'usage',
        `No job in ${dir} has an id that starts with "${prefix}".`,
        'List them with rcb ls.',
      );
    }
    if (others.length > 0) {
      const ids = [line, ...others].map(({ job }) => job).join(', ');
      throw new UserError('usage', `Several jobs start with "${prefix}": ${ids}.`, 'Give more of the id.');
    }
    return line;
  } finally {
    reader.close();
  }
}

function madeBy(file: string): ManifestLine {
  if (!existsSync(file)) {
    throw new UserError(
      'usage',
      `There is no file ${file}.`,
      'Give a run folder and a job, or a file that a run made.',
    );
  }
  if (statSync(file).isDirectory()) {
    throw new UserError('usage', `${file} is a folder.`, `Add a job: rcb show ${file} JOB.`);
  }
  const path = resolve(file);
  for (let dir = dirname(path); ; dir = dirname(dir)) {
    if (existsSync(join(dir, 'manifest.db'))) {
      const reader = openReader(dir);
      try {
        const line = reader.findByFile(relative(dir, path).split(sep).join('/'));
        if (line !== null) return line;
      } finally {
        reader.close();
      }
      throw new UserError(
        'usage',
        `The manifest of ${dir} does not know ${file}.`,
        'List its jobs with rcb ls.',
      );
    }
    if (dirname(dir) === dir) {
      throw new UserError(
        'usage',
        `${file} is in no run folder.`,
        'Give a file below a folder with a manifest.db.',
      );
    }
  }
}
