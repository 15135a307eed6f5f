import { extname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { labelIn } from '../../core/job/file-labels.ts';
import type { SavedFile } from '../../core/job/job.ts';
import { outputPath, withJob, withWholeId } from '../../core/paths.ts';
import { plainParts } from '../folder/folder-bounds.ts';
import { pathKey } from '../stage/planned-rows.ts';

/** Finds paths for the jobs that a folder gets: two paid results must never be one file. */
export interface FreePaths {
  /** The template that the job has where it comes from, or one with its id where another job has that path. */
  of(job: { readonly id: string; readonly path_template: string }, files: readonly SavedFile[]): string;
}

export function freePaths(db: DatabaseSync): FreePaths {
  const isJobs = db.prepare('SELECT 1 FROM main.job WHERE path_key = ? AND id <> ?');
  const isFiles = db.prepare(
    'SELECT 1 FROM main.output JOIN main.job ON job.num = output.job WHERE output.path = ? AND job.id <> ?',
  );
  function isTaken(id: string, template: string, files: readonly SavedFile[]): boolean {
    if (isJobs.get(pathKey(template), id) !== undefined) return true;
    return files.some((_, index) => isFiles.get(pathOf(template, files, index), id) !== undefined);
  }
  return {
    of({ id, path_template: given }, files) {
      let template = isOwnForm(given) ? given : `files/${id}{_i}.{ext}`;
      if (!isTaken(id, template, files)) return template;
      template = withWholeId(template, id);
      while (isTaken(id, template, files)) template = withJob(template, id, 16);
      return template;
    },
  };
}

/** Where a file of a job lies whose path has this template. */
export function pathOf(template: string, files: readonly SavedFile[], index: number): string {
  const path = files[index]?.path ?? '';
  const extension = extname(path).slice(1);
  const plain = /^[a-z0-9]{1,10}$/.test(extension) ? extension : 'bin';
  return outputPath(template, index, files.length, plain, labelIn(path, template));
}

/** Whoever has written the other ledger must not lead this program out of the folder. */
function isOwnForm(template: string): boolean {
  if (!template.endsWith('{_i}.{ext}')) return false;
  try {
    return plainParts(template)[0] === 'files';
  } catch {
    return false;
  }
}
