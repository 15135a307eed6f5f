import type { JsonObject, JsonValue } from '../../core/json.ts';
import { isJsonObject, setMember, typeOfJson } from '../../core/json.ts';
import { cleanText } from '../../http/server-text.ts';
import { type NodeTypes, typedInput } from './node-types.ts';
import type { WorkflowNode } from './workflow-nodes.ts';

const maxTitleLength = 80;
// A workflow has some hundred inputs; one that has more than this is made up.
const maxInputs = 10_000;
// Such as a picture as base64: nobody reads it as a default, and each plan would carry it.
const maxDefaultLength = 20_000;

/**
 * The inputs of a workflow as JSON Schema: one property for each input of each node, such as `6.text`. `defaults`: what
 * a deployment changes of its workflow before it runs, by node and input. `types`: what is known of kinds of nodes.
 */
export function workflowSchema(
  nodes: readonly WorkflowNode[],
  defaults: JsonObject,
  types: NodeTypes,
): JsonObject {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const properties: Record<string, JsonValue> = {};
  let left = maxInputs;
  for (const node of nodes) {
    const changed = Object.hasOwn(defaults, node.id) ? defaults[node.id] : null;
    const own = isJsonObject(changed) && isJsonObject(changed.inputs) ? changed.inputs : {};
    for (const [input, value] of Object.entries({ ...node.inputs, ...own })) {
      left -= 1;
      if (left < 0) break;
      setMember(properties, `${node.id}.${input}`, propertyOf(node, input, value, { byId, types }));
    }
  }
  return { type: 'object', properties };
}

interface Workflow {
  readonly byId: ReadonlyMap<string, WorkflowNode>;
  readonly types: NodeTypes;
}

function propertyOf(
  node: WorkflowNode,
  input: string,
  value: JsonValue,
  { byId, types }: Workflow,
): JsonObject {
  const title = cleanText(node.title, '', maxTitleLength);
  const names = [...new Set([node.title, node.kind])].map(
    (name) => `${cleanText(name, '', maxTitleLength)}.${input}`,
  );
  const shown = { title: `${title} · ${cleanText(input, '', maxTitleLength)}`, 'x-names': names };
  const from = linkedNode(value, byId);
  if (from !== null) {
    const description = `Linked to node ${from.node.id} (${cleanText(from.node.kind, '', maxTitleLength)}), output ${from.output + 1}.`;
    return { ...shown, description, readOnly: true };
  }
  return { ...shown, ...typedInput(node.kind, input, value, types), ...defaultOf(value) };
}

/** A number beyond 2^53 has lost digits when it was read, so it is not shown as a default; nor is what is very long. */
function defaultOf(value: JsonValue): JsonObject {
  const isRounded = typeOfJson(value) === 'integer' && !Number.isSafeInteger(value);
  const isLong = typeof value === 'string' && value.length > maxDefaultLength;
  return isRounded || isLong ? {} : { default: value };
}

/** The node whose output an input takes: `["4", 1]`. null: it has a value of its own. */
function linkedNode(
  value: JsonValue,
  byId: ReadonlyMap<string, WorkflowNode>,
): { readonly node: WorkflowNode; readonly output: number } | null {
  if (!Array.isArray(value) || value.length !== 2) return null;
  const [id, output] = value as readonly JsonValue[];
  const node = typeof id === 'string' || typeof id === 'number' ? byId.get(String(id)) : undefined;
  return node !== undefined && Number.isSafeInteger(output) && Number(output) >= 0
    ? { node, output: Number(output) }
    : null;
}
