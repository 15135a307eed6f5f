import { countOf, showCount } from '../../core/counts.ts';
import { quoted } from '../../core/shell-words.ts';
import { plainText, type Terminal, toned } from '../terminal/terminal.ts';

/** A parcel that has been made. */
export interface ParcelView {
  readonly path: string;
  readonly jobs: number;
  /** Results, without thumbnails. */
  readonly files: number;
  /** Of the parcel. */
  readonly bytes: number;
  /** Results that the ledger names and the run folder does not have. */
  readonly missing: number;
  /** Pictures that could not be made smaller. */
  readonly unchanged: number;
  /** Files that still say what made them. */
  readonly recipes: number;
  /** The page has only the first of the jobs. */
  readonly isCut: boolean;
}

interface Wish {
  readonly dir: string;
  readonly small: boolean;
  readonly costs: boolean;
}

/** What is in a parcel, what is not, and what its sender should know of before sending it. */
export function parcelText(parcel: ParcelView, { dir, small, costs }: Wish, terminal: Terminal): string {
  const { path, jobs, files, bytes, missing, unchanged, recipes, isCut } = parcel;
  const held = `${countOf(jobs, 'job')}, ${countOf(files, 'file')}, ${sizeText(bytes)}`;
  const lines = [
    `${toned(terminal, 'bold', plainText(path))}  ${held}`,
    costs ? 'It shows what each job cost.' : 'Costs are left out; --with-cost adds them.',
  ];
  if (isCut) lines.push(`The page holds ${showCount(jobs)} jobs at most, so later ones are left out.`);
  if (recipes > 0 && !small) {
    const are = recipes === 1 ? 'tells' : 'tell';
    lines.push(`${countOf(recipes, 'file')} ${are} prompt and inputs inside; --small leaves that out.`);
  }
  if (unchanged > 0) {
    lines.push(`${countOf(unchanged, 'picture')} could not be made smaller and went as they are.`);
  }
  if (missing > 0) {
    lines.push(
      `${countOf(missing, 'file is', 'files are')} not in the run folder and left out. To download again: ${plainText(`rcb fetch ${quoted(dir)}`)}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** Where the stars come from, since the user may have several such files. */
export function picksRemark(picks: {
  readonly jobs: ReadonlySet<string>;
  readonly files: readonly string[];
  readonly unknown: number;
}): string {
  const { jobs, files, unknown } = picks;
  const known = `${countOf(jobs.size, 'starred job')} from ${plainText(files.join(', '))}`;
  return unknown === 0
    ? `${known}.\n`
    : `${known}; ${countOf(unknown, 'more is', 'more are')} not in this run folder.\n`;
}

const units = ['bytes', 'KB', 'MB', 'GB', 'TB'] as const;

/** `812 bytes`, `4.1 MB`. */
export function sizeText(bytes: number): string {
  let [size, unit] = [bytes, 0];
  while (size >= 1_000 && unit < units.length - 1) {
    size /= 1_000;
    unit += 1;
  }
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`;
}
