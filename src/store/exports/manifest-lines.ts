import type { DatabaseSync } from 'node:sqlite';
import { foldedLine } from '../../core/folded-text.ts';
import type { Condition } from '../../core/job/conditions.ts';
import type { JobStatus } from '../../core/job/job.ts';
import type { ManifestLine } from '../../core/job/manifest.ts';
import { storageFault } from '../folder/storage-faults.ts';
import { eachRow } from '../ledger/sql-rows.ts';
import { conditionSql, type SqlCondition, wordSql } from './line-conditions.ts';
import { hasWords, lineMatches, meets } from './manifest-filter.ts';
import { type ManifestRow, manifestLine, manifestOrder, manifestSelect } from './manifest-rows.ts';

export interface LineFilter {
  readonly states?: readonly JobStatus[];
  /** Each must hold: an input, tag or axis of that name (or `id`, `job`, `model`, `rep`) with that value. */
  readonly where?: Readonly<Record<string, string>>;
  /** All of these must hold as well. */
  readonly conditions?: readonly Condition[];
  /** All of these must stand somewhere in the job: in a text of its input, its id, a tag or a file's path. */
  readonly words?: readonly string[];
  readonly limit?: number;
  /** Leaves out what is no longer planned. */
  readonly currentPlanOnly?: boolean;
}

export interface PlacedLine {
  readonly line: ManifestLine;
  readonly isPlanned: boolean;
}

/** The lines of a ledger in the manifest's order, streamed from one snapshot. */
export function* filteredLines(db: DatabaseSync, path: string, filter: LineFilter): Iterable<PlacedLine> {
  const { where = {}, limit = Number.POSITIVE_INFINITY, conditions = [] } = filter;
  if (limit <= 0) return;
  const words = (filter.words ?? []).map((word) => foldedLine(word).trim()).filter((word) => word !== '');
  const { sql, values } = selection(filter, conditions, words);
  let yielded = 0;
  for (const found of rowsOf<ManifestRow>(db, path, `${manifestSelect} ${sql} ${manifestOrder}`, ...values)) {
    const line = manifestLine(found);
    const isMeant =
      lineMatches(line, where) &&
      conditions.every((condition) => meets(line, condition)) &&
      (words.length === 0 || hasWords(line, words));
    if (!isMeant) continue;
    yield { line, isPlanned: found.in_plan === 1 };
    yielded += 1;
    if (yielded >= limit) return;
  }
}

/** What SQLite selects: at least the lines that are meant. */
function selection(
  { states, currentPlanOnly = false }: LineFilter,
  conditions: readonly Condition[],
  words: readonly string[],
): SqlCondition {
  const parts = [
    ...(states === undefined
      ? []
      : [{ sql: `job.state IN (${states.map(() => '?').join(', ')})`, values: states }]),
    ...(currentPlanOnly ? [{ sql: 'job.in_plan = 1', values: [] }] : []),
    ...[...conditions.map(conditionSql), ...words.map(wordSql)].filter((part) => part !== null),
  ];
  return {
    sql: parts.length === 0 ? '' : `WHERE ${parts.map((part) => part.sql).join(' AND ')}`,
    values: parts.flatMap((part) => part.values),
  };
}

/** Throws UserError('output') for what the disk is to blame for. */
export function* rowsOf<Row>(
  db: DatabaseSync,
  path: string,
  sql: string,
  ...values: readonly (string | number)[]
): Iterable<Row> {
  try {
    yield* eachRow<Row>(db.prepare(sql), ...values);
  } catch (error) {
    throw storageFault(error, path);
  }
}
