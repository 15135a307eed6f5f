import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JsonObject } from '../core/json.ts';
import { deliver, type Manner } from './answer-delivery.ts';
import type { Counting } from './census.ts';
import { flatPicture, samePicture } from './dud-pictures.ts';
import { type FaultEndpoint, type FaultName, faultEndpoints, faultFor, faults } from './fault-rules.ts';
import { type Answer, htmlAnswer, jsonAnswer, plainAnswer, refused } from './simulated-answers.ts';
import { oneOf, roll } from './simulated-dice.ts';
import type { Settings } from './simulator-options.ts';

/** What both origins share. `now` is milliseconds since the epoch. */
export interface Stage {
  readonly seed: number;
  readonly settings: Settings;
  readonly counts: Counting;
  readonly now: () => number;
  /** How often this has been asked before with these words. */
  readonly turnOf: (...words: readonly string[]) => number;
  readonly filesUrl: () => string;
}

/** One call that has been understood as far as its head goes. */
export interface Call {
  readonly endpoint: FaultEndpoint | 'balance' | 'steering' | 'other';
  /** What the dice for it depend on, together with how often it came; the body is empty for reads. */
  readonly keyOf: (body: Buffer) => string;
  readonly perform: (body: Buffer) => Answer;
}

const largestBodyBytes = 80 * 1024 * 1024;
const whole: Manner = { kind: 'whole' };

/** Reads the request, lets the call happen or not, and answers it, rightly or wrongly. */
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
    counts.struck(call.endpoint, 'resetUnread');
    counts.answered(call.endpoint, 'reset', deliver(res, refused.broken(), { kind: 'reset' }, true));
    return;
  }
  const body = await bodyOf(req);
  if (body === null) {
    counts.answered(call.endpoint, 413, deliver(res, refused.size(), whole, false));
    return;
  }
  counts.received(body.length);
  const key = `${call.endpoint}|${call.keyOf(body)}`;
  counts.came(key, stage.now());

  let fault: FaultName | null = null;
  let drawn = 0;
  if (endpoint !== null && settings.faults[endpoint] !== undefined) {
    const nth = stage.turnOf('fault', key);
    const { resetUnread: _, ...rules } = settings.faults[endpoint];
    fault = faultFor({ [endpoint]: rules }, endpoint, roll(stage.seed, 'fault', key, nth));
    drawn = roll(stage.seed, 'variant', key, nth);
  }
  const effect = fault === null || faults[fault].takesEffect;
  const right = effect ? call.perform(body) : null;
  const given = right ?? refused.broken();
  const answer = fault === null ? given : faulted(fault, given, drawn, req, stage);
  if (fault !== null && answer !== null) counts.struck(call.endpoint, fault);
  const shown = answer ?? given;
  const retryAfter = shown.status === 429 ? shown.headers['retry-after'] : undefined;
  if (retryAfter !== undefined) counts.heldOff(key, untilMs(retryAfter, stage.now()));
  const manner = fault === null ? whole : mannerOf(fault, settings.slowMs);
  const bytes = deliver(res, shown, manner, req.method === 'HEAD');
  const outcome = manner.kind === 'reset' || manner.kind === 'silent' ? manner.kind : shown.status;
  counts.answered(call.endpoint, outcome, bytes);
}

function isFaulty(endpoint: Call['endpoint']): endpoint is FaultEndpoint {
  return (faultEndpoints as readonly string[]).includes(endpoint);
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

/** What is said instead of the right answer; null where the fault has nothing to bite on. */
function faulted(
  fault: FaultName,
  right: Answer,
  drawn: number,
  req: IncomingMessage,
  stage: Stage,
): Answer | null {
  const { value } = right;
  switch (fault) {
    case 'http500':
    case 'http500Before':
    case 'http500After':
      return oneOf(serverErrors, drawn)();
    case 'html200':
    case 'html200After':
      return htmlAnswer(200, 'Just a moment...');
    case 'rateLimited':
      return refused.pace('Too many requests.', retryAfterText(drawn, stage.now()));
    case 'redirect': {
      const onFiles = (req.url ?? '/').startsWith('/outputs/');
      const location = onFiles ? `${stage.filesUrl()}${req.url}&again=1` : `${stage.filesUrl()}/elsewhere`;
      return plainAnswer(307, null, '', { location });
    }
    case 'redirectAway':
      return plainAnswer(302, null, '', { location: 'http://files.invalid/output.png' });
    case 'errorCode200':
      return jsonAnswer(200, { error_code: 500000, error_message: 'Internal server error.' });
    case 'noId':
      return value?.request_id === undefined ? null : jsonAnswer(right.status, { status: 'in_queue' });
    case 'oddId':
      return value?.request_id === undefined
        ? null
        : jsonAnswer(right.status, { ...value, request_id: '../../etc/passwd?' });
    case 'brokenJson':
      return { ...right, body: right.body.subarray(0, Math.ceil(right.body.length * 0.6)), value: null };
    case 'oddState':
      return value?.status === undefined
        ? null
        : jsonAnswer(right.status, { ...value, status: 'hibernating' });
    case 'unfinished400':
      return value?.status === 'in_queue' || value?.status === 'in_progress' ? refused.unfinished() : null;
    case 'noOutput':
      return value?.output === undefined
        ? null
        : jsonAnswer(right.status, { ...value, output: emptied(drawn) });
    case 'wrongContent':
      return drawn < 0.5
        ? { ...htmlAnswer(200, 'Not what you asked for'), headers: { 'content-type': 'image/png' } }
        : plainAnswer(200, 'image/png', '');
    case 'expired':
      return expiredLink();
    case 'sameImage':
      return isPicture(right) ? { ...right, body: samePicture() } : null;
    case 'flatImage':
      return isPicture(right) ? { ...right, body: flatPicture(drawn) } : null;
    case 'resetUnread':
    case 'resetBefore':
    case 'resetAfter':
    case 'resetMidway':
    case 'silentBefore':
    case 'silentAfter':
    case 'slowBody':
    case 'truncatedBody':
    case 'notFoundAtFirst':
      return right;
  }
}

// By the bytes: some models name no type.
function isPicture({ status, body }: Answer): boolean {
  return status === 200 && body.toString('latin1', 1, 4) === 'PNG';
}

export function expiredLink(): Answer {
  return plainAnswer(
    403,
    'application/xml',
    '<Error><Code>AccessDenied</Code><Message>Expired</Message></Error>',
  );
}

const serverErrors: readonly [() => Answer, ...(() => Answer)[]] = [
  refused.broken,
  () => htmlAnswer(502, '502 Bad Gateway'),
  () => htmlAnswer(503, '503 Service Temporarily Unavailable'),
  () => htmlAnswer(504, '504 Gateway Time-out'),
];

function emptied(drawn: number): JsonObject | null {
  return drawn < 0.5 ? null : { images: [] };
}

/** One or two seconds; half of the time as a date, which has whole seconds only. */
function retryAfterText(drawn: number, now: number): string {
  return drawn < 0.5
    ? String(1 + Math.floor(drawn * 4))
    : new Date(Math.ceil((now + 1_000) / 1_000) * 1_000).toUTCString();
}

function untilMs(retryAfter: string, now: number): number {
  return /^\d+$/.test(retryAfter) ? now + Number(retryAfter) * 1_000 : Date.parse(retryAfter);
}

/** null where it is too large. Throws what the connection throws when the client goes away. */
async function bodyOf(req: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= largestBodyBytes) chunks.push(chunk);
  }
  return bytes > largestBodyBytes ? null : Buffer.concat(chunks);
}
