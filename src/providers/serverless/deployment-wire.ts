import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import type { Model } from '../../core/models.ts';
import { withoutSecrets } from '../../core/secrets.ts';
import { cleanText } from '../../http/server-text.ts';
import { standardise } from '../wire/dialect.ts';
import { amount, parseBody } from '../wire/wire.ts';
import { machinePrice, pricingWords } from './deployment-hardware.ts';
import { deploymentPath, modelPrefix } from './deployment-ids.ts';
import type { NodeTypes } from './node-types.ts';
import { workflowNodes } from './workflow-nodes.ts';
import { workflowSchema } from './workflow-schema.ts';

// By the documentation, an instance takes three to five minutes to start.
const coldStartMs = 4 * 60_000;

const maxProseLength = 2_000;

/** What the API tells of a deployment beside its model. */
interface ReadDeployment {
  readonly model: Model;
  readonly isEnabled: boolean;
  /** Where the kinds of its nodes are described; null: nowhere. */
  readonly described: { readonly address: string; readonly kinds: ReadonlySet<string> } | null;
}

/** A deployment as the API gives it; null without a usable id. Whatever else is missing or odd is 'not known'. */
export function readDeployment(
  body: JsonValue | undefined,
  token: string,
  types: NodeTypes = new Map(),
): ReadDeployment | null {
  if (!isJsonObject(body)) return null;
  for (const key of ['deployment', 'data'] as const) {
    if (body.id === undefined && isJsonObject(body[key])) return readDeployment(body[key], token, types);
  }
  const given = body.id ?? body.deployment_id;
  const id = typeof given === 'string' ? `${modelPrefix}${given}` : '';
  if (deploymentPath(id) === null) return null;
  const prose = (value: JsonValue | undefined): string | null =>
    typeof value === 'string' && value.trim() !== '' ? cleanText(value, token, maxProseLength) : null;
  const [minInstances, maxInstances] = [amount(body.min_instances), amount(body.max_instances)];
  const keepWarm = amount(body.keep_warm_duration_in_seconds);
  const sku = skuOf(body.hardware);
  const capacity = capacityOf(maxInstances, amount(body.queue_size));
  const payload = withoutToken(payloadOf(body), token);
  return {
    model: {
      id,
      displayName: prose(body.name),
      description: prose(body.description),
      categories: [],
      kind: 'deployment',
      price: machinePrice(sku),
      pricingNote: pricingWords(sku, minInstances ?? 0),
      modelUrl: null,
      inputSchema: schemaOf(body, payload, types),
      ...(capacity === null ? {} : { capacity }),
      ...(minInstances === 0 ? { coldStartMs } : {}),
      ...(maxInstances !== null && maxInstances >= 1 ? { machines: Math.floor(maxInstances) } : {}),
      ...(keepWarm === null ? {} : { keepWarmMs: 1_000 * keepWarm }),
    },
    isEnabled: body.is_enabled !== false,
    described: describedAt(payload),
  };
}

/** The workflow and what belongs to it: below `payload`, as a text there, or beside the deployment's other members. */
function payloadOf(body: JsonObject): JsonObject {
  const { payload } = body;
  const own = isJsonObject(payload) ? payload : typeof payload === 'string' ? (parseBody(payload) ?? {}) : {};
  const beside = ['workflow_api_json', 'overrides', 'object_info_url'].filter(
    (key) => Object.hasOwn(body, key) && !Object.hasOwn(own, key),
  );
  return { ...own, ...Object.fromEntries(beside.map((key) => [key, body[key] as JsonValue])) };
}

/** A workflow is a user's own text: what of the token stands in it is neither shown nor kept. */
function withoutToken(payload: JsonObject, token: string): JsonObject {
  const redacted = withoutSecrets([token], '[token]');
  const text = JSON.stringify(payload);
  const clean = redacted(text);
  return clean === text ? payload : (parseBody(clean) ?? {});
}

function skuOf(hardware: JsonValue | undefined): string | null {
  const [first] = Array.isArray(hardware) ? (hardware as readonly JsonValue[]) : [hardware];
  return typeof first === 'string' && /^[A-Z0-9_]{1,40}$/.test(first) ? first : null;
}

function nodesIn(payload: JsonObject): ReturnType<typeof workflowNodes> {
  const nodes = workflowNodes(payload.workflow_api_json);
  return typeof nodes === 'string' ? workflowNodes(payload) : nodes;
}

function describedAt(payload: JsonObject): ReadDeployment['described'] {
  const { object_info_url: address } = payload;
  const nodes = nodesIn(payload);
  return typeof address !== 'string' || typeof nodes === 'string'
    ? null
    : { address, kinds: new Set(nodes.map(({ kind }) => kind)) };
}

/** Instances times what each works on and lets wait; a queue of nothing still holds one. */
function capacityOf(maxInstances: number | null, queueSize: number | null): number | null {
  if (maxInstances === null || !(maxInstances >= 1)) return null;
  const capacity = Math.floor(maxInstances) * (1 + Math.max(1, Math.floor(queueSize ?? 1)));
  return Number.isSafeInteger(capacity) ? capacity : null;
}

const schemaKeys = ['input_schema', 'inputs_schema', 'request_schema', 'schema'] as const;

/** From its workflow; of a LoRA, its own flat schema. null: the API gives neither. */
function schemaOf(body: JsonObject, payload: JsonObject, types: NodeTypes): JsonObject | null {
  const nodes = nodesIn(payload);
  if (typeof nodes !== 'string') {
    return workflowSchema(nodes, isJsonObject(payload.overrides) ? payload.overrides : {}, types);
  }
  for (const holder of [payload, body]) {
    for (const key of schemaKeys) {
      const schema = Object.hasOwn(holder, key) ? holder[key] : undefined;
      if (isJsonObject(schema) && isJsonObject(schema.properties)) return standardise(schema);
    }
  }
  return null;
}
