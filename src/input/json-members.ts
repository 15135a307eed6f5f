import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import { shown } from './reading.ts';

export interface JsonMember {
  readonly value: JsonValue;
  /** The keys that lead to it. */
  readonly path: readonly string[];
}

export interface WrongMember {
  readonly key: string;
  readonly wrong: string;
}

/** What an object gives to the row: its members, or those of `body` in a line of OpenAI's batch format. */
export function rowMembers(row: JsonObject): ReadonlyMap<string, JsonMember> | WrongMember {
  const own = Object.entries(row);
  if (!Object.hasOwn(row, 'custom_id') || !Object.hasOwn(row, 'body')) {
    return uniqueMembers(own.map(([key, value]) => [key, { value, path: [key] }]));
  }
  const { body } = row;
  if (!isJsonObject(body as JsonValue)) return { key: 'body', wrong: '"body" must be an object.' };
  const outer = own
    .filter(([key]) => key !== 'body' && key !== 'method' && key !== 'url')
    .map(([key, value]): [string, JsonMember] => [key === 'custom_id' ? 'id' : key, { value, path: [key] }]);
  const inner = Object.entries(body as JsonObject).map(([key, value]): [string, JsonMember] => [
    key,
    { value, path: ['body', key] },
  ]);
  return uniqueMembers([...outer, ...inner]);
}

function uniqueMembers(
  members: readonly (readonly [string, JsonMember])[],
): ReadonlyMap<string, JsonMember> | WrongMember {
  const names = new Set<string>();
  for (const [name, { path }] of members) {
    const key = path[0] as string;
    if (name.trim() === '') return { key, wrong: 'a key of the object has no name.' };
    if (names.has(name.toLowerCase()))
      return { key, wrong: `${shown(name)} is given twice, in and beside "body".` };
    names.add(name.toLowerCase());
  }
  return new Map(members);
}
