import { Readable } from 'node:stream';
import type { Problem } from '../../src/core/complaints.ts';
import type { Row } from '../../src/core/row.ts';
import { rowsIn } from '../../src/core/row-batches.ts';
import type { Sweep } from '../../src/core/sweep.ts';
import { formats } from '../../src/input/readers.ts';
import { Unreadable } from '../../src/input/reading.ts';
import { readRows } from '../../src/input/rows.ts';
import type { InputFormat, InputSource } from '../../src/input/sources/sources.ts';
import { readSweep } from '../../src/input/sweeps/sweep-reader.ts';
import { showProblem } from '../support/shown-problem.ts';

export interface ReadAs {
  readonly encoding?: string;
  /** Bytes per chunk of the stream; left out: one chunk. */
  readonly chunk?: number;
}

export interface Read {
  readonly rows: readonly Row[];
  readonly problems: readonly Problem[];
  /** As a terminal shows them. */
  readonly shown: readonly string[];
}

export function sourceOf(content: string | Uint8Array, format: InputFormat, how: ReadAs = {}): InputSource {
  const bytes = Buffer.from(content as Uint8Array);
  const { chunk = bytes.length || 1, encoding } = how;
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, index) =>
    bytes.subarray(index * chunk, (index + 1) * chunk),
  );
  const open = () => Readable.from(chunks);
  return { name: `in.${format}`, format, open, ...(encoding === undefined ? {} : { encoding }) };
}

export async function read(content: string | Uint8Array, format: InputFormat, how?: ReadAs): Promise<Read> {
  const problems: Problem[] = [];
  const rows: Row[] = [];
  for await (const row of readRows(sourceOf(content, format, how), (problem) => problems.push(problem))) {
    rows.push(row);
  }
  return { rows, problems, shown: problems.map(showProblem) };
}

export interface ReadSweep {
  readonly sweep: Sweep | null;
  readonly problems: readonly Problem[];
  readonly shown: readonly string[];
}

export async function sweepFrom(
  content: string | Uint8Array,
  format: 'yaml' | 'json' = 'yaml',
): Promise<ReadSweep> {
  const problems: Problem[] = [];
  const sweep = await readSweep(sourceOf(content, format), (problem) => problems.push(problem));
  return { sweep, problems, shown: problems.map(showProblem) };
}

/** As `read`, of a text that comes to the reader in small pieces, which decoding makes of large inputs alone. */
export async function readPieces(text: string, format: InputFormat, piece: number): Promise<Read> {
  const problems: Problem[] = [];
  const rows: Row[] = [];
  const reading = {
    file: `in.${format}`,
    texts: cut(text, piece),
    report: (problem: Problem) => problems.push(problem),
  };
  try {
    for await (const row of rowsIn(formats[format].read(reading))) rows.push(row);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    problems.push(...error.problems);
  }
  return { rows, problems, shown: problems.map(showProblem) };
}

/** Pieces as decoding makes them: whole characters, and never the end between CR and LF. */
async function* cut(text: string, piece: number): AsyncGenerator<string> {
  let from = 0;
  while (from < text.length) {
    let to = Math.min(text.length, from + piece);
    while (to < text.length && /[\r\ud800-\udbff]/.test(text[to - 1] as string)) to += 1;
    yield text.slice(from, to);
    from = to;
  }
}

/** Rows as plain objects of texts or values. */
export function plain(rows: readonly Row[]): readonly Record<string, unknown>[] {
  return rows.map(({ cells }) =>
    Object.fromEntries(
      [...cells].map(([name, cell]) => [name, cell.kind === 'text' ? cell.text : cell.value]),
    ),
  );
}

/** `line:column` of a cell. */
export function spot(row: Row | undefined, name: string): string {
  const place = row?.placeOf(name);
  return `${place?.line}:${place?.column}`;
}

/** Of every cell its name, and whether its value as JSON stands at its place in the text. */
export function quoted(text: string, rows: readonly Row[]): readonly (readonly [string, boolean])[] {
  const lines = text.split('\n').map((line) => [...line]);
  return rows.flatMap((row) =>
    [...row.cells].map(([name, cell]) => {
      const { line, column } = row.placeOf(name);
      const rest = (lines[line - 1] ?? []).slice((column ?? 0) - 1).join('');
      return [name, rest.startsWith(JSON.stringify(cell.kind === 'typed' ? cell.value : ''))] as const;
    }),
  );
}
