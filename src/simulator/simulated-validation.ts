import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';

/** One entry of the `detail` list in a 422 answer. `loc` leads to the value, from `body` on. */
export interface Refusal {
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
}

/** Everything in this input that the schema (in RunComfy's dialect) forbids. Unknown fields are allowed. */
export function refusals(schema: JsonObject, input: JsonObject): readonly Refusal[] {
  return objectRefusals(schema, input, ['body']);
}

function objectRefusals(schema: JsonObject, value: JsonObject, loc: Refusal['loc']): readonly Refusal[] {
  const properties = isJsonObject(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? (schema.required as readonly string[]) : [];
  const missing = required
    .filter((name) => !Object.hasOwn(value, name))
    .map((name) => ({ loc: [...loc, name], msg: 'Field required', type: 'missing' }));
  const wrong = Object.entries(properties).flatMap(([name, property]) =>
    Object.hasOwn(value, name) && isJsonObject(property)
      ? valueRefusals(property, value[name] as JsonValue, [...loc, name])
      : [],
  );
  return [...missing, ...wrong];
}

function valueRefusals(schema: JsonObject, value: JsonValue, loc: Refusal['loc']): readonly Refusal[] {
  if (value === null && schema.default === null) return [];
  const refuse = (type: string, msg: string): readonly Refusal[] => [{ loc, msg, type }];
  const type = typeof schema.type === 'string' ? schema.type : null;
  if (type !== null && !isOfType(type, value))
    return refuse(`${type}_type`, `Input should be a valid ${type}`);
  if (Array.isArray(schema.enum) && !schema.enum.includes(value)) {
    return refuse(
      'enum',
      `Input should be one of ${schema.enum.map((each) => JSON.stringify(each)).join(', ')}`,
    );
  }
  if (typeof value === 'number') {
    const { minimum, maximum } = schema;
    if (typeof minimum === 'number' && value < minimum) {
      return refuse('greater_than_equal', `Input should be greater than or equal to ${minimum}`);
    }
    if (typeof maximum === 'number' && value > maximum) {
      return refuse('less_than_equal', `Input should be less than or equal to ${maximum}`);
    }
  }
  if (typeof value === 'string' && typeof schema.maxLength === 'number' && value.length > schema.maxLength) {
    return refuse('string_too_long', `String should have at most ${schema.maxLength} characters`);
  }
  const items = schema.items;
  if (Array.isArray(value) && isJsonObject(items)) {
    return value.flatMap((item: JsonValue, index) => valueRefusals(items, item, [...loc, index]));
  }
  return isJsonObject(value) ? objectRefusals(schema, value, loc) : [];
}

function isOfType(type: string, value: JsonValue): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string';
    case 'integer':
      return Number.isInteger(value);
    case 'float':
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isJsonObject(value);
    default:
      return true;
  }
}
