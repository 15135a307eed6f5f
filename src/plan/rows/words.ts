import { UserError } from '../../core/complaints.ts';
import { wordParts } from '../../core/input-words.ts';
import type { AxisSource, Exclusion } from '../../core/sweep.ts';

/** Reads a word. The value may be empty and may hold further `=`. Throws `UserError` (`usage`) for anything else. */
export function parseWord(text: string): AxisSource {
  const parts = wordParts(text);
  if (parts === null) {
    throw new UserError('usage', `"${text}" is not a key=value word.`, 'Write it like style=anime.');
  }
  const { name, value } = parts;
  return { name, given: { kind: 'text', text: value }, source: text, place: null };
}

const pairPattern =
  /\s*((?:"(?:[^"]|"")+"(?=[.=!])|'(?:[^']|'')+'(?=[.=!])|[^\s=,"])[^=,"]*?)\s*=\s*("(?:[^"]|"")*"|(?!")[^,]*?)\s*(?:,|$)/sy;

/** Reads `--exclude style=anime,aspect_ratio=16:9`; a value with a comma stands in quotes. Throws `UserError` (`usage`). */
export function parseExclusion(text: string): Exclusion {
  const where = new Map<string, string>();
  let at = 0;
  while (at < text.length) {
    pairPattern.lastIndex = at;
    const [whole, name, value] = pairPattern.exec(text) ?? [];
    if (whole === undefined || name === undefined || value === undefined || where.has(name)) break;
    where.set(name, value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
    at += whole.length;
  }
  if (at < text.length || where.size === 0 || text.trimEnd().endsWith(',')) {
    const sentence = `"${text}" does not say which cells to leave out.`;
    throw new UserError('usage', sentence, 'Write it like --exclude style=anime,aspect_ratio=16:9.');
  }
  return { where, source: text, place: null };
}
