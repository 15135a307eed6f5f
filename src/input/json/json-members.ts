import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import { shown } from '../reading.ts';

interface JsonMember {
  readonly value: JsonValue;
  /** The keys that lead to it. */
  readonly path: readonly string[];
}

interface WrongMember {
  readonly key: string;
  readonly wrong: string;
}

interface RowMembers {
  readonly members: ReadonlyMap<string, JsonMember>;
  /** The key whose object holds the inputs; null: they are its own members. */
  readonly under: string | null;
}

/**
 * What an object gives to the row: its members, or those of `body` in a line of OpenAI's batch format, or those of
 * `input` and its like, as other services take and log their jobs, with the members beside it.
 */
export function rowMembers(row: JsonObject): RowMembers | WrongMember {
  const own = Object.entries(row);
  const under = holderOf(row);
  if (under === null)
    return uniqueMembers(
      own.map(([key, value]) => [key, { value, path: [key] }]),
      null,
    );
  const holder = row[under] as JsonValue;
  if (!isJsonObject(holder)) return { key: under, wrong: `${shown(under)} must be an object.` };
  const isBatch = Object.hasOwn(row, 'custom_id');
  const hasId = own.some(([key]) => key.toLowerCase() === 'id');
  const outer = own
    .filter(([key]) => key !== under && !(isBatch && (key === 'method' || key === 'url')))
    .map(([key, value]): [string, JsonMember] => {
      const isId = key === 'custom_id' && (under === 'body' || !hasId);
      return [isId ? 'id' : key, { value, path: [key] }];
    });
  const inner = Object.entries(holder).map(([key, value]): [string, JsonMember] => [
    key,
    { value, path: [under, key] },
  ]);
  return uniqueMembers([...outer, ...inner], under);
}

/** In the order in which they are looked for. */
const holders = ['input', 'inputs', 'params', 'parameters', 'arguments', 'request'] as const;

function holderOf(row: JsonObject): string | null {
  if (Object.hasOwn(row, 'custom_id') && Object.hasOwn(row, 'body')) return 'body';
  if (Object.hasOwn(row, 'prompt') || isManifestLine(row) || hasPrompt(row)) return null;
  const isBatch = Object.hasOwn(row, 'custom_id');
  const found = holders.find((key) => {
    if (!Object.hasOwn(row, key) || !isJsonObject(row[key])) return false;
    return hasPrompt(row[key]) || (isBatch && (key === 'params' || key === 'request'));
  });
  return found ?? null;
}

export function hasPrompt(row: JsonObject): boolean {
  return Object.keys(row).some(isPrompt);
}

export function isPrompt(name: string): boolean {
  return name.length === 6 && name.toLowerCase() === 'prompt';
}

// The manifest of a run has its own reader for what it says about jobs.
export function isManifestLine(row: JsonObject): boolean {
  return ['job', 'rep', 'state', 'input'].every((key) => Object.hasOwn(row, key));
}

function uniqueMembers(
  members: readonly (readonly [string, JsonMember])[],
  under: string | null,
): RowMembers | WrongMember {
  const names = new Map<string, readonly string[]>();
  for (const [name, { path }] of members) {
    const key = path[0] as string;
    if (name.trim() === '') return { key, wrong: 'a key of the object has no name.' };
    const other = names.get(name.toLowerCase());
    if (other !== undefined) {
      const isTwice = other.length === path.length;
      const wrong = isTwice
        ? 'appears twice in one object; remove one.'
        : `is given twice, in and beside "${under}".`;
      return { key, wrong: `${shown(name)} ${wrong}` };
    }
    names.set(name.toLowerCase(), path);
  }
  return { members: new Map(members), under };
}
