import type { JsonObject } from '../../core/json.ts';
import type { Row } from '../../core/row.ts';

/**
 * What rows of earlier jobs called their inputs, as renames, so that words may go by the same names. Left out is a name
 * that leads to different inputs, or that is the key of one. `model`: what is made with instead of their own; null: each
 * with its own. `kept`: renames that their folder's plan was made with.
 */
export function inheritedNames(
  rows: readonly Row[],
  model: string | null,
  kept: ReadonlyMap<string, string> = new Map(),
): ReadonlyMap<string, string> {
  // Another model has inputs of its own.
  if (model !== null && rows.some((row) => (modelOf(row) ?? model) !== model)) return new Map();
  const keys = new Set(rows.flatMap(({ cells }) => [...cells.keys()].map((key) => key.toLowerCase())));
  const found = new Map<string, string | null>(kept);
  for (const { sent } of rows) {
    for (const [key, name] of Object.entries(sent?.names ?? {})) {
      const other = found.get(name);
      found.set(name, other === undefined || other === key || kept.has(name) ? key : null);
    }
  }
  return new Map(
    [...found].filter(
      (entry): entry is [string, string] =>
        entry[1] !== null && !keys.has(entry[0].toLowerCase()) && !/^(id|model)$/i.test(entry[0]),
    ),
  );
}

function modelOf({ cells }: Row): string | null {
  const cell = cells.get('model');
  return cell?.kind === 'typed' && typeof cell.value === 'string' ? cell.value : null;
}

/** The renames of a plan that lead to addresses such as `6.text`: no input of another model is called so. */
export function keptNames({ map }: JsonObject): ReadonlyMap<string, string> {
  const texts = Array.isArray(map) ? map.filter((each) => typeof each === 'string') : [];
  return new Map(
    texts.flatMap((text): [string, string][] => {
      const [, name, key] = /^([^=]+)=(\d+(?::\d+)*\.[^=]+)$/.exec(text) ?? [];
      return name === undefined || key === undefined ? [] : [[name, key]];
    }),
  );
}
