import { dirname, isAbsolute, join } from 'node:path';
import { type Problem, UserError } from '../../core/complaints.ts';
import type { Environment } from '../../core/environment.ts';
import type { Row } from '../../core/row.ts';
import type { RowBatches } from '../../core/row-batches.ts';
import type { Sweep } from '../../core/sweep.ts';
import { readInput } from '../../input/inputs.ts';
import { inputPlaces } from '../../input/sources/input-places.ts';
import { isLink } from '../../input/sources/link-forms.ts';
import { type InputSource, inputSource } from '../../input/sources/sources.ts';
import { discardCopy, type LinkCopy } from '../../store/folder/link-copies.ts';
import { realClock } from '../real-clock.ts';
import type { BatchRequest } from '../request.ts';
import { runFolder } from './run-folder-name.ts';

/** The inputs that the request names, with those that its sweep names. No row has been read yet. */
export interface InputsRead {
  readonly files: readonly string[];
  readonly paths: readonly string[];
  readonly title: string | null;
  readonly links: readonly LinkCopy[];
  readonly rows: readonly RowBatches[];
  readonly sweep: Sweep | null;
}

interface Reading {
  readonly request: BatchRequest;
  readonly env: Environment;
  readonly problems: Problem[];
}

// It may name files and folders of this machine.
const sweepFromLink = 'Download it, check it, and give the file.';

/**
 * Opens the request's inputs: files, folders, patterns, links, or `-`. What is wrong, now and while rows are read, goes
 * to `problems`.
 */
export async function readInputs(
  names: readonly string[],
  { request, env, problems }: Reading,
): Promise<InputsRead> {
  const { literal, format } = request;
  const files: string[] = [];
  const paths: string[] = [];
  const links: LinkCopy[] = [];
  const rows: RowBatches[] = [];
  const sweeps: Sweep[] = [];
  let title: string | null = null;
  const options = {
    get stdin() {
      return request.stdin();
    },
    literal,
    ...(request.encoding === null ? {} : { encoding: request.encoding }),
  };

  async function read(word: string): Promise<void> {
    if (isLink(word)) return readLink(word);
    const found = await inputPlaces(word);
    problems.push(...found.problems);
    if (files.length === 0) ({ title } = found);
    for (const path of found.paths) {
      await readSource(inputSource(path, format === null ? options : { ...options, format }));
    }
  }

  async function readLink(word: string): Promise<void> {
    const folderOf = (name: string): string => {
      const named = files.length === 0 ? { files: [word], title: name } : { files, title };
      return runFolder(request, { ...named, from: [], sweep: sweeps[0] ?? null }, null);
    };
    const { linkedList, listSource } = await import('./input-links.ts');
    const list = await linkedList(word, { request, env, folderOf, now: realClock.now });
    links.push(list.copy);
    problems.push(...list.problems);
    if (files.length === 0) ({ title } = list);
    await readSource(listSource(list, options), true);
  }

  async function readSource(source: InputSource, isLinked = false): Promise<void> {
    const { name, path = '-', format } = source;
    if (isLinked && format === 'yaml') throw new UserError('usage', `${name} is a sweep.`, sweepFromLink);
    const input = await readInput(source, (problem) => problems.push(problem));
    files.push(name);
    paths.push(path);
    if (input.kind === 'rows') {
      rows.push(input.rows);
      return;
    }
    const { sweep } = input;
    if (sweep === null) return;
    if (isLinked) throw new UserError('usage', `${name} is a sweep.`, sweepFromLink);
    sweeps.push(sweep);
    if (sweeps.length > 1) {
      throw new UserError('usage', `${name} is a second sweep file.`, 'Run one sweep at a time.');
    }
    rows.push(rowsOf(sweep.rows));
    for (const named of sweep.inputs) await read(beside(name, named));
  }

  try {
    for (const name of names) await read(name);
  } catch (error) {
    await discardCopies(links);
    throw error;
  }
  return { files, paths, title, links, rows, sweep: sweeps[0] ?? null };
}

/** Takes away the copies that no run folder keeps. */
export async function discardCopies(links: readonly LinkCopy[]): Promise<void> {
  if (links.length === 0) return;
  for (const { path } of links) await discardCopy(path);
}

export async function* rowsOf(rows: readonly Row[]): AsyncGenerator<readonly Row[]> {
  yield rows;
}

function beside(file: string, named: string): string {
  return isAbsolute(named) || isLink(named) || file === '-' ? named : join(dirname(file), named);
}
