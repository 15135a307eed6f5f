import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { JsonObject } from '../../core/json.ts';
import type { Counting } from '../census.ts';
import type { Refusal } from '../simulated-validation.ts';
import { resultBody, statusBody, type Told } from './deployed-answers.ts';
import type { DeployedRequest } from './deployed-requests.ts';

/** What a submission asks to be told of, and where. */
interface Hook {
  /** null: nobody wants to be told. */
  readonly url: URL | null;
  readonly intermediate: boolean;
  /** As a journal keeps it: what `asked` reads from a body. */
  readonly kept: JsonObject | null;
  readonly refusals: readonly Refusal[];
}

export interface Webhooks {
  asked(query: URLSearchParams, body: JsonObject): Hook;
  /** Tells of this request from now on, each state until it is answered with 2xx. */
  watch(request: DeployedRequest, hook: Hook): void;
  close(): void;
}

const phases = ['queued', 'running', 'ended'] as const;
type Phase = (typeof phases)[number];

interface Watched {
  readonly request: DeployedRequest;
  readonly url: URL;
  /** States that are still to be told of. */
  states: readonly Phase[];
  attempts: number;
  nextAt: number;
  isBusy: boolean;
}

/** What webhooks are told of by, and when. */
interface Teller {
  readonly told: (request: DeployedRequest, now: number) => Told;
  readonly now: () => number;
  readonly retryMs: () => number;
  readonly counts: Counting;
  /** Everything that this request's webhook asked for is delivered. */
  readonly delivered: (id: string) => void;
}

// How often the clock, which may be a test's own, is looked at while somebody waits to be told.
const lookEveryMs = 10;
const answerWithinMs = 10_000;
const giveUpAfterMs = 86_400_000;

/**
 * POSTs to where submissions ask for it, to this machine alone: a rehearsal must reach nobody else. Retried with
 * growing pauses for a day.
 */
export function webhooks(teller: Teller): Webhooks {
  const watched = new Set<Watched>();
  const closing = new AbortController();
  let timer: NodeJS.Timeout | null = null;

  function look(): void {
    const now = teller.now();
    for (const each of watched) {
      if (each.isBusy || now < each.nextAt) continue;
      const told = teller.told(each.request, now);
      const phase = phaseOf(told);
      // What is over by now is not told of any more.
      each.states = each.states.slice(
        each.states.findIndex((state) => phases.indexOf(state) >= phases.indexOf(phase)),
      );
      if (each.states[0] === phase) void send(each, bodyFor(told));
    }
    if (watched.size > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
  }

  async function send(each: Watched, body: JsonObject): Promise<void> {
    each.isBusy = true;
    const status = await posted(each.url, body, closing.signal);
    if (closing.signal.aborted) return;
    teller.counts.answered('webhook', status, 0);
    each.isBusy = false;
    if (typeof status === 'number' && status >= 200 && status < 300) {
      each.states = each.states.slice(1);
      each.attempts = 0;
      if (each.states.length > 0) return;
      watched.delete(each);
      teller.delivered(each.request.id);
      return;
    }
    each.nextAt = teller.now() + teller.retryMs() * 2 ** each.attempts;
    each.attempts += 1;
    if (each.nextAt > each.request.acceptedAt + giveUpAfterMs) watched.delete(each);
  }

  return {
    asked,
    watch(request, { url, intermediate }) {
      if (url === null) return;
      if (!isOfThisMachine(url)) {
        teller.counts.answered('webhook', 'elsewhere', 0);
        return;
      }
      const states = intermediate ? phases : phases.slice(-1);
      watched.add({ request, url, states, attempts: 0, nextAt: 0, isBusy: false });
      timer ??= setInterval(look, lookEveryMs).unref();
    },
    close() {
      closing.abort();
      watched.clear();
      look();
    },
  };
}

/** By query; or, in the older way, by members of the body. */
function asked(query: URLSearchParams, body: JsonObject): Hook {
  const text = query.get('webhook') ?? body.webhook ?? null;
  const wish = query.get('webhook_intermediate_status') ?? body.webhook_intermediate_status;
  const intermediate = wish === true || wish === 'true';
  const none = { url: null, kept: null, intermediate };
  if (text === null) return { ...none, refusals: [] };
  if (typeof text === 'string' && /^https?:\/\//i.test(text) && URL.canParse(text)) {
    const kept = { webhook: text, webhook_intermediate_status: intermediate };
    return { url: new URL(text), kept, intermediate, refusals: [] };
  }
  const refusal = { loc: ['query', 'webhook'], msg: 'Input should be a valid URL', type: 'url_parsing' };
  return { ...none, refusals: [refusal] };
}

function isOfThisMachine({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function phaseOf({ standing: { state } }: Told): Phase {
  return state === 'queued' || state === 'running' ? state : 'ended';
}

/** What is said of a request as it stands. */
function bodyFor(told: Told): JsonObject {
  const { request, wording } = told;
  const names = { request_id: request.id, deployment_id: request.deployment.id };
  if (phaseOf(told) !== 'ended') return { ...names, ...statusBody(told) };
  const { status: outcome = null, ...rest } = resultBody(told);
  return { ...names, ...rest, status: wording === 'plain' ? 'completed' : outcome, outcome };
}

/** The status of the answer, or why there is none. */
function posted(url: URL, body: JsonObject, closed: AbortSignal): Promise<number | string> {
  const text = JSON.stringify(body);
  const headers = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) };
  const signal = AbortSignal.any([closed, AbortSignal.timeout(answerWithinMs)]);
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    const sent = request(url, { method: 'POST', headers, agent: false, signal }, (res) => {
      res.resume();
      res.on('error', () => resolve('unreachable'));
      res.on('end', () => resolve(res.statusCode ?? 'unreachable'));
    });
    sent.on('error', () => resolve('unreachable'));
    sent.end(text);
  });
}
