import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import type { Workflow, WorkflowNode } from './sample-workflows.ts';
import type { SimulatedDeployment } from './simulated-deployments.ts';

/** The workflow that a body asks for: its own, or the deployment's, with its overrides; null: it has no workflow. */
export function resolvedWorkflow({ workflow }: SimulatedDeployment, body: JsonObject): Workflow | null {
  const base = isJsonObject(body.workflow_api_json)
    ? (body.workflow_api_json as unknown as Workflow)
    : workflow;
  if (base === null || !isJsonObject(body.overrides)) return base;
  const { overrides } = body;
  return Object.fromEntries(
    Object.entries(base).map(([id, node]) => {
      const own = overrides[id];
      const changed = isJsonObject(own) && isJsonObject(own.inputs) ? own.inputs : {};
      return [id, { ...node, inputs: { ...node.inputs, ...changed } }];
    }),
  );
}

/** A submission as its inputs, flat: `6.text` for an override, other members as they are. Counted and kept by this. */
export function flatInputs(body: JsonObject): JsonObject {
  const { overrides, webhook: _, webhook_intermediate_status: __, ...rest } = body;
  if (!isJsonObject(overrides)) return rest;
  const flat = Object.entries(overrides).flatMap(([id, own]) => {
    const inputs = isJsonObject(own) && isJsonObject(own.inputs) ? own.inputs : {};
    return Object.entries(inputs).map(([name, value]) => [`${id}.${name}`, value] as const);
  });
  return { ...rest, ...Object.fromEntries(flat) };
}

/** The id of the node that a value links to; null: it is a value of its own. */
export function linkedNode(value: JsonValue | undefined): string | null {
  if (!Array.isArray(value) || value.length !== 2) return null;
  const [id, output] = value as readonly JsonValue[];
  return typeof id === 'string' && Number.isInteger(output) ? id : null;
}

/** A node and all that it is made of, nearest first. */
export function madeOf(workflow: Workflow, id: string): readonly WorkflowNode[] {
  const seen = new Set<string>([id]);
  for (const each of seen) {
    for (const value of Object.values(workflow[each]?.inputs ?? {})) {
      const from = linkedNode(value);
      if (from !== null && Object.hasOwn(workflow, from)) seen.add(from);
    }
  }
  return [...seen].flatMap((each) => workflow[each] ?? []);
}

/** An input of a node, or of the node that it is linked to, which then has it as its value. */
export function inputOf(workflow: Workflow, node: WorkflowNode | undefined, name: string): JsonValue {
  const value = node?.inputs[name] ?? null;
  const from = linkedNode(value);
  return from === null ? value : (workflow[from]?.inputs.value ?? null);
}

/** One picture that a workflow saves. */
export interface SavedPicture {
  readonly node: string;
  readonly filename: string;
  /** Its number among the pictures of one batch. */
  readonly nth: number;
  readonly of: number;
}

// As many as the node takes; a workflow that comes with a request is not checked.
const maxBatch = 64;

/** In the order of the nodes that save. */
export function savedPictures(workflow: Workflow): readonly SavedPicture[] {
  return Object.entries(workflow).flatMap(([id, node]) => {
    if (node.class_type !== 'SaveImage') return [];
    const latent = madeOf(workflow, id).find(({ class_type }) => class_type === 'EmptyLatentImage');
    const asked = Number(latent?.inputs.batch_size ?? 1);
    const batch = asked >= 1 ? Math.min(maxBatch, Math.floor(asked)) : 1;
    const prefix = String(inputOf(workflow, node, 'filename_prefix')).replaceAll(/[^\w-]/g, '_');
    return Array.from({ length: batch }, (_, nth) => ({
      node: id,
      filename: `${prefix}_${String(nth + 1).padStart(5, '0')}_.png`,
      nth,
      of: batch,
    }));
  });
}
