import type { IncomingMessage } from 'node:http';
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import { bodyKey } from './census.ts';
import type { Call, Stage } from './fault-conduct.ts';
import { type RateGate, rateGate } from './rate-gates.ts';
import { type Answer, jsonAnswer, refused } from './simulated-answers.ts';
import { balanceAnswer, catalogueAnswer, modelAnswer } from './simulated-catalogue.ts';
import { oneOf, roll } from './simulated-dice.ts';
import { chargeMicroUsd, simulatedModels } from './simulated-models.ts';
import type { SimulatedRequest, SimulatedRequests } from './simulated-requests.ts';
import { refusals } from './simulated-validation.ts';

/** What the API's calls draw on. */
export interface ApiStage extends Stage {
  readonly requests: SimulatedRequests;
  readonly apiUrl: () => string;
  /** Fresh links, which end some time after now. */
  readonly linksOf: (request: SimulatedRequest, now: number) => readonly string[];
}

type ReadCall = 'status' | 'result' | 'cancel';

/** Understands calls of the API by their heads. */
export function apiCalls(stage: ApiStage): (req: IncomingMessage) => Call {
  const perSecond = rateGate(1_000);
  const perMinute = rateGate(60_000);
  return (req) => {
    const url = new URL(req.url ?? '/', 'http://api');
    const call = routed(stage, perMinute, req.method ?? 'GET', url);
    const guarded = (body: Buffer): Answer =>
      tokenRefusal(stage, req) ?? paceRefusal(stage, perSecond) ?? call.perform(body);
    return { ...call, perform: guarded };
  };
}

function routed(stage: ApiStage, perMinute: RateGate, method: string, url: URL): Call {
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
    return keyed('balance', () => balanceAnswer(stage.requests.freeMicroUsd(stage.now())));
  }
  if (path === '/v1/models' && method === 'GET') {
    return keyed('catalogue', () => catalogueAnswer(url.searchParams));
  }
  if (path.startsWith('/v1/models/')) {
    const model = path.slice('/v1/models/'.length);
    if (method === 'GET') return keyed('catalogue', () => modelAnswer(model));
    if (method !== 'POST') return keyed('other', () => refused.method('GET, POST'));
    return {
      endpoint: 'submit',
      keyOf: (body) => bodyKey(model, objectIn(body) ?? { unreadable: body.toString('latin1') }),
      perform: (body) => submitAnswer(stage, perMinute, model, body),
    };
  }
  return keyed('other', refused.path);
}

function tokenRefusal({ settings }: ApiStage, req: IncomingMessage): Answer | null {
  const token = /^Bearer (\S+)$/i.exec(req.headers.authorization ?? '')?.[1];
  const right = settings.token === null ? token !== undefined : token === settings.token;
  return right ? null : refused.token();
}

function paceRefusal({ settings, now }: ApiStage, gate: RateGate): Answer | null {
  const waitMs = gate.waitMs(settings.requestsPerSecond, now());
  if (waitMs !== null) return refused.pace('Too many requests per second.', secondsText(waitMs));
  gate.passed(now());
  return null;
}

function submitAnswer(stage: ApiStage, perMinute: RateGate, modelId: string, body: Buffer): Answer {
  const { requests, settings } = stage;
  const now = stage.now();
  const model = simulatedModels.find((each) => each.id === modelId);
  if (model === undefined) return refused.model(modelId);
  const input = objectIn(body);
  if (input === null) return refused.json();
  const wrong = refusals(model.inputSchema, input);
  if (wrong.length > 0) return refused.input(wrong);
  const waitMs = perMinute.waitMs(settings.submitsPerMinute, now);
  if (waitMs !== null) return refused.pace('Too many submits per minute.', secondsText(waitMs));
  if (settings.inFlightLimit !== null && requests.inFlight(now) >= settings.inFlightLimit) {
    return refused.pace('Too many requests in flight.', null);
  }
  const free = requests.freeMicroUsd(now);
  if (free !== null && chargeMicroUsd(model, input) > free) return refused.balance();
  perMinute.passed(now);
  const { id } = requests.accept(model, input, now);
  return jsonAnswer(200, { request_id: id, ...urlsOf(stage, id), cancel_url: urlOf(stage, id, 'cancel') });
}

function requestAnswer(stage: ApiStage, what: ReadCall, id: string, includeCost: boolean): Answer {
  const { requests, settings, seed } = stage;
  const now = stage.now();
  const request = requests.find(id);
  if (request === undefined) return refused.request(id);
  const unseen = settings.faults[what]?.notFoundAtFirst ?? 0;
  if (now < request.acceptedAt + settings.unseenMs && roll(seed, 'unseen', id) < unseen) {
    stage.counts.struck(what, 'notFoundAtFirst');
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

/** The words of `/status`: `completed` says that it has ended, not how. */
function stateOf({ requests }: ApiStage, request: SimulatedRequest, now: number): StateWords {
  const standing = requests.standing(request, now);
  switch (standing.state) {
    case 'queued':
      return { status: 'in_queue', queue_position: standing.position };
    case 'running':
      return { status: 'in_progress' };
    case 'succeeded':
    case 'failed':
      return { status: 'completed' };
    case 'cancelled':
      return { status: 'cancelled' };
  }
}
type StateWords = { readonly status: string; readonly queue_position?: number };

function resultAnswer(stage: ApiStage, request: SimulatedRequest, now: number, includeCost: boolean): Answer {
  const standing = stage.requests.standing(request, now);
  if (standing.state === 'queued' || standing.state === 'running') {
    return jsonAnswer(200, { request_id: request.id, ...stateOf(stage, request, now) });
  }
  const succeeded = standing.state === 'succeeded';
  const word = succeeded ? request.model.successWord : standing.state;
  const costUsd = succeeded ? request.chargeMicroUsd / 1_000_000 : 0;
  return jsonAnswer(200, {
    request_id: request.id,
    status: word,
    created_at: new Date(request.acceptedAt).toISOString(),
    finished_at: new Date(standing.endedAt).toISOString(),
    ...(succeeded ? { output: request.model.outputOf(stage.linksOf(request, now)) } : {}),
    ...(standing.state === 'failed'
      ? { error: oneOf(generationErrors, roll(stage.seed, 'error', request.id)) }
      : {}),
    ...(includeCost ? { cost: costUsd } : {}),
  });
}

// The API does not say what an error looks like, so each of these must be understood.
const generationErrors: readonly [JsonValue, ...JsonValue[]] = [
  'The worker ran out of memory.',
  { error_code: 500101, error_message: 'The worker ran out of memory.' },
  { message: 'Generation failed.', details: [{ node: 'KSampler', type: 'runtime_error' }] },
];

function urlOf(stage: ApiStage, id: string, what: ReadCall): string {
  return `${stage.apiUrl()}/v1/requests/${id}/${what}`;
}

function urlsOf(stage: ApiStage, id: string): { readonly status_url: string; readonly result_url: string } {
  return { status_url: urlOf(stage, id, 'status'), result_url: urlOf(stage, id, 'result') };
}

function secondsText(waitMs: number): string {
  return String(Math.max(1, Math.ceil(waitMs / 1_000)));
}

function objectIn(body: Buffer): JsonObject | null {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}
