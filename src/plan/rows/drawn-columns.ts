import type { JsonValue } from '../../core/json.ts';
import { templateNames } from './templates.ts';

/**
 * The columns that templates draw on, and those that these columns draw on in turn: in lower case, each once.
 * `textsOf` gives what a column may hold; null: nothing in it is filled in.
 */
export function drawnColumns(
  first: readonly string[],
  textsOf: ((name: string) => Iterable<JsonValue>) | null,
): ReadonlySet<string> {
  const names = new Set<string>();
  for (const name of first) names.add(name.toLowerCase());
  if (textsOf === null) return names;
  // Walking through a set reaches what is added on the way.
  for (const name of names) {
    for (const text of textsOf(name)) {
      for (const inner of templateNames(text)) names.add(inner.toLowerCase());
    }
  }
  return names;
}
