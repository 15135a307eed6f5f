import { cutBytes, slug } from '../../core/path-text.ts';
import type { SheetChoice } from './sheet-choice.ts';
import { labelOf } from './sheet-keys.ts';
import type { KeyValue, SheetPage } from './sheet-pages.ts';

const maxKeyBytes = 40;
const maxValueBytes = 40;
const maxNameBytes = 150;

/**
 * A file name without extension for each page: its keys, followed by the page's values. Names are safe and unique on
 * every system; those of the pictures of a page end with numbers that sort. `stem` replaces the keys.
 */
export function sheetFileNames(
  pages: readonly Pick<SheetPage, 'values' | 'part'>[],
  { x, y }: Pick<SheetChoice, 'x' | 'y'>,
  stem: string | null,
): readonly string[] {
  const keys = [x, ...(y === null ? [] : [y])].map((key) => slug(key, maxKeyBytes));
  const start = stem ?? keys.join('-by-');
  const taken = new Set<string>();
  const repeats = new Map<string, number>();
  return pages.map(({ values, part }) => {
    const whole = [start, ...values.map(valueName)].join('_');
    const base = cutBytes(whole, maxNameBytes).replace(/[-_. ]+$/, '');
    const name = part === null ? base : `${base}-${numberOf(part)}`;
    let nth = repeats.get(name.toLowerCase()) ?? 0;
    let unique = name;
    do {
      nth += 1;
      unique = nth === 1 ? name : `${name}_${nth}`;
    } while (taken.has(unique.toLowerCase()));
    repeats.set(name.toLowerCase(), nth);
    taken.add(unique.toLowerCase());
    return unique;
  });
}

/** `01` of 20. */
function numberOf({ nth, of }: { readonly nth: number; readonly of: number }): string {
  return String(nth).padStart(Math.max(2, String(of).length), '0');
}

/** `seed-1`, `anime`: values that do not begin with a letter are prefixed with their key. */
function valueName({ key, value }: KeyValue): string {
  const text = labelOf(value).replaceAll(':', 'x');
  return /^\p{L}/u.test(text) ? slug(text, maxValueBytes) : slug(`${key} ${text}`, maxValueBytes);
}
