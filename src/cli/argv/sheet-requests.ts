import { basename, dirname } from 'node:path';
import type { SheetRequest } from '../../app/folder/sheet-making.ts';
import { UserError } from '../../core/complaints.ts';
import type { Flags } from './flag-names.ts';
import { askedJobsOf } from './job-filters.ts';
import { text, texts, truth, wholeNumber } from './settings.ts';

const [minCell, maxCell] = [16, 8_192];
const usualRows = 20;

/** The sheets that the flags ask for. Throws `UserError` (`usage`) for the first mistake. */
export function sheetRequestOf(flags: Flags, dir: string): SheetRequest {
  return {
    dir,
    keys: {
      x: text(flags, 'x'),
      y: text(flags, 'y'),
      pages: texts(flags, 'page').flatMap((given) => given.split(',')),
      stack: truth(flags, 'stack'),
    },
    jobs: { ...askedJobsOf(flags), currentPlanOnly: truth(flags, 'planned') },
    cell: cellOf(flags),
    rows: rowsOf(flags),
    ...targetOf(flags),
  };
}

function cellOf(flags: Flags): number {
  const cell = wholeNumber(flags, 'cell', 256, minCell);
  if (cell <= maxCell) return cell;
  throw new UserError(
    'usage',
    `--cell "${cell}" is not a whole number from ${minCell} to ${maxCell}.`,
    'Give the width of a cell in pixels, such as --cell 256.',
  );
}

/** `all`: null. */
function rowsOf(flags: Flags): number | null {
  return text(flags, 'rows') === 'all' ? null : wholeNumber(flags, 'rows', usualRows);
}

/** Where sheets go; a name without extension where the user gave one. */
function targetOf(flags: Flags): Pick<SheetRequest, 'folder' | 'stem'> {
  const out = text(flags, 'out');
  if (out === null) return { folder: null, stem: null };
  const extension = isPdf(flags) ? '.pdf' : '.png';
  if (out.toLowerCase().endsWith(extension)) {
    return { folder: dirname(out), stem: basename(out).slice(0, -extension.length) };
  }
  if (!/\.(png|jpe?g|webp|gif|avif|pdf|tiff?)$/i.test(out)) return { folder: out, stem: null };
  const kind = extension.slice(1).toUpperCase();
  throw new UserError(
    'usage',
    `--out "${out}" is not a ${kind} file name.`,
    `Give a name ending in ${extension}, or a folder.`,
  );
}

/** Whether one PDF is asked for: by its name, too. */
export function isPdf(flags: Flags): boolean {
  return truth(flags, 'pdf') || /\.pdf$/i.test(text(flags, 'out') ?? '');
}
