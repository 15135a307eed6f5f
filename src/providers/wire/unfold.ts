import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';

/** A node with everything folded into it, and the references that were followed on the way down to it. */
interface Unfolded {
  readonly whole: JsonObject;
  readonly trail: readonly string[];
}

// A schema that refers to itself is unrolled this often; further down, anything is accepted.
const maxRepeats = 3;
const maxFolds = 20;

/** A node with its reference, its lone `allOf` and its `anyOf` with null folded into itself, and limits as of 2020. */
export function unfolded(node: JsonObject, root: JsonObject, above: readonly string[]): Unfolded {
  let whole = node;
  const trail = [...above];
  for (let turn = 0; turn < maxFolds; turn += 1) {
    const { $ref, ...rest } = whole;
    if (typeof $ref === 'string') {
      const again = trail.filter((each) => each === $ref).length >= maxRepeats;
      trail.push($ref);
      whole = again ? {} : { ...resolved($ref, root), ...rest };
      continue;
    }
    const folded = withoutLoneAllOf(whole) ?? withoutNullBranch(whole);
    if (folded === null) return { whole: draft4Limits(whole), trail };
    whole = folded;
  }
  return { whole: {}, trail };
}

function withoutLoneAllOf({ allOf, ...rest }: JsonObject): JsonObject | null {
  const [only] = Array.isArray(allOf) && allOf.length === 1 ? allOf : [];
  return isJsonObject(only) ? { ...only, ...rest } : null;
}

function withoutNullBranch(node: JsonObject): JsonObject | null {
  const keyword = Array.isArray(node.anyOf) ? 'anyOf' : 'oneOf';
  const { [keyword]: branches, ...rest } = node;
  if (!Array.isArray(branches)) return null;
  const solid = branches.filter((branch) => !isJsonObject(branch) || branch.type !== 'null');
  const [only] = solid;
  if (solid.length !== 1 || !isJsonObject(only)) return null;
  return { ...only, ...rest, ...(solid.length < branches.length ? { nullable: true } : {}) };
}

function resolved($ref: string, root: JsonObject): JsonObject {
  if (!$ref.startsWith('#/')) return {};
  let at: JsonValue | undefined = root;
  for (const part of $ref.slice(2).split('/')) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    at = isJsonObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  }
  return isJsonObject(at) ? at : {};
}

/** Draft 4 wrote `exclusiveMinimum: true` beside the `minimum` that it makes exclusive. */
function draft4Limits(node: JsonObject): JsonObject {
  const { minimum, maximum, ...rest } = node;
  const least = rest.exclusiveMinimum === true ? 'exclusiveMinimum' : 'minimum';
  const bound = rest.exclusiveMaximum === true ? 'exclusiveMaximum' : 'maximum';
  return {
    ...rest,
    ...(minimum === undefined ? {} : { [least]: minimum }),
    ...(maximum === undefined ? {} : { [bound]: maximum }),
  };
}
