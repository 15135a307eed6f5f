import { basename, dirname } from 'node:path';
import type { SheetRequest } from '../../app/folder/sheet-making.ts';
import { UserError } from '../../core/complaints.ts';
import type { Flags } from './flag-names.ts';
import { askedJobsOf } from './job-filters.ts';
import { text, texts, truth, wholeNumber } from './settings.ts';

const [minCell, maxCell] = [16, 8_192];

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

/** Where sheets go; a name without extension where the user gave one. */
function targetOf(flags: Flags): Pick<SheetRequest, 'folder' | 'stem'> {
  const out = text(flags, 'out');
  if (out === null) return { folder: null, stem: null };
  if (/\.png$/i.test(out)) return { folder: dirname(out), stem: basename(out).slice(0, -'.png'.length) };
  if (!/\.(jpe?g|webp|gif|avif|pdf|tiff?)$/i.test(out)) return { folder: out, stem: null };
  throw new UserError(
    'usage',
    `--out "${out}" is not a PNG file name.`,
    'Give a name ending in .png, or a folder.',
  );
}
