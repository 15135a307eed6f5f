import { countOf, showCount } from '../../core/counts.ts';
import { plainText } from '../terminal/terminal.ts';

/** Files of done jobs that are missing, empty or not of the saved size. */
export interface MissingFiles {
  /** Jobs that lack at least one file. */
  readonly jobs: number;
  readonly files: number;
  /** The path of the first of them, relative to the run folder; null: there are none. */
  readonly example: string | null;
  /** Of so many files that nobody looked at, since there are too many to do so each time; left out: none. */
  readonly unseen?: Unseen;
}

interface Unseen {
  readonly files: number;
  /** Of the folder, those that were looked at among them. */
  readonly ofFiles: number;
}

/** `2 files of 1 done job are missing or damaged, such as files/cat.png` */
export function missingText({ jobs, files, example }: MissingFiles): string {
  const such = example === null ? '' : `, such as ${plainText(example)}`;
  return `${countOf(files, 'file')} of ${countOf(jobs, 'done job')} ${files === 1 ? 'is' : 'are'} missing or damaged${such}`;
}

/** `Looked at 125,000 of 1,000,000 files, and all are there` */
export function unseenText({ files, ofFiles }: Unseen): string {
  return `Looked at ${showCount(ofFiles - files)} of ${countOf(ofFiles, 'file')}, and all are there`;
}
