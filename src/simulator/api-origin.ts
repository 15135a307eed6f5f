import type { IncomingMessage } from 'node:http';
import type { JsonObject, JsonValue } from '../core/json.ts';
import { acceptedForm, cased, generationErrors, outputOf, stateWord, timestamp } from './answer-wording.ts';
import { bodyKey } from './census.ts';
import { deploymentCall } from './deployments/deployment-calls.ts';
import { deploymentRefused } from './deployments/deployment-refusals.ts';
import type { Deployments } from './deployments/deployments.ts';
import { paceRefused } from './faults/pace-refusals.ts';
import { type RateGate, rateGate, type TokenBucket, tokenBucket } from './faults/rate-gates.ts';
import { type Answer, jsonAnswer, refused } from './simulated-answers.ts';
import { balanceAnswer, catalogueAnswer, categoriesAnswer, modelAnswer } from './simulated-catalogue.ts';
import { oneOf, roll } from './simulated-dice.ts';
import { chargeMicroUsd, simulatedModels } from './simulated-models.ts';
import type { SimulatedRequest, SimulatedRequests } from './simulated-requests.ts';
import { type Call, objectIn, type Stage } from './simulated-stage.ts';
import { refusals } from './simulated-validation.ts';

/** What the API's calls need. */
export interface ApiStage extends Stage {
  readonly requests: SimulatedRequests;
  readonly deployments: Deployments;
  readonly apiUrl: () => string;
  /** Fresh links; signed ones expire some time after now. */
  readonly linksOf: (request: SimulatedRequest, now: number) => readonly string[];
}

type ReadCall = 'status' | 'result' | 'cancel';

/** Recognises calls of the API by their heads. */
export function apiCalls(stage: ApiStage): (req: IncomingMessage) => Call {
  const perSecond = rateGate(1_000);
  const gates: SubmitGates = { perMinute: rateGate(60_000), bucket: tokenBucket() };
  const freeMicroUsd = (now: number): number | null => freeIn(stage, now);
  const submitPace = (now: number): Answer | null => {
    const tooEarly = submitPaceRefusal(stage, gates, now);
    if (tooEarly === null) passed(gates, now);
    return tooEarly;
  };
  return (req) => {
    const url = new URL(req.url ?? '/', 'http://api');
    const method = req.method ?? 'GET';
    const deployed = deploymentCall({ ...stage, submitPace, freeMicroUsd }, method, url);
    const call = deployed ?? routed(stage, gates, method, url);
    const refusal = deployed === null ? refused.token : deploymentRefused.token;
    return { ...call, guard: () => tokenRefusal(stage, req, refusal) ?? paceRefusal(stage, perSecond) };
  };
}

interface SubmitGates {
  readonly perMinute: RateGate;
  readonly bucket: TokenBucket;
}

function passed({ perMinute, bucket }: SubmitGates, now: number): void {
  perMinute.passed(now);
  bucket.passed();
}

/** One wallet for requests and for the instances of deployments. */
function freeIn({ requests, deployments }: ApiStage, now: number): number | null {
  const free = requests.freeMicroUsd(now);
  return free === null ? null : free - deployments.requests.spentMicroUsd(now);
}

function routed(stage: ApiStage, gates: SubmitGates, method: string, url: URL): Call {
  const path = url.pathname;
  const keyed = (endpoint: Call['endpoint'], perform: (body: Buffer) => Answer): Call => ({
    endpoint,
    keyOf: () => path + url.search,
    perform,
  });
  const request = /^\/v1\/requests\/([^/]+)\/(status|result|cancel)$/.exec(path);
  if (request) {
    const [, id, what] = request as unknown as [string, string, ReadCall];
    const allowed = what === 'cancel' ? 'POST' : 'GET';
    return keyed(what, () =>
      method === allowed
        ? requestAnswer(stage, what, id, url.searchParams.get('include_cost') === 'true')
        : refused.method(allowed),
    );
  }
  if (path === '/prod/v2/balance') {
    return keyed('balance', () => balanceAnswer(freeIn(stage, stage.now())));
  }
  if (path === '/v1/models' && method === 'GET') {
    return keyed('catalogue', () => catalogueAnswer(url.searchParams, stage.settings));
  }
  if (path === '/v1/models/categories' && method === 'GET') return keyed('catalogue', categoriesAnswer);
  if (path.startsWith('/v1/models/')) {
    const model = path.slice('/v1/models/'.length);
    if (method === 'GET') return keyed('catalogue', () => modelAnswer(model, stage.settings));
    if (method !== 'POST') return keyed('other', () => refused.method('GET, POST'));
    return {
      endpoint: 'submit',
      keyOf: (body) => bodyKey(model, objectIn(body) ?? { unreadable: body.toString('latin1') }),
      perform: (body) => submitAnswer(stage, gates, model, body),
    };
  }
  return keyed('other', refused.path);
}

function tokenRefusal({ settings }: ApiStage, req: IncomingMessage, otherwise: () => Answer): Answer | null {
  const token = /^Bearer (\S+)$/i.exec(req.headers.authorization ?? '')?.[1];
  const right = settings.token === null ? token !== undefined : token === settings.token;
  if (right) return null;
  return settings.tokenRefusal === 'gateway' ? refused.gateway() : otherwise();
}

