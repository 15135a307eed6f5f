import { isJsonObject, type JsonObject, type JsonValue, setMember } from '../../core/json.ts';
import type { Within } from '../models/input-field.ts';
import type { ModelInputs } from '../models/schema.ts';

/** A value that was given for a member of an input, and from which layer it is: the first one counts most. */
export interface MemberValue {
  readonly within: Within;
  readonly value: JsonValue;
  readonly layer: number;
}

/**
 * A body with the members in their places. What a row says of a whole object counts more than what its defaults say of
 * one member: `layerOf` tells from which layer an input is; null: from none.
 */
export function withMembers(
  body: JsonObject,
  members: readonly MemberValue[],
  layerOf: (root: string) => number | null,
): JsonObject {
  if (members.length === 0) return body;
  const whole: Record<string, JsonValue> = { ...body };
  for (const { within, value, layer } of members) {
    const own = layerOf(within.root);
    const before = Object.hasOwn(whole, within.root) ? (whole[within.root] as JsonValue) : null;
    const mayReplace = own === null || layer <= own;
    setMember(whole, within.root, placed(before, within.path, value, mayReplace));
  }
  return whole;
}

function placed(
  before: JsonValue,
  [member, ...rest]: readonly string[],
  value: JsonValue,
  mayReplace: boolean,
): JsonValue {
  if (member === undefined) return before === null || mayReplace ? value : before;
  // Something else stands where the object should: the check of the body says so.
  if (before !== null && !isJsonObject(before)) return before;
  const object: Record<string, JsonValue> = { ...before };
  const inner = Object.hasOwn(object, member) ? (object[member] as JsonValue) : null;
  setMember(object, member, placed(inner, rest, value, mayReplace));
  return object;
}

/** What a body says of an input, or of a member of one; undefined: nothing. */
export function inputValue(
  body: JsonObject,
  name: string,
  { fields }: Pick<ModelInputs, 'fields'>,
): JsonValue | undefined {
  if (Object.hasOwn(body, name)) return body[name];
  const within = fields?.get(name)?.within;
  if (within === undefined) return undefined;
  let value: JsonValue | undefined = body;
  for (const step of [within.root, ...within.path]) {
    value = isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }
  return value;
}
