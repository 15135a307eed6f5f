import { countOf, showCount } from '../../core/counts.ts';
import type { JobId } from '../../core/job/job.ts';
import { quoted } from '../../core/shell-words.ts';
import { plainText } from '../terminal/terminal.ts';

/** Files of done jobs that are missing, empty or not of the saved size. */
export interface MissingFiles {
  /** Jobs that lack at least one file. */
  readonly jobs: number;
  readonly files: number;
  /** The path of the first of them, relative to the run folder; null: there are none. */
  readonly example: string | null;
  /** The first of the jobs. */
  readonly named?: readonly JobId[];
  /** Set if there were too many files to check them all. */
  readonly sample?: CheckedSample;
}

/** Every nth job's files were checked. */
interface CheckedSample {
  readonly nth: number;
  /** All files of the folder. */
  readonly ofFiles: number;
}

/** `2 files of 1 done job are missing or damaged, such as files/cat.png` */
export function missingText({ jobs, files, example }: MissingFiles): string {
  const such = example === null ? '' : `, such as ${plainText(example)}`;
  return `${countOf(files, 'file')} of ${countOf(jobs, 'done job')} ${files === 1 ? 'is' : 'are'} missing or damaged${such}`;
}

/** `Checked one in 7 of 1,000,000 files; none is missing. Check them all: rcb fetch out/cats` */
export function sampleText({ nth, ofFiles }: CheckedSample, dir: string): string {
  return `Checked one in ${showCount(nth)} of ${countOf(ofFiles, 'file')}; none is missing. Check them all: rcb fetch ${quoted(dir)}`;
}
