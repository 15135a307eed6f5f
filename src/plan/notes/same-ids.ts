import { createHash } from 'node:crypto';
import type { Place, Problem } from '../../core/complaints.ts';
import { showCount } from '../../core/counts.ts';
import { showValue } from '../models/sentences.ts';
import { rawValue } from '../rows/body.ts';
import type { RowReading } from '../rows/row-reading.ts';

/** Rows of one id that ask for different things. */
interface SameIds {
  /** Number of ids that several rows have. */
  readonly ids: number;
  /** One of them, with its first two rows. */
  readonly id: string;
  readonly first: string;
  readonly second: Place | null;
}

export function sameIdsWarning({ ids, id, first, second }: SameIds): Problem {
  const others = ids === 1 ? '' : `; the same is true of ${showCount(ids - 1)} more ids`;
  const message = `id ${showValue(id)} is used at ${first} too, for something else${others}`;
  return { severity: 'warning', place: second, kind: 'same_id', message };
}

/** Finds equal ids among the first rows that give no job, which nothing else would notice. */
export interface FaultyIds {
  add(reading: RowReading): void;
  found(): SameIds | null;
}

const maxIds = 10_000;

export function faultyIds(): FaultyIds {
  const seen = new Map<string, { readonly at: string; readonly content: string; twice: boolean }>();
  let first: Omit<SameIds, 'ids'> | null = null;
  let ids = 0;
  return {
    add({ row, name }) {
      if (row === null || name === null || row.sent !== undefined) return;
      const known = seen.get(name);
      if (known === undefined) {
        if (seen.size < maxIds)
          seen.set(name, { at: `${row.file}:${row.line}`, content: contentOf(row), twice: false });
        return;
      }
      if (known.twice || known.content === contentOf(row)) return;
      known.twice = true;
      ids += 1;
      first ??= { id: name, first: known.at, second: { file: row.file, line: row.line, column: null } };
    },
    found: () => (first === null ? null : { ids, ...first }),
  };
}

function contentOf({ cells }: NonNullable<RowReading['row']>): string {
  const hash = createHash('sha1');
  for (const [name, cell] of cells) hash.update(JSON.stringify([name, rawValue(cell)]));
  return hash.digest('base64');
}

/** `prompts.csv:12` as a place; null where it is none. */
export function placeAt(row: string): Place | null {
  const [, file, line] = /^(.+):(\d+)$/s.exec(row) ?? [];
  return file === undefined ? null : { file, line: Number(line), column: null };
}
