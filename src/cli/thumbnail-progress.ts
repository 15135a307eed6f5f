import type { OnThumbnails } from '../app/page/page-making.ts';
import { countOf, showCount } from '../core/counts.ts';
import { passingLine } from '../report/progress/passing-line.ts';
import type { Output } from './output.ts';

/** Shows on a terminal how many thumbnails of a page are made. */
export function progressOn({ quiet, terminal }: Output): OnThumbnails {
  const line = passingLine(terminal);
  return (progress) => {
    if (progress === null) line.clear();
    else if (!quiet) line.show(`Making ${countOf(progress.all, 'thumbnail')}: ${showCount(progress.made)}`);
  };
}
