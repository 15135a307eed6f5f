import type { Problem } from '../../core/complaints.ts';
import { showCount } from '../../core/counts.ts';
import { outputPath } from '../../core/paths.ts';
import { placeAt, sameIdsWarning } from '../../plan/notes/same-ids.ts';
import { joinedNote } from '../../plan/notes/unsent-notes.ts';
import type { Stage } from '../../store/stage/stage.ts';

const maxPaths = 3;

/** What can only be said of a plan when all of its jobs are staged. `proposals`: see `PlanOutcome`. */
export function stageRemarks(stage: Stage, proposals: ReadonlyMap<string, string>): readonly Problem[] {
  const ids = stage.repeatedIds();
  const joined = joinedNote(stage.joinedRows(), proposals);
  const named = namesNote(stage);
  return [
    ...(ids === null ? [] : [sameIdsWarning({ ...ids, first: ids.rows[0], second: placeAt(ids.rows[1]) })]),
    ...(joined === null ? [] : [joined]),
    ...(named === null ? [] : [named]),
  ];
}

function namesNote(stage: Stage): Problem | null {
  const { names, jobs, paths } = stage.sharedNames(maxPaths);
  if (names === 0) return null;
  const many = names === 1 ? '1 name is' : `${showCount(names)} names are`;
  const shown = paths.map((path) => outputPath(path, 0, 1, '*')).join(', ');
  const message = `${many} the same for several jobs, so the job id was added: ${shown}${jobs > paths.length ? ', …' : ''}`;
  return { severity: 'note', place: null, kind: 'shared_names', message };
}
