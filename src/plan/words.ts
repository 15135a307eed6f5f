import { UserError } from '../core/complaints.ts';

/** A `key=value` word of the command line: a value for every row that has none of its own. */
export interface Word {
  readonly name: string;
  readonly text: string;
  /** As typed, for messages: `style=anime`. */
  readonly source: string;
}

const wordPattern = /^([A-Za-z_][A-Za-z0-9_.-]*)=(.*)$/s;

/** Tells words from input paths: `style=anime` is a word, `./a=b.csv` and `in/a=b.csv` are paths. */
export function isWord(text: string): boolean {
  return wordPattern.test(text);
}

/** Reads a word. The value may be empty and may hold further `=`. Throws `UserError` (`usage`) for anything else. */
export function parseWord(text: string): Word {
  const [, name, value] = wordPattern.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new UserError('usage', `"${text}" is not a key=value word.`, 'Write it like style=anime.');
  }
  return { name, text: value, source: text };
}
