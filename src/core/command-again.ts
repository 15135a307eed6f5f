import type { JsonObject, JsonValue } from './json.ts';

/** The command that makes a result again; null where its inputs cannot be written as words of a command. */
export function commandAgain(model: string, input: JsonObject): string | null {
  const words = Object.entries(input).map(([key, value]) => wordOf(key, value));
  if (words.includes(null)) return null;
  return ['rcb run -m', quoted(model), ...words].join(' ');
}

/** Texts that the grammar of axes would read as several values are left to recipes. */
function wordOf(key: string, value: JsonValue): string | null {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (typeof value === 'object' || /[,|*!]|^\s|\s$|^-?\d[\d.]*-|^range\(/.test(text)) return null;
  return quoted(`${key}=${text}`);
}

function quoted(word: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
