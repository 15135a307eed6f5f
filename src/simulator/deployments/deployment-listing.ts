import type { JsonObject } from '../../core/json.ts';
import { timestamp } from '../answer-wording.ts';
import { type Answer, jsonAnswer } from '../simulated-answers.ts';
import { deploymentRefused } from './deployment-refusals.ts';
import { nodeKinds } from './node-kinds.ts';
import { deploymentOf, type SimulatedDeployment, simulatedDeployments } from './simulated-deployments.ts';

/** What the list tells besides the deployments themselves. */
export interface ListingTerms {
  readonly apiUrl: string;
  readonly instances: (deployment: SimulatedDeployment) => number;
  /** As the options have them, in place of the deployment's own. */
  readonly maxInstances: number | null;
  readonly queueSize: number | null;
  readonly keepWarmMs: number | null;
}

/** `GET /prod/v2/deployments?ids=&includes=`: a bare list. */
export function listAnswer(query: URLSearchParams, terms: ListingTerms): Answer {
  const ids = query.getAll('ids').filter((id) => id !== '');
  const found = simulatedDeployments.filter(({ id }) => ids.length === 0 || ids.includes(id));
  return jsonAnswer(
    200,
    found.map((each) => entryOf(each, query.getAll('includes'), terms)),
  );
}

/** `GET /prod/v2/deployments/{id}?includes=` */
export function deploymentAnswer(id: string, query: URLSearchParams, terms: ListingTerms): Answer {
  const found = deploymentOf(id);
  if (found === undefined) return deploymentRefused.deployment(id);
  return jsonAnswer(200, entryOf(found, query.getAll('includes'), terms));
}

/** What its kinds of nodes take, at the address that its payload names. */
export function objectInfoAnswer(id: string): Answer {
  const workflow = deploymentOf(id)?.workflow;
  if (workflow == null) return deploymentRefused.deployment(id);
  const kinds = new Set(Object.values(workflow).map(({ class_type }) => class_type));
  return jsonAnswer(200, Object.fromEntries(Object.entries(nodeKinds).filter(([name]) => kinds.has(name))));
}

// Long ago, and the same whenever it is asked.
const createdAt = Date.UTC(2026, 0, 15, 9, 30);

function entryOf(
  deployment: SimulatedDeployment,
  includes: readonly string[],
  terms: ListingTerms,
): JsonObject {
  const { id, workflow, inputSchema, isEnabled, readme } = deployment;
  const payload =
    workflow === null
      ? { input_schema: inputSchema }
      : {
          workflow_api_json: workflow as unknown as JsonObject,
          overrides: {},
          object_info_url: `${terms.apiUrl}/prod/v2/deployments/${id}/object_info.json`,
        };
  return {
    id,
    name: deployment.name,
    workflow_id: id.replaceAll(/[1-9]/g, '0'),
    workflow_version: 'v1',
    hardware: [deployment.hardware],
    min_instances: 0,
    max_instances: terms.maxInstances ?? deployment.maxInstances,
    queue_size: terms.queueSize ?? deployment.queueSize,
    keep_warm_duration_in_seconds:
      terms.keepWarmMs === null ? deployment.keepWarmSeconds : Math.ceil(terms.keepWarmMs / 1_000),
    status: isEnabled ? (terms.instances(deployment) > 0 ? 'active' : 'standby') : 'disabled',
    is_enabled: isEnabled,
    created_at: timestamp(createdAt),
    updated_at: timestamp(createdAt),
    ...(includes.includes('payload') ? { payload: deployment.showsPayload ? payload : null } : {}),
    ...(includes.includes('readme') ? { readme } : {}),
  };
}
