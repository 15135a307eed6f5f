import type { SavedFile } from '../core/job/job.ts';
import { answerOf, type ManifestLine, resultsOf } from '../core/job/manifest.ts';
import type { PageJob } from './page-data.ts';

/** A line of the manifest as the page stores it. `thumbOf` gives the path of a file's thumbnail, relative to the page. */
export function pageJob(
  line: ManifestLine,
  isPlanned: boolean,
  thumbOf: (file: SavedFile) => string | null,
): PageJob {
  return {
    job: line.job,
    name: line.id,
    rows: line.rows,
    model: line.model,
    state: line.state,
    isPlanned,
    rep: line.rep,
    parent: line.parent,
    input: line.input,
    ...(line.names === undefined ? {} : { names: line.names }),
    tags: line.tags,
    ...(line.also === undefined ? {} : { also: line.also }),
    axes: line.axes,
    requestId: line.request_id,
    attempts: line.attempts,
    plannedAt: instant(line.planned_at),
    submittedAt: instant(line.submitted_at),
    startedAt: instant(line.started_at),
    finishedAt: instant(line.finished_at),
    doneAt: instant(line.done_at),
    costUsd: line.cost,
    ...(line.cost_estimated === true ? { costEstimated: true } : {}),
    outputs: resultsOf(line).map((file) => {
      const { path, bytes, mime, width, height } = file;
      return { path, bytes, mime, width, height, thumb: thumbOf(file) };
    }),
    ...(line.runner === undefined ? {} : { runner: line.runner }),
    error: line.error,
    notes: line.notes,
    answer: answerOf(line)?.path ?? null,
  };
}

function instant(iso: string | null): number | null {
  return iso === null ? null : Date.parse(iso);
}
