import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import { type Refusal, refusals } from '../simulated-validation.ts';
import { type InputKind, takenBy } from './node-kinds.ts';
import { linkedNode } from './resolved-workflow.ts';
import type { Workflow, WorkflowNode } from './sample-workflows.ts';
import type { SimulatedDeployment } from './simulated-deployments.ts';

/** Everything in the body of a submission that the deployment cannot run. */
export function inferenceRefusals(deployment: SimulatedDeployment, body: JsonObject): readonly Refusal[] {
  if (deployment.workflow === null) return refusals(deployment.inputSchema ?? {}, body);
  const own = body.workflow_api_json;
  if (own !== undefined && !isWorkflow(own)) {
    return [refusal(['body', 'workflow_api_json'], 'Input should be a workflow in API format', 'workflow')];
  }
  const workflow = own === undefined ? deployment.workflow : (own as unknown as Workflow);
  const { overrides } = body;
  if (overrides === undefined) {
    return own === undefined ? [refusal(['body', 'overrides'], 'Field required', 'missing')] : [];
  }
  if (!isJsonObject(overrides)) {
    return [refusal(['body', 'overrides'], 'Input should be a valid dictionary', 'dict_type')];
  }
  return Object.entries(overrides).flatMap(([id, override]) => {
    const loc = ['body', 'overrides', id];
    const node = Object.hasOwn(workflow, id) ? workflow[id] : undefined;
    if (node === undefined) return [refusal(loc, `Node ${id} is not in the workflow`, 'unknown_node')];
    if (!isJsonObject(override) || !isJsonObject(override.inputs)) {
      return [refusal([...loc, 'inputs'], 'Input should be a valid dictionary', 'dict_type')];
    }
    return Object.entries(override.inputs).flatMap(([name, value]) =>
      inputRefusals(workflow, node, name, value, [...loc, 'inputs', name]),
    );
  });
}

function refusal(loc: Refusal['loc'], msg: string, type: string): Refusal {
  return { loc, msg, type };
}

function isWorkflow(value: JsonValue): boolean {
  if (!isJsonObject(value)) return false;
  const nodes = Object.values(value);
  return (
    nodes.length > 0 &&
    nodes.every(
      (node) => isJsonObject(node) && typeof node.class_type === 'string' && isJsonObject(node.inputs),
    )
  );
}

function inputRefusals(
  workflow: Workflow,
  node: WorkflowNode,
  name: string,
  value: JsonValue,
  loc: Refusal['loc'],
): readonly Refusal[] {
  const { class_type: kind } = node;
  if (!Object.hasOwn(node.inputs, name)) {
    return [refusal(loc, `${kind} has no input ${name}`, 'unknown_input')];
  }
  const from = linkedNode(value);
  if (from !== null) {
    return Object.hasOwn(workflow, from) ? [] : [refusal(loc, `Node ${from} is not in the workflow`, 'link')];
  }
  const taken = takenBy(kind, name);
  const wrong = taken === null ? null : valueProblem(taken, value);
  return wrong === null ? [] : [refusal(loc, wrong, 'value_error')];
}

function valueProblem({ type, bounds }: InputKind, value: JsonValue): string | null {
  if (typeof type !== 'string') {
    if (bounds.image_upload === true && isPicture(value)) return null;
    return type.includes(String(value)) ? null : `Value not in list: ${JSON.stringify(value).slice(0, 80)}`;
  }
  switch (type) {
    case 'STRING':
      return typeof value === 'string' ? null : 'Input should be a valid string';
    case 'BOOLEAN':
      return typeof value === 'boolean' ? null : 'Input should be a valid boolean';
    case 'INT':
    case 'FLOAT': {
      if (typeof value !== 'number') return 'Input should be a valid number';
      if (type === 'INT' && !Number.isInteger(value)) return 'Input should be a valid integer';
      const { min, max } = bounds as { readonly min?: number; readonly max?: number };
      if (min !== undefined && value < min) return `Value ${value} smaller than min of ${min}`;
      return max !== undefined && value > max ? `Value ${value} bigger than max of ${max}` : null;
    }
    default:
      return `Input should be a link to a node that gives ${type}`;
  }
}

function isPicture(value: JsonValue): boolean {
  if (typeof value !== 'string') return false;
  if (/^data:/i.test(value)) return /^data:image\/[\w.+-]+;base64,[A-Za-z0-9+/]+={0,2}$/.test(value);
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}
