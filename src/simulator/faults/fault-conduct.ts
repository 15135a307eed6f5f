import type { IncomingMessage, ServerResponse } from 'node:http';
import { deliver, type Manner } from '../answer-delivery.ts';
import { type Answer, refused } from '../simulated-answers.ts';
import { roll } from '../simulated-dice.ts';
import type { Call, Stage } from '../simulated-stage.ts';
import { type FaultEndpoint, type FaultName, faultEndpoints, faultFor, faults } from './fault-rules.ts';
import { faulted, outageAnswer } from './faulted-answers.ts';
import { lastingRefusal, lastingResult } from './lasting-answers.ts';
import type { OutageStrike } from './outages.ts';

const maxBodyBytes = 80 * 1024 * 1024;
const whole: Manner = { kind: 'whole' };

/** One call whose body has been read. `key` names it: what is asked, of whom. */
interface Heard {
  readonly call: Call;
  readonly body: Buffer;
  readonly key: string;
  /** The `bodyKey` of a submission. */
  readonly submitKey: string | null;
  readonly stage: Stage;
}

interface Said {
  readonly answer: Answer;
  readonly manner: Manner;
}

/** Reads the request, lets the call take effect or not, and answers it, correctly or not. */
export async function conduct(
  req: IncomingMessage,
  res: ServerResponse,
  call: Call,
  stage: Stage,
): Promise<void> {
  const { counts, settings } = stage;
  const endpoint = isFaulty(call.endpoint) ? call.endpoint : null;
  const unread = endpoint === null ? 0 : (settings.faults[endpoint]?.resetUnread ?? 0);
  const path = req.url ?? '';
  if (unread > 0 && roll(stage.seed, 'unread', path, stage.turnOf('unread', path)) < unread) {
    counts.struck(call.endpoint, 'resetUnread', null);
    counts.answered(call.endpoint, 'reset', deliver(res, refused.broken(), { kind: 'reset' }, true));
    return;
  }
  const body = await bodyOf(req);
  if (body === null) {
    counts.answered(call.endpoint, 413, deliver(res, refused.size(), whole, false));
    return;
  }
  counts.received(body.length);
  const subject = call.keyOf(body);
  const key = `${call.endpoint}|${subject}`;
  counts.came(key, stage.now());
  const heard: Heard = { call, body, key, submitKey: call.endpoint === 'submit' ? subject : null, stage };
  const strike = stage.outages.strike(call.endpoint, key, () => stage.turnOf('outage', key), stage.now());
  const { answer, manner } = strike === null ? withFaults(heard, endpoint, path) : inOutage(heard, strike);
  const retryAfter = answer.status === 429 ? answer.headers['retry-after'] : undefined;
  if (retryAfter !== undefined) counts.heldOff(key, untilMs(retryAfter, stage.now()));
  const bytes = deliver(res, answer, manner, req.method === 'HEAD');
  const outcome = manner.kind === 'reset' || manner.kind === 'silent' ? manner.kind : answer.status;
  counts.answered(call.endpoint, outcome, bytes);
}

function isFaulty(endpoint: Call['endpoint']): endpoint is FaultEndpoint {
  return (faultEndpoints as readonly string[]).includes(endpoint);
}

/** The call takes no effect, or it does and its answer is lost. */
function inOutage({ call, body, submitKey, stage }: Heard, strike: OutageStrike): Said {
  const given = strike.accepts ? (call.guard?.() ?? call.perform(body)) : null;
  const id = submitKey !== null && given !== null && given.status < 300 ? given.value?.request_id : null;
  stage.counts.metOutage(strike.index, submitKey, typeof id === 'string' ? id : null);
  const answer = outageAnswer(strike.answer, stage);
  if (answer !== null) return { answer, manner: whole };
  return { answer: refused.broken(), manner: { kind: strike.answer === 'reset' ? 'reset' : 'silent' } };
}

function withFaults(heard: Heard, endpoint: FaultEndpoint | null, path: string): Said {
  const { call, key, submitKey, stage } = heard;
  const rules = endpoint === null ? undefined : stage.settings.faults[endpoint];
  if (endpoint === null || rules === undefined) {
    return { answer: call.guard?.() ?? call.perform(heard.body), manner: whole };
  }
  const nth = stage.turnOf('fault', key);
  const fault = faultFor(stage.settings.faults, endpoint, roll(stage.seed, 'fault', key, nth));
  if (fault === null) return { answer: trueAnswer(heard, endpoint), manner: whole };
  const given = faults[fault].takesEffect ? trueAnswer(heard, endpoint) : refused.broken();
  const drawn = roll(stage.seed, 'variant', key, nth);
  const answer = faulted(fault, given, drawn, endpoint === 'file' ? path : null, stage);
  if (answer !== null) stage.counts.struck(endpoint, fault, submitKey);
  return { answer: answer ?? given, manner: mannerOf(fault, stage.settings.slowMs) };
}

/** The answer before a fault hits this call: the correct one, or the lasting fault's. */
function trueAnswer({ call, body, key, submitKey, stage }: Heard, endpoint: FaultEndpoint): Answer {
  const turnedAway = call.guard?.() ?? null;
  if (turnedAway !== null) return turnedAway;
  const subject = key.split('?')[0] as string;
  const fault = faultFor(stage.settings.faults, endpoint, roll(stage.seed, 'lasting', subject), 'lasting');
  if (fault === null) return call.perform(body);
  const drawn = roll(stage.seed, 'lasting variant', subject);
  const refusal = lastingRefusal(fault, drawn);
  const right = refusal ?? call.perform(body);
  const said = refusal ?? lastingResult(fault, right, drawn, () => stage.turnOf('told', subject), stage);
  if (said !== null) stage.counts.struck(endpoint, fault, submitKey);
  return said ?? right;
}

function mannerOf(fault: FaultName, pauseMs: number): Manner {
  switch (fault) {
    case 'resetUnread':
    case 'resetBefore':
    case 'resetAfter':
      return { kind: 'reset' };
    case 'silentBefore':
    case 'silentAfter':
      return { kind: 'silent' };
    case 'resetMidway':
      return { kind: 'cutByReset' };
    case 'truncatedBody':
      return { kind: 'cutByEnd' };
    case 'slowBody':
      return { kind: 'slow', pauseMs };
    default:
      return whole;
  }
}

function untilMs(retryAfter: string, now: number): number {
  return /^\d+$/.test(retryAfter) ? now + Number(retryAfter) * 1_000 : Date.parse(retryAfter);
}

/** null where it is too large. Throws what the connection throws when the client disconnects. */
async function bodyOf(req: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maxBodyBytes) chunks.push(chunk);
  }
  return bytes > maxBodyBytes ? null : Buffer.concat(chunks);
}
