import type { PageJob } from '../../page-data.ts';
import { kindOf } from '../media/media-element.ts';
import { urlOf } from '../widgets/dom.ts';

/** The file of a job that the lightbox shows. */
export interface ShownFile {
  readonly job: PageJob;
  readonly file: number;
}

/** The next or previous file: first within the job, then among the jobs of its cell; null at either end. */
export function nextFile(shown: ShownFile, inCell: readonly PageJob[], step: 1 | -1): ShownFile | null {
  const file = shown.file + step;
  if (file >= 0 && file < shown.job.outputs.length) return { job: shown.job, file };
  const at = inCell.findIndex(({ job }) => job === shown.job.job);
  const job = at === -1 ? undefined : inCell[at + step];
  if (job === undefined) return null;
  return { job, file: step === 1 ? 0 : Math.max(0, job.outputs.length - 1) };
}

const maxPreloaded = 12;
const preloaded = new Map<string, HTMLImageElement>();

/** Loads the images that the user is likely to open next, so that they appear at once. */
export function preload(jobs: readonly (PageJob | null)[]): void {
  for (const job of jobs) {
    const output = job?.outputs[0];
    if (output === undefined || kindOf(output) !== 'image') continue;
    const src = urlOf(output.path);
    const image = preloaded.get(src) ?? new Image();
    if (!preloaded.has(src)) image.src = src;
    // The oldest entry of the map is the first to be dropped.
    preloaded.delete(src);
    preloaded.set(src, image);
  }
  const surplus = Math.max(0, preloaded.size - maxPreloaded);
  for (const [src] of [...preloaded].slice(0, surplus)) preloaded.delete(src);
}
