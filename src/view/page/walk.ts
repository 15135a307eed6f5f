import type { PageJob } from '../page-data.ts';

/** A file of a job, as the lightbox shows it. */
export interface Place {
  readonly job: PageJob;
  readonly file: number;
}

/** The next or former file: first within the job, then among the jobs of its cell; null at either end. */
export function nextFile(place: Place, cellmates: readonly PageJob[], step: 1 | -1): Place | null {
  const file = place.file + step;
  if (file >= 0 && file < place.job.outputs.length) return { job: place.job, file };
  const at = cellmates.findIndex(({ job }) => job === place.job.job);
  const job = at === -1 ? undefined : cellmates[at + step];
  if (job === undefined) return null;
  return { job, file: step === 1 ? 0 : Math.max(0, job.outputs.length - 1) };
}
