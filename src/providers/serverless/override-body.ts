import { isJsonObject, type JsonObject, type JsonValue, setMember } from '../../core/json.ts';

/** A node of a workflow and one of its inputs, as a key names them: `6.text`, `12:3.seed`. */
function nodeInput(key: string): { readonly node: string; readonly input: string } | null {
  const dot = key.indexOf('.');
  return dot < 1 || dot === key.length - 1 ? null : { node: key.slice(0, dot), input: key.slice(dot + 1) };
}

/**
 * The body of a submission: `6.text` goes to the input `text` of node 6, a key without a dot stays where it is. Without
 * any input the workflow runs as it is, which the API takes only where that is said.
 */
export function overrideBody(input: JsonObject): JsonObject {
  const body: Record<string, JsonValue> = {};
  const nodes = new Map<string, Record<string, JsonValue>>();
  for (const [key, value] of Object.entries(input)) {
    const at = nodeInput(key);
    if (at === null) {
      setMember(body, key, value);
      continue;
    }
    const inputs = nodes.get(at.node) ?? {};
    setMember(inputs, at.input, value);
    nodes.set(at.node, inputs);
  }
  if (nodes.size === 0) return Object.keys(body).length === 0 ? { overrides: {} } : body;
  const overrides: Record<string, JsonValue> = isJsonObject(body.overrides) ? { ...body.overrides } : {};
  for (const [node, inputs] of nodes) {
    const given = Object.hasOwn(overrides, node) ? overrides[node] : undefined;
    const before = isJsonObject(given) && isJsonObject(given.inputs) ? given.inputs : {};
    setMember(overrides, node, { ...(isJsonObject(given) ? given : {}), inputs: { ...before, ...inputs } });
  }
  return { ...body, overrides };
}
