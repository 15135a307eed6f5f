import { extname } from 'node:path';
import { type Problem, UserError } from '../../core/complaints.ts';
import { openFile } from '../sources/sources.ts';
import type { PickedJobs } from './picked-jobs.ts';
import { readPicksJson } from './picks-json.ts';
import { readPicksTable } from './picks-table.ts';

/**
 * The starred jobs of a file that the viewer has exported, as JSON or CSV by its name; a pick with only a note is
 * not starred. All that is wrong goes to `onProblem`. Throws `UserError`: `usage` for another kind of file, `input`
 * when the system refuses to read it.
 */
export async function readPicks(path: string, onProblem: (problem: Problem) => void): Promise<PickedJobs> {
  const source = { name: path, open: () => openFile(path) };
  switch (extname(path).toLowerCase()) {
    case '.json':
      return readPicksJson({ ...source, format: 'json' }, onProblem);
    case '.csv':
      return readPicksTable({ ...source, format: 'csv' }, onProblem);
    default:
      throw new UserError(
        'usage',
        `The picks ${path} are neither .json nor .csv.`,
        'Give a file that the viewer has exported, or name jobs by their ids.',
      );
  }
}
