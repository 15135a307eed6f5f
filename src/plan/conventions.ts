import type { JsonObject, JsonValue } from '../core/json.ts';
import type { ModelInputs } from './models/schema.ts';
import type { WildcardFiles } from './wildcards/wildcard-files.ts';

/** How a folder's input is read. A folder keeps what it was made with, so that none of its jobs becomes another one. */
export interface Conventions {
  /**
   * 1: texts byte for byte, `NaN` too, `--seeds` scattered, and `lora.scale` a tag. 2: texts that look the same are
   * the same, words that programs write for an empty cell count as empty, `--seeds` counts from 1, and `lora.scale` is
   * sent as a member of the input `lora`.
   */
  readonly edition: 1 | 2;
  /** What the folder's random seeds are drawn from; any text. */
  readonly salt: string;
  /** The folder has the salt, or will have it when this plan is run: another plan draws the same seeds. */
  readonly isKept: boolean;
}

/** How cells are read. */
export interface CellRules extends Pick<Conventions, 'edition'> {
  /** `--literal`: every text is meant as it is. */
  readonly literal: boolean;
  /** `--wildcards`: where their lines come from; null: braces and underscores are letters. */
  readonly wildcards: WildcardFiles | null;
}

const mayDiffer = /[\r\u0080-\uffff]/;

/**
 * A body whose texts are the same whatever program has written them: LF as the end of a line, and letters with their
 * accents as one (NFC). Links stay as they are, since a server may tell both forms apart.
 */
export function inOneForm(input: JsonObject, { fields }: ModelInputs, { edition }: CellRules): JsonObject {
  if (edition === 1 || !isInManyForms(input)) return input;
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => {
      const isLink = (fields?.get(name)?.media ?? null) !== null;
      return [name, isLink ? value : formed(value)];
    }),
  );
}

function isInManyForms(value: JsonValue): boolean {
  if (typeof value === 'string') return mayDiffer.test(value);
  if (typeof value !== 'object' || value === null) return false;
  for (const name in value) if (isInManyForms((value as JsonObject)[name] as JsonValue)) return true;
  return false;
}

function formed(value: JsonValue): JsonValue {
  if (typeof value === 'string') {
    return /^(https?:|data:)/i.test(value) ? value : value.replace(/\r\n?/g, '\n').normalize('NFC');
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(formed);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, formed(member)]));
}
