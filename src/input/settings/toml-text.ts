import { parse, TomlError } from 'smol-toml';
import { showPlace, UserError } from '../../core/complaints.ts';
import { type KeyPlace, keyPlaces } from './toml-places.ts';

/** A value of a TOML document; tables and dates are left as they are, since no setting takes any. */
export type TomlValue = string | number | boolean | readonly TomlValue[] | object;

interface TomlDocument {
  readonly values: ReadonlyMap<string, TomlValue>;
  placeOf(path: readonly string[]): KeyPlace;
}

const maxDepth = 20;

/** Throws `UserError` (`input`), with line and column, for what is not TOML. */
export function readToml(bytes: string, file: string): TomlDocument {
  const text = bytes.replace(/^\ufeff/, '');
  try {
    const values = tableOf(parse(text, { maxDepth }));
    return { values, placeOf: keyPlaces(text, file) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const { line, column, message } = error;
    const [first = ''] = message.split('\n');
    const reason = first.replace(/^Invalid TOML document: /, '');
    throw new UserError(
      'input',
      `${showPlace({ file, line, column })}: this is not TOML: ${reason}.`,
      'Write settings like max_cost = 5, and texts in quotes: model = "…".',
    );
  }
}

/** The members of a table, or null for what is not one. */
export function tableIn(value: TomlValue): ReadonlyMap<string, TomlValue> | null {
  const isTable = typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date);
  return isTable ? tableOf(value) : null;
}

const tableOf = (value: object): ReadonlyMap<string, TomlValue> => new Map(Object.entries(value));
