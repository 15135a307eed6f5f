import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';

/** A node of a workflow, as its API form has it. */
export interface WorkflowNode {
  readonly id: string;
  readonly kind: string;
  /** What its author calls it; its kind, where it has no title. */
  readonly title: string;
  readonly inputs: JsonObject;
}

/** Why a value is no workflow in its API form: the form of ComfyUI's own page, or something else altogether. */
type WorkflowFault = 'page_form' | 'other';

// A workflow of a thousand nodes is a large one.
const maxNodes = 5_000;

/** The nodes of a workflow in its API form, also where that stands below a usual key or is a text. */
export function workflowNodes(value: JsonValue | undefined): readonly WorkflowNode[] | WorkflowFault {
  const whole = typeof value === 'string' ? parsed(value) : value;
  if (!isJsonObject(whole)) return 'other';
  if (Array.isArray(whole.nodes)) return 'page_form';
  for (const key of ['workflow_api_json', 'prompt', 'output'] as const) {
    const inner = Object.hasOwn(whole, key) ? whole[key] : undefined;
    if (isJsonObject(inner) && areNodes(inner)) return nodesOf(inner);
  }
  return areNodes(whole) ? nodesOf(whole) : 'other';
}

function parsed(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return null;
  }
}

function areNodes(value: JsonObject): boolean {
  return Object.values(value).some((node) => isJsonObject(node) && typeof node.class_type === 'string');
}

function nodesOf(value: JsonObject): readonly WorkflowNode[] {
  return Object.entries(value)
    .slice(0, maxNodes)
    .flatMap(([id, node]) => {
      // A node that no key can name, since the first dot of a key ends its node.
      if (!isJsonObject(node) || typeof node.class_type !== 'string' || id === '' || id.includes('.'))
        return [];
      const meta = isJsonObject(node._meta) ? node._meta : {};
      const title = typeof meta.title === 'string' && meta.title.trim() !== '' ? meta.title.trim() : null;
      const inputs = isJsonObject(node.inputs) ? node.inputs : {};
      return [{ id, kind: node.class_type, title: title ?? node.class_type, inputs }];
    });
}
