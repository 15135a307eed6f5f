import { countOf, showCount } from '../../core/counts.ts';
import type { JobId } from '../../core/job/job.ts';
import { quoted } from '../../core/shell-words.ts';
import { plainText } from '../terminal/terminal.ts';

const maxRunners = 5;

/** Files of done jobs that are missing, empty or not of the saved size. */
export interface MissingFiles {
  /** Jobs that lack at least one file. */
  readonly jobs: number;
  readonly files: number;
  /** The path of the first of them, relative to the run folder; null: there are none. */
  readonly example: string | null;
  /** The first of the jobs. */
  readonly named?: readonly JobId[];
  /** Files of done jobs that other runners of a shared run have; absent: none. They are not missing. */
  readonly elsewhere?: readonly FilesElsewhere[];
  /** Set if there were too many files to check them all. */
  readonly sample?: CheckedSample;
}

/** Files that lie in the folder of another runner. */
interface FilesElsewhere {
  readonly runner: string;
  readonly jobs: number;
  readonly files: number;
}

/** Every nth job's files were checked. */
interface CheckedSample {
  readonly nth: number;
  /** All files of the folder. */
  readonly ofFiles: number;
}

/** `312 files lie on ci-2, 4 on laptop: rcb pull out/cats`; null: none lies elsewhere. */
export function elsewhereText({ elsewhere = [], sample }: MissingFiles, dir: string): string | null {
  if (elsewhere.length === 0) return null;
  const about = sample === undefined ? '' : 'about ';
  const [first, ...others] = elsewhere.map(({ runner, files }, nth) =>
    nth === 0
      ? `${about}${countOf(files, 'file')} ${files === 1 ? 'lies' : 'lie'} on ${plainText(runner)}`
      : `${showCount(files)} on ${plainText(runner)}`,
  );
  const rest = others.length > maxRunners ? [...others.slice(0, maxRunners), 'more on others'] : others;
  return `${[first, ...rest].join(', ')}: rcb pull ${quoted(dir)}`;
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
