import { longestRow } from './reading.ts';

export interface CsvDialect {
  readonly delimiter: string;
  /** How many characters to leave out at the start: the line `sep=;` that Excel writes and reads. */
  readonly skip: number;
}

// Where two stand equally often, the earlier one wins.
const delimiters = [',', ';', '\t'] as const;

const sepLine = /^"?sep=([^"\r\n])"?(\r\n|\n|\r|$)/i;

/**
 * The delimiter of a CSV text, told by its first record alone: prompts are full of commas and semicolons, names of
 * columns are not.
 */
export function csvDialect(opening: string): CsvDialect {
  const sep = sepLine.exec(opening);
  if (sep !== null) return { delimiter: sep[1] as string, skip: sep[0].length };
  const { counts } = firstRecord(opening);
  const [first, ...others] = delimiters;
  const delimiter = others.reduce<string>((best, next) => (count(next) > count(best) ? next : best), first);
  return { delimiter, skip: 0 };

  function count(letter: string): number {
    return counts.get(letter) ?? 0;
  }
}

/** Whether the text holds its first record to the end, or so much that it must be judged as it is. */
export function holdsFirstRecord(opening: string): boolean {
  return opening.length > longestRow || firstRecord(opening).ended;
}

/** How often each letter stands outside quotes in the first record that is no blank line. */
function firstRecord(text: string): {
  readonly counts: ReadonlyMap<string, number>;
  readonly ended: boolean;
} {
  const counts = new Map<string, number>();
  let quoted = false;
  let blank = true;
  for (const letter of text.slice(0, longestRow)) {
    const breaks = letter === '\n' || letter === '\r';
    if (breaks && !quoted && !blank) return { counts, ended: true };
    if (letter === '"') quoted = !quoted;
    if (!quoted) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    blank &&= breaks;
  }
  return { counts, ended: false };
}
