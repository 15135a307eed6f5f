import { countOf, showCount } from '../../core/counts.ts';
import { plainText, type Terminal, toned } from '../terminal/terminal.ts';
import { etaText } from '../terminal/wording.ts';

/** What `rcb view` did. */
export interface PageReport {
  /** Where the page is, as the user would write it. */
  readonly page: string;
  /** Jobs of the folder, and how many of them the page holds. */
  readonly jobs: number;
  readonly shown: number;
  /** Thumbnails that the page uses, and how many of them are new. */
  readonly thumbnails: number;
  readonly made: number;
  /** Images that cannot be decoded. */
  readonly undecodable: number;
  /** Images that are not in the folder. */
  readonly missing: number;
  /** The command that brings them there. */
  readonly bringing: string;
  /** Thumbnails removed because their files are gone. */
  readonly orphans: number;
  readonly lacksSharp: boolean;
}

/** Where the page is and what it holds. */
export function pageText(report: PageReport, terminal: Terminal): string {
  const { page, jobs, shown, thumbnails, made, undecodable, missing, bringing, orphans, lacksSharp } = report;
  const held =
    shown < jobs ? `the first ${showCount(shown)} of ${countOf(jobs, 'job')}` : countOf(jobs, 'job');
  const parts = [
    held,
    `${countOf(thumbnails, 'thumbnail')}${made > 0 ? ` (${showCount(made)} new)` : ''}`,
    ...(orphans > 0 ? [`${countOf(orphans, 'outdated thumbnail')} removed`] : []),
  ];
  const lines = [`${toned(terminal, 'bold', plainText(page))}  ${parts.join(', ')}`];
  if (missing > 0) {
    lines.push(
      `${countOf(missing, 'image is', 'images are')} not in the folder: ${toned(terminal, 'cyan', plainText(bringing))}`,
    );
  }
  if (undecodable > 0) {
    const files = countOf(undecodable, 'image');
    lines.push(
      `${files} cannot be decoded; the page uses the original ${undecodable === 1 ? 'file' : 'files'}.`,
    );
  }
  if (lacksSharp) {
    lines.push(
      'Thumbnails need the package sharp, which is not installed; the page shows the original files instead.',
      `  ${toned(terminal, 'cyan', 'npm install sharp')}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** What a run that has ended still waits for, and how to leave it. `view`: the command that makes the rest. */
export function thumbnailsToMakeText(wait: {
  readonly left: number;
  readonly leftMs: number;
  /** It waits no longer than this. */
  readonly maxMs: number;
  readonly view: string;
}): string {
  const { left, leftMs, maxMs, view } = wait;
  const what = `${countOf(left, 'thumbnail is', 'thumbnails are')} still to be made, about ${etaText(leftMs)}.`;
  const leave =
    leftMs <= maxMs ? 'Ctrl-C leaves them:' : `They are made for ${etaText(maxMs)}, or until Ctrl-C:`;
  return `${what} ${leave} ${view} makes the rest.\n`;
}

/** What it did not wait for. */
export function thumbnailsLeftText(left: number, view: string): string {
  return `${countOf(left, 'thumbnail was', 'thumbnails were')} not made. To make ${left === 1 ? 'it' : 'them'}: ${view}\n`;
}
