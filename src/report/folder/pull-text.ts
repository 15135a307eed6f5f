import { countOf, showCount } from '../../core/counts.ts';
import { plainText } from '../terminal/terminal.ts';

/** What has become of the jobs whose files were not in the folder. */
export interface PulledView {
  readonly jobs: number;
  readonly copied: number;
  readonly readAgain: number;
  readonly otherRecipes: number;
  readonly other: number;
  readonly gone: number;
  readonly failed: number;
  readonly failure: string | null;
}

/** `Files of 312 jobs were missing here: 300 copied, 12 downloaded again.` and what is left, as sentences. */
export function pulledText(pulled: PulledView): readonly string[] {
  const { jobs, copied, readAgain, otherRecipes, other, gone, failed, failure } = pulled;
  if (jobs === 0) return [];
  const parts = [
    ...(copied > 0 ? [`${showCount(copied)} copied`] : []),
    ...(readAgain > 0 ? [`${showCount(readAgain)} downloaded again at no charge`] : []),
  ];
  const came = parts.length === 0 ? 'none came' : parts.join(', ');
  return [
    `Files of ${countOf(jobs, 'job')} were not in this folder: ${came}.`,
    ...(otherRecipes > 0
      ? [
          `Those of ${countOf(otherRecipes, 'job')} have the same image data, with recipes as this version writes them.`,
        ]
      : []),
    ...(gone > 0
      ? [
          `The server no longer has those of ${countOf(gone, 'job')}: copy them from the machine that has them, with --from DIR.`,
        ]
      : []),
    ...(other > 0
      ? [`The server gave other files for ${countOf(other, 'job')} than were saved; they were not kept.`]
      : []),
    ...(failed > 0
      ? [
          `Those of ${countOf(failed, 'job')} did not come (${plainText(failure ?? '')}): run the same command again.`,
        ]
      : []),
  ];
}

/** For programs. */
export function pulledJson({ jobs, copied, readAgain, otherRecipes, other, gone, failed }: PulledView) {
  return {
    jobs_without_files: jobs,
    copied,
    downloaded: readAgain,
    with_other_recipes: otherRecipes,
    ...{ other, gone, failed },
  };
}

/** Whether some of them are still not here. */
export function areSomeLeft({ gone, other, failed }: PulledView): boolean {
  return gone + other + failed > 0;
}
