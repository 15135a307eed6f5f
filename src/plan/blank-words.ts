import type { CellRules } from './conventions.ts';
import type { InputField } from './schema.ts';

/** What pandas, R, SQL and spreadsheets write where there is nothing; pandas reads the same ones as nothing. */
const blankWords: ReadonlySet<string> = new Set([
  '#N/A',
  '#N/A N/A',
  '#NA',
  '-1.#IND',
  '-1.#QNAN',
  '-NaN',
  '-nan',
  '1.#IND',
  '1.#QNAN',
  '<NA>',
  'N/A',
  'NA',
  'NULL',
  'NaN',
  'NaT',
  'None',
  'n/a',
  'nan',
  'null',
]);

/** What a spreadsheet shows where a formula failed, as it does of a prompt that begins with `=`. */
const failedFormula = /^#(REF|VALUE|NAME|DIV\/0|NUM|NULL|SPILL|CALC|FIELD|BUSY|CONNECT|BLOCKED)[!?]$/;

const longestWord = 14;
// Most cells are told apart by their first letter: a blank, or that of one of these words.
const mayBegin: ReadonlySet<number> = new Set([...' \t\u00a0#-1<Nn'].map((letter) => letter.charCodeAt(0)));

/** What a cell says that holds nothing but such a word. */
export type BlankWord = 'nothing' | 'failed' | null;

/**
 * Whether a cell only says that there is nothing in it. A word that is one of the input's choices, or the whole of a
 * text with `--literal`, is what it says.
 */
export function blankWord(field: InputField | null, text: string, { literal }: CellRules): BlankWord {
  if (literal || field === null || text.length > longestWord || !mayBegin.has(text.charCodeAt(0)))
    return null;
  const word = text.trim();
  const isChoice = (each: unknown): boolean =>
    typeof each === 'string' && each.toLowerCase() === word.toLowerCase();
  if (field.choices?.some(isChoice)) return null;
  if (blankWords.has(word)) return 'nothing';
  return failedFormula.test(word) ? 'failed' : null;
}
