import { isJsonObject, type JsonValue } from '../../core/json.ts';
import { bareName } from '../../core/nearby.ts';
import { addressIn } from '../models/address-sentences.ts';
import type { ModelInputs } from '../models/schema.ts';
import { likenessOf } from '../notes/column-likeness.ts';
import { inputNamed } from './columns.ts';

/** A member of an object that is an input of the model, or is called like one; `key` is a path. */
interface NestedInput {
  readonly key: string;
  readonly of: string;
}

const maxDepth = 3;
const maxKeys = 100;

/** The inputs that an object beside the prompt holds, each once. */
export function nestedInputs(value: JsonValue, inputs: ModelInputs, column = ''): readonly NestedInput[] {
  if (inputs.fields === null) return [];
  const found = new Map<string, NestedInput>();
  let left = maxKeys;
  function look(object: JsonValue, path: string, depth: number): void {
    if (!isJsonObject(object)) return;
    for (const [key, member] of Object.entries(object)) {
      left -= 1;
      if (left < 0) return;
      if (member === null) continue;
      const of =
        inputs.addresses === null
          ? inputOf(key, member, inputs)
          : addressIn([column, ...path.split('.'), key], inputs);
      if (of !== null && !found.has(of)) found.set(of, { key: `${path}${key}`, of });
      else if (of === null && depth < maxDepth) look(member, `${path}${key}.`, depth + 1);
    }
  }
  look(value, '', 1);
  return [...found.values()];
}

function inputOf(key: string, member: JsonValue, inputs: ModelInputs): string | null {
  const exact = inputNamed(inputs, key);
  if (exact !== null) return exact;
  const bare = bareName(key);
  for (const name of inputs.fields?.keys() ?? []) if (bareName(name) === bare) return name;
  const likeness = likenessOf(key, inputs, typeof member === 'number');
  return likeness?.kind === 'alias' ? likeness.of : null;
}
