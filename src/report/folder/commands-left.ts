import { endedBadly, type StatusCounts } from '../../core/job/tally.ts';

/** The commands that deal with what a folder has left to do. `dir`: quoted for a shell. */
export function commandsLeft(counts: StatusCounts, dir: string): readonly string[] {
  const open = counts.pending + counts.submitting + counts.queued + counts.running + counts.succeeded;
  return [
    ...(open > 0 ? [`rcb resume ${dir}`] : []),
    ...(endedBadly(counts) - counts.lost > 0 ? [`rcb retry ${dir}`] : []),
    ...(counts.lost > 0 ? [`rcb fetch ${dir}`] : []),
    ...(counts.unknown > 0 ? [`rcb reconcile ${dir}`] : []),
  ];
}
