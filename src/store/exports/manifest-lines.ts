import type { DatabaseSync } from 'node:sqlite';
import type { JobStatus } from '../../core/job/job.ts';
import type { ManifestLine } from '../../core/job/manifest.ts';
import { storageFault } from '../folder/storage-faults.ts';
import { eachRow } from '../ledger/sql-rows.ts';
import { lineMatches } from './manifest-filter.ts';
import { type ManifestRow, manifestLine, manifestOrder, manifestSelect } from './manifest-rows.ts';

export interface LineFilter {
  readonly states?: readonly JobStatus[];
  /** Each must hold: an input, tag or axis of that name (or `id`, `job`, `model`, `rep`) with that value. */
  readonly where?: Readonly<Record<string, string>>;
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
  const { states, where = {}, limit = Number.POSITIVE_INFINITY } = filter;
  const { currentPlanOnly = false } = filter;
  if (limit <= 0) return;
  const conditions = [
    ...(states === undefined ? [] : [`job.state IN (${states.map(() => '?').join(', ')})`]),
    ...(currentPlanOnly ? ['job.in_plan = 1'] : []),
  ];
  const matching = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  let yielded = 0;
  const select = `${manifestSelect} ${matching} ${manifestOrder}`;
  for (const found of rowsOf<ManifestRow>(db, path, select, ...(states ?? []))) {
    const line = manifestLine(found);
    if (!lineMatches(line, where)) continue;
    yield { line, isPlanned: found.in_plan === 1 };
    yielded += 1;
    if (yielded >= limit) return;
  }
}

/** Throws UserError('output') for what the disk is to blame for. */
export function* rowsOf<Row>(
  db: DatabaseSync,
  path: string,
  sql: string,
  ...values: readonly string[]
): Iterable<Row> {
  try {
    yield* eachRow<Row>(db.prepare(sql), ...values);
  } catch (error) {
    throw storageFault(error, path);
  }
}
