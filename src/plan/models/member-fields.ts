import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import { fieldOf, type InputField, type Within } from './input-field.ts';

const deepest = 3;
const maxMembers = 200;

/**
 * The members of the inputs that are objects, as inputs of their own: `lora.scale` is the member `scale` of `lora`. A
 * member that is called like an input is left out.
 */
export function memberFields(
  properties: JsonObject,
): readonly (readonly [string, InputField & { readonly within: Within }])[] {
  const found: (readonly [string, InputField & { readonly within: Within }])[] = [];
  function look(schema: JsonValue, within: Within): void {
    if (!isJsonObject(schema) || !isJsonObject(schema.properties) || within.path.length === deepest) return;
    for (const [member, own] of Object.entries(schema.properties)) {
      const path = [...within.path, member];
      const name = [within.root, ...path].join('.');
      if (found.length === maxMembers || Object.hasOwn(properties, name)) continue;
      const field = fieldOf(name, isJsonObject(own) ? own : {}, { required: false, isAddressed: false });
      found.push([name, { ...field, within: { root: within.root, path } }]);
      look(own, { root: within.root, path });
    }
  }
  for (const [root, schema] of Object.entries(properties)) look(schema, { root, path: [] });
  return found;
}
