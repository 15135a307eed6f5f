import type { Problem } from '../../core/complaints.ts';
import type { Row } from '../../core/row.ts';
import { fault, shown } from '../reading.ts';
import { readRows } from '../rows.ts';
import type { InputSource } from '../sources/sources.ts';
import type { PickedJobs, StarredJob } from './picked-jobs.ts';

/** The jobs of a table with the column `job`: the starred ones, where it has a column `starred`. */
export async function readPicksTable(
  source: InputSource,
  onProblem: (problem: Problem) => void,
): Promise<PickedJobs> {
  const starred: StarredJob[] = [];
  let isFirst = true;
  for await (const row of readRows(source, onProblem)) {
    if (isFirst && !hasColumn(row, 'job')) {
      const message = 'there is no column "job"; export the picks from the viewer again.';
      onProblem({ ...fault(row.file, 1, 'picks', message), ends: true });
      break;
    }
    isFirst = false;
    const star = starOf(row);
    if ('kind' in star) onProblem(star);
    else if (star.isStarred) starred.push({ job: star.job, place: row.placeOf('job') });
  }
  return { folder: null, starred };
}

function hasColumn(row: Row, column: string): boolean {
  return row.columns?.includes(column) ?? false;
}

function starOf(row: Row): { readonly job: string; readonly isStarred: boolean } | Problem {
  const job = textOf(row, 'job');
  const starred = hasColumn(row, 'starred') ? textOf(row, 'starred') : 'true';
  const refuse = (column: string, message: string): Problem => ({
    ...{ severity: 'error', kind: 'picks', message },
    place: row.placeOf(column),
  });
  if (!/^(true|yes|1|false|no|0|)$/i.test(starred)) {
    return refuse('starred', `starred ${shown(starred)} is neither true nor false.`);
  }
  const isStarred = /^(true|yes|1)$/i.test(starred);
  return isStarred && job === '' ? refuse('job', 'this row names no job.') : { job, isStarred };
}

function textOf({ cells }: Row, column: string): string {
  const cell = cells.get(column);
  return cell?.kind === 'text' ? cell.text.trim() : '';
}
