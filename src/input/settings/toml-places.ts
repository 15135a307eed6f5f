import type { Place } from '../../core/complaints.ts';

/** Where a key stands, and where its value begins. */
export interface KeyPlace {
  readonly key: Place;
  readonly value: Place;
}

type Keys = readonly string[];

const part = `(?:[A-Za-z0-9_-]+|"(?:[^"\\\\]|\\\\.)*"|'[^']*')`;
const dotted = `${part}(?:[ \\t]*\\.[ \\t]*${part})*`;
const header = new RegExp(`^[ \\t]*\\[\\[?[ \\t]*(${dotted})`);
const assignment = new RegExp(`^([ \\t]*)(${dotted})[ \\t]*=[ \\t]*`);

/**
 * Finds keys in a TOML document that is known to be sound, which its parser gives no positions of. A key inside an
 * inline table stands where the table does.
 */
export function keyPlaces(text: string, file: string): (path: Keys) => KeyPlace {
  const places = new Map<string, KeyPlace>();
  let table: Keys = [];
  let open: string | null = null;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    // Lines of a long text hold no keys.
    if (open !== null) {
      if (line.includes(open)) open = null;
      continue;
    }
    const at = (column: number): Place => ({ file, line: index + 1, column });
    const named = header.exec(line)?.[1];
    if (named !== undefined) {
      table = keysOf(named);
      places.set(joined(table), { key: at(line.indexOf(named) + 1), value: at(line.indexOf(named) + 1) });
      continue;
    }
    const [whole, indent = '', key] = assignment.exec(line) ?? [];
    if (whole === undefined || key === undefined) continue;
    const place = { key: at([...indent].length + 1), value: at([...whole].length + 1) };
    const path = [...table, ...keysOf(key)];
    if (!places.has(joined(path))) places.set(joined(path), place);
    open = opened(line.slice(whole.length));
  }
  const start = { file, line: 1, column: 1 };
  return (path) => {
    for (let length = path.length; length > 0; length -= 1) {
      const place = places.get(joined(path.slice(0, length)));
      if (place !== undefined) return place;
    }
    return { key: start, value: start };
  };
}

/** The end of a text of several lines that begins here; null: none does. */
function opened(value: string): string | null {
  const quotes = /^("""|''')/.exec(value)?.[1];
  return quotes === undefined || value.indexOf(quotes, quotes.length) >= 0 ? null : quotes;
}

function keysOf(key: string): Keys {
  return [...key.matchAll(new RegExp(part, 'g'))].map(([each]) => {
    if (each.startsWith("'")) return each.slice(1, -1);
    return each.startsWith('"') ? each.slice(1, -1).replace(/\\(.)/g, '$1') : each;
  });
}

const joined = (path: Keys): string => path.join('\n');
