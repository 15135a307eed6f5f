import { maxRowLength } from '../reading.ts';
import { behindBlanks } from './csv-loose.ts';
import { noDelimiter } from './table-record.ts';

export interface CsvDialect {
  readonly delimiter: string;
  /** How many characters to leave out at the start: the line `sep=;` that Excel writes and reads. */
  readonly skip: number;
}

// Where two stand equally often, the earlier one wins.
const delimiters = [',', ';', '\t'] as const;
// Only where a header holds none of the others: names of columns hold it now and then.
const lastResort = '|';

const sepLine = /^\ufeff?"?sep=([^"\r\n])"?(\r\n|\n|\r|$)/i;

// Enough of what stands below a header of one column to tell texts from cells.
const sampledLines = 20;

/**
 * The delimiter of a CSV text, told by its first record alone: prompts are full of commas and semicolons, names of
 * columns are not. A header of one column has none, unless all lines below are cut alike by one.
 */
export function csvDialect(opening: string): CsvDialect {
  const sep = sepLine.exec(opening);
  if (sep !== null) return { delimiter: sep[1] as string, skip: sep[0].length };
  const { counts, end } = firstRecord(opening);
  const count = (letter: string): number => counts.get(letter) ?? 0;
  const [first, ...others] = delimiters;
  const usual = others.reduce<string>((best, next) => (count(next) > count(best) ? next : best), first);
  if (count(usual) > 0) return { delimiter: usual, skip: 0 };
  if (count(lastResort) > 0) return { delimiter: lastResort, skip: 0 };
  const below = linesBelow(opening, end).slice(0, sampledLines);
  const cuts = [...delimiters, lastResort].find((mark) => cutsAlike(below, mark));
  return { delimiter: cuts ?? noDelimiter, skip: 0 };
}

/** How long the `sep=` line at the start of a text is; 0: there is none. */
export function sepLength(opening: string): number {
  return sepLine.exec(opening)?.[0].length ?? 0;
}

/** Whether the text holds all that shows its dialect, or enough that it must be judged as it is. */
export function holdsDialect(opening: string): boolean {
  if (opening.length > maxRowLength) return true;
  const { counts, end } = firstRecord(opening);
  if (end === null) return false;
  if ([...delimiters, lastResort].some((mark) => counts.has(mark))) return true;
  return linesBelow(opening, end).length > sampledLines;
}

/** The lines below the first record; the last one may continue behind the text. */
function linesBelow(opening: string, end: number | null): readonly string[] {
  const lines = opening.slice(end ?? opening.length, maxRowLength).split(/\r\n|\n|\r/);
  return lines.slice(1);
}

/**
 * Whether a delimiter cuts each line into the same number of cells, none of which begins with a space, as behind a
 * comma of prose. A tab is not a prose in any case.
 */
function cutsAlike(lines: readonly string[], delimiter: string): boolean {
  const written = lines.filter((line) => line.trim() !== '');
  const cells = written.map((line) => line.replaceAll(/"[^"]*"/g, '').split(delimiter));
  const [first] = cells;
  if (first === undefined || first.length === 1) return false;
  if (cells.some(({ length }) => length !== first.length)) return false;
  return delimiter === '\t' || cells.some((each) => each.slice(1).some((cell) => /^\S/.test(cell)));
}

/** How often each letter stands outside quotes in the first record that is not a blank line, and where it ends. */
function firstRecord(text: string): {
  readonly counts: ReadonlyMap<string, number>;
  /** null: it continues behind the text. */
  readonly end: number | null;
} {
  const counts = new Map<string, number>();
  const length = Math.min(text.length, maxRowLength);
  let quoted = false;
  let blank = true;
  let opens = true;
  for (let at = sepLength(text); at < length; at += 1) {
    const letter = text[at] as string;
    const breaks = letter === '\n' || letter === '\r';
    if (breaks && !quoted && !blank) return { counts, end: at };
    // Elsewhere than around a cell a quote is a letter, such as that of inches.
    if (letter === '"' && (quoted || opens || text[at - 1] === '"')) quoted = !quoted;
    if (!quoted) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    blank &&= breaks;
    opens =
      breaks || (delimiters as readonly string[]).includes(letter) || letter === lastResort
        ? true
        : opens && behindBlanks(letter, 0, '') === 1;
  }
  return { counts, end: null };
}
