import type { CellRules } from '../conventions.ts';
import type { InputField } from '../models/input-field.ts';

/** What pandas, R, spreadsheets, databases and programs write where there is nothing. */
const blankWords: ReadonlySet<string> = new Set([
  '#N/A',
  '#N/A N/A',
  '#N/D',
  '#NV',
  '(null)',
  '\\N',
  '<nil>',
  'nil',
  'undefined',
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

// Where no text is wanted, nobody can mean anything else by them in other letters either.
const blankInAnyCase: ReadonlySet<string> = new Set([...blankWords].map((word) => word.toLowerCase()));

/** What a spreadsheet shows, in some languages, where a formula failed, as a prompt that begins with `=` does. */
const failedFormula =
  /^#¡?(REF|VALUE|NAME|DIV\/0|NUM|NULL|SPILL|CALC|FIELD|BUSY|CONNECT|BLOCKED|WERT|BEZUG|ZAHL|VALEUR|NOM|NOMBRE|VALOR)[!?]$/;

const maxWordLength = 14;
// Most cells are told apart by their first letter: a blank, or that of one of these words.
const mayBegin: ReadonlySet<number> = new Set(
  [...' \t\u00a0#(-1<NUnu\\'].map((letter) => letter.charCodeAt(0)),
);

/** Whether a text is nothing but such a word, or the error of a spreadsheet. */
export function standsForNothing(text: string): boolean {
  if (text.length > maxWordLength || !mayBegin.has(text.charCodeAt(0))) return false;
  const word = text.trim();
  return blankWords.has(word) || failedFormula.test(word);
}

/** What a cell says that holds nothing but such a word. */
type BlankWord = 'nothing' | 'failed' | null;

/**
 * Whether a cell only says that there is nothing in it. A word that is one of the input's choices, or the whole of a
 * text with `--literal`, is what it says.
 */
export function blankWord(
  field: InputField | null,
  text: string,
  { literal, edition }: Pick<CellRules, 'literal' | 'edition'>,
): BlankWord {
  if (literal || field === null || text.length > maxWordLength || !mayBegin.has(text.charCodeAt(0)))
    return null;
  const word = text.trim();
  const isBlank = blankInAnyCase.has(word.toLowerCase());
  if (!isBlank && !failedFormula.test(word)) return null;
  const isChoice = (each: unknown): boolean =>
    typeof each === 'string' && each.toLowerCase() === word.toLowerCase();
  if (field.choices?.some(isChoice)) return null;
  const isText = field.choices === null && (field.types.length === 0 || field.types.includes('string'));
  // Older folders have sent such texts.
  if (isText && edition === 1) return null;
  if (!isBlank) return 'failed';
  return isText && !blankWords.has(word) ? null : 'nothing';
}