function paceRefusal({ settings, now }: ApiStage, gate: RateGate): Answer | null {
  const waitMs = gate.waitMs(settings.requestsPerSecond, now());
  if (waitMs !== null) {
    return paceRefused('Too many requests per second.', waitMs, settings.retryAfter ?? 'seconds', now());
  }
  gate.passed(now());
  return null;
}

// Nobody knows when the next one ends.
const fullWaitMs = 1_000;

function submitPaceRefusal(
  { requests, deployments, settings }: ApiStage,
  gates: SubmitGates,
  now: number,
): Answer | null {
  const { submitsPerMinute, submitBurst, inFlightLimit, retryAfter } = settings;
  const waitMs =
    submitsPerMinute !== null && submitBurst !== null
      ? gates.bucket.waitMs(submitsPerMinute, submitBurst, now)
      : gates.perMinute.waitMs(submitsPerMinute, now);
  if (waitMs !== null) {
    return paceRefused('Too many submissions per minute.', waitMs, retryAfter ?? 'seconds', now);
  }
  const inFlight = (): number => requests.inFlight(now) + deployments.requests.inFlight(now);
  if (inFlightLimit !== null && inFlight() >= inFlightLimit) {
    return paceRefused('Too many requests in flight.', fullWaitMs, retryAfter ?? 'none', now);
  }
  return null;
}

function submitAnswer(stage: ApiStage, gates: SubmitGates, modelId: string, body: Buffer): Answer {
  const { requests, settings } = stage;
  const now = stage.now();
  const model = simulatedModels.find((each) => each.id === modelId);
  if (model === undefined) return refused.model(modelId);
  const input = objectIn(body);
  if (input === null) return refused.json();
  const wrong = refusals(model.inputSchema, input);
  if (wrong.length > 0) return refused.input(wrong);
  const tooEarly = submitPaceRefusal(stage, gates, now);
  if (tooEarly !== null) return tooEarly;
  const free = freeIn(stage, now);
  if (free !== null && chargeMicroUsd(model, input, settings.priceUsd) > free) return refused.balance();
  passed(gates, now);
  const { id } = requests.accept(model, input, now);
  const urls = { ...urlsOf(stage, id), cancel_url: urlOf(stage, id, 'cancel') };
  const form = acceptedForm(settings.wording, stage.seed, id, urls);
  return jsonAnswer(form.status, form.body);
}

function requestAnswer(stage: ApiStage, what: ReadCall, id: string, includeCost: boolean): Answer {
  const { requests, settings, seed } = stage;
  const now = stage.now();
  const request = requests.find(id);
  if (request === undefined) return refused.request(id);
  const unseen = settings.faults[what]?.notFoundAtFirst ?? 0;
  if (now < request.acceptedAt + settings.unseenMs && roll(seed, 'unseen', id) < unseen) {
    stage.counts.struck(what, 'notFoundAtFirst', null);
    return refused.request(id);
  }
  switch (what) {
    case 'status':
      return jsonAnswer(200, { request_id: id, ...stateOf(stage, request, now), ...urlsOf(stage, id) });
    case 'result':
      return resultAnswer(stage, request, now, includeCost);
    case 'cancel': {
      const outcome = requests.cancel(request, now) ? 'cancelled' : 'not_cancellable';
      return jsonAnswer(202, { request_id: id, status: stateOf(stage, request, now).status, outcome });
    }
  }
}

function stateOf({ requests, settings, seed }: ApiStage, request: SimulatedRequest, now: number): StateWords {
  const { id } = request;
  const standing = requests.standing(request, now);
  const status = stateWord(settings.wording, seed, id, standing.state);
  if (standing.state === 'queued') return { status, queue_position: standing.position };
  return /^failed$/i.test(status) ? { status, error: errorOf(seed, id) } : { status };
}
type StateWords = JsonObject & { readonly status: string };

function errorOf(seed: number, id: string): JsonValue {
  return oneOf(generationErrors, roll(seed, 'error', id));
}

function resultAnswer(stage: ApiStage, request: SimulatedRequest, now: number, includeCost: boolean): Answer {
  const { seed, settings } = stage;
  const { id, model } = request;
  const standing = stage.requests.standing(request, now);
  if (standing.state === 'queued' || standing.state === 'running') {
    return jsonAnswer(200, { request_id: id, ...stateOf(stage, request, now) });
  }
  const succeeded = standing.state === 'succeeded';
  const word = succeeded ? model.successWord : standing.state;
  const costUsd = succeeded ? request.chargeMicroUsd / 1_000_000 : 0;
  const output = (): JsonValue =>
    outputOf(model.makes, stage.linksOf(request, now), settings.outputs, roll(seed, 'output form', id));
  return jsonAnswer(200, {
    request_id: id,
    status: cased(settings.wording, seed, id, word),
    created_at: timestamp(request.acceptedAt),
    finished_at: timestamp(standing.endedAt),
    ...(succeeded ? { output: output() } : {}),
    ...(standing.state === 'failed' ? { error: errorOf(seed, id) } : {}),
    ...(includeCost ? { cost: costUsd } : {}),
  });
}

function urlOf(stage: ApiStage, id: string, what: ReadCall): string {
  return `${stage.apiUrl()}/v1/requests/${id}/${what}`;
}

function urlsOf(stage: ApiStage, id: string): { readonly status_url: string; readonly result_url: string } {
  return { status_url: urlOf(stage, id, 'status'), result_url: urlOf(stage, id, 'result') };
}
