import type { JsonObject } from '../../core/json.ts';
import { acceptedForm } from '../answer-wording.ts';
import { bodyKey } from '../census.ts';
import { type Answer, jsonAnswer, refused } from '../simulated-answers.ts';
import { roll } from '../simulated-dice.ts';
import { type Call, objectIn, type Stage } from '../simulated-stage.ts';
import { cancelBody, resultBody, statusBody } from './deployed-answers.ts';
import type { DeployedRequest } from './deployed-requests.ts';
import { deploymentAnswer, type ListingTerms, listAnswer, objectInfoAnswer } from './deployment-listing.ts';
import { deploymentRefused, gated, invalidInference } from './deployment-refusals.ts';
import type { Deployments } from './deployments.ts';
import { inferenceRefusals } from './inference-checks.ts';
import { flatInputs } from './resolved-workflow.ts';
import { deployedModel, deploymentOf } from './simulated-deployments.ts';

/** What calls about deployments need. */
interface DeploymentStage extends Stage {
  readonly deployments: Deployments;
  readonly apiUrl: () => string;
  /** Refuses a submission that comes too early, and notes it if it is not refused. */
  readonly submitPace: (now: number) => Answer | null;
  /** What is left in the wallet; null: no end of it. */
  readonly freeMicroUsd: (now: number) => number | null;
}

/** Recognises a call about deployments by its head; null: it is none. */
export function deploymentCall(stage: DeploymentStage, method: string, url: URL): Call | null {
  const [, version, rest = ''] = /^\/prod\/(v[12])\/deployments(?:\/(.*))?$/.exec(url.pathname) ?? [];
  if (version === undefined) return null;
  const call = (endpoint: Call['endpoint'], allowed: 'GET' | 'POST', perform: Call['perform']): Call => ({
    endpoint,
    keyOf: () => url.pathname + url.search,
    perform: (body) => (method === allowed ? perform(body) : refused.method(allowed)),
  });
  const [id = '', what, requestId = '', ask] = rest.split('/');
  const terms = (): ListingTerms => listingTerms(stage);
  if (rest === '') return call('catalogue', 'GET', () => listAnswer(url.searchParams, terms()));
  if (what === undefined)
    return call('catalogue', 'GET', () => deploymentAnswer(id, url.searchParams, terms()));
  if (what === 'object_info.json') return call('catalogue', 'GET', () => objectInfoAnswer(id));
  if (what === 'inference') {
    const submit = call('submit', 'POST', (body) => inferenceAnswer(stage, { id, version, url }, body));
    return { ...submit, keyOf: (body) => keyOf(id, body) };
  }
  if (what !== 'requests') return call('other', 'GET', refused.path);
  switch (ask) {
    case 'status':
    case 'result':
      return call(ask, 'GET', () => requestAnswer(stage, ask, id, requestId, version));
    case 'cancel':
      return call('cancel', 'POST', () => requestAnswer(stage, 'cancel', id, requestId, version));
    default:
      return call('other', 'GET', refused.path);
  }
}

function listingTerms({ apiUrl, deployments, settings, now }: DeploymentStage): ListingTerms {
  const { maxInstances, queueSize, keepWarmMs } = settings;
  return {
    apiUrl: apiUrl(),
    instances: (deployment) => deployments.requests.instances(deployment, now()),
    maxInstances,
    queueSize,
    keepWarmMs,
  };
}

function keyOf(id: string, body: Buffer): string {
  const read = objectIn(body);
  const input = read === null ? { unreadable: body.toString('latin1') } : flatInputs(read);
  return bodyKey(deployedModel({ id }), input);
}

interface Asked {
  readonly id: string;
  readonly version: string;
  readonly url: URL;
}

function inferenceAnswer(stage: DeploymentStage, { id, version, url }: Asked, body: Buffer): Answer {
  const { seed, settings, deployments } = stage;
  const now = stage.now();
  const deployment = deploymentOf(id);
  if (deployment === undefined) return deploymentRefused.deployment(id);
  const input = objectIn(body);
  if (input === null) return refused.json();
  const drawn = roll(seed, 'refusal form', keyOf(id, body));
  if (!deployment.isEnabled) return gated(10002, settings.wording, drawn);
  const hook = deployments.webhooks.asked(url.searchParams, input);
  const wrong = [...hook.refusals, ...inferenceRefusals(deployment, input)];
  if (wrong.length > 0) return invalidInference(wrong, deployment.workflow, settings.wording, drawn);
  const free = stage.freeMicroUsd(now);
  if (free !== null && free <= 0) return gated(10001, settings.wording, drawn);
  const tooEarly = stage.submitPace(now);
  if (tooEarly !== null) return tooEarly;
  const request = deployments.requests.accept(deployment, input, now, hook.kept);
  deployments.webhooks.watch(request, hook);
  const urls = { ...urlsOf(stage, request, version), cancel_url: urlOf(stage, request, version, 'cancel') };
  const form = acceptedForm(settings.wording, seed, request.id, urls);
  return jsonAnswer(form.status, form.body);
}

type ReadCall = 'status' | 'result' | 'cancel';

function requestAnswer(
  stage: DeploymentStage,
  what: ReadCall,
  deploymentId: string,
  id: string,
  version: string,
): Answer {
  const { deployments, settings, seed, counts } = stage;
  const { requests, told } = deployments;
  const now = stage.now();
  const request = requests.find(id);
  if (request === undefined || request.deployment.id !== deploymentId) return deploymentRefused.request(id);
  const unseen = settings.faults[what]?.notFoundAtFirst ?? 0;
  if (now < request.acceptedAt + settings.unseenMs && roll(seed, 'unseen', id) < unseen) {
    counts.struck(what, 'notFoundAtFirst', null);
    return deploymentRefused.request(id);
  }
  switch (what) {
    case 'status':
      return jsonAnswer(200, {
        request_id: request.id,
        ...statusBody(told(request, now)),
        ...urlsOf(stage, request, version),
      });
    case 'result':
      return jsonAnswer(200, resultBody(told(request, now)));
    case 'cancel': {
      const isPossible = requests.cancel(request, now) !== 'ended';
      return jsonAnswer(202, cancelBody(told(request, now), isPossible));
    }
  }
}

function urlOf(
  { apiUrl }: DeploymentStage,
  request: DeployedRequest,
  version: string,
  what: ReadCall,
): string {
  return `${apiUrl()}/prod/${version}/deployments/${request.deployment.id}/requests/${request.id}/${what}`;
}

function urlsOf(stage: DeploymentStage, request: DeployedRequest, version: string): JsonObject {
  return {
    status_url: urlOf(stage, request, version, 'status'),
    result_url: urlOf(stage, request, version, 'result'),
  };
}
