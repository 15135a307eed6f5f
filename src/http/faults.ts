import { kindOfAnswer, type Lane, sentences } from '../core/answers.ts';
import { type FailureKind, failure, JobFailure } from '../core/failures.ts';
import type { Instant } from '../core/job.ts';
import type { JsonObject } from '../core/json.ts';
import { retryAfterMs } from '../core/pace.ts';
import { waitAskedInBody } from './asked-wait.ts';
import type { Answer, Broken } from './exchange.ts';
import { cleanText, errorText } from './server-text.ts';
import { errorCode, isWebPage, parseBody, parseRequestId } from './wire.ts';

/** What a fault needs to know of the endpoint: the token to leave out, and the time for a Retry-After date. */
export interface FaultContext {
  readonly token: string;
  readonly now: () => Instant;
}

/** The failure that an answer amounts to, once it is known not to be a success. */
export function answerFault(lane: Lane, answer: Answer, context: FaultContext): JobFailure {
  const body = parseBody(answer.text);
  const code = body === null ? null : errorCode(body);
  const kind = answerKind(lane, answer, code);
  const said = body === null ? unreadableText(answer) : errorText(body) || leftOver(lane, body);
  return fault(kind, said, { context, answer, code });
}

function answerKind(lane: Lane, answer: Answer, code: number | string | null): FailureKind {
  const kind = kindOfAnswer(lane, code, answer.status);
  // A page comes from a gate in front of the API: it cannot know whether a paid request is gone.
  return kind === 'lost' && isWebPage(answer.text) ? 'read_failed' : kind;
}

function leftOver(lane: Lane, body: JsonObject): string {
  const id = lane === 'submit' ? parseRequestId(body.request_id) : null;
  return id === null ? '' : `it named the request id ${id}`;
}

/** The failure of an answer of success that lacks what it should hold. */
export function unreadableFault(
  lane: Lane,
  answer: Answer,
  lacks: string,
  context: FaultContext,
): JobFailure {
  const body = parseBody(answer.text);
  const said = body === null ? unreadableText(answer) : `it holds no ${lacks}`;
  return fault(lane === 'submit' ? 'unanswered' : 'read_failed', said, { context, answer });
}

/** The failure of a call without a whole answer; that of an aborted read is the caller's to rethrow. */
export function brokenFault(lane: Lane, broken: Broken): JobFailure {
  const kind = lane === 'read' ? 'read_failed' : broken.sent ? 'unanswered' : 'unreachable';
  return new JobFailure(failure(kind, `${sentences[kind]}: ${networkWords(broken.why)}.`));
}

/** What a request that ended otherwise than well comes to. */
export function outcomeFault(
  kind: 'generation_failed' | 'cancelled' | 'no_output',
  said: string,
  seen: {
    readonly context: FaultContext;
    readonly code: number | string | null;
    readonly costUsd: number | null;
  },
): JobFailure {
  return fault(kind, said, seen);
}

function fault(
  kind: FailureKind,
  said: string,
  seen: {
    readonly context: FaultContext;
    readonly answer?: Answer;
    readonly code?: number | string | null;
    readonly costUsd?: number | null;
  },
): JobFailure {
  const { context, answer } = seen;
  const code = typeof seen.code === 'string' ? cleanText(seen.code, context.token, 64) : (seen.code ?? null);
  const http = answer?.status ?? null;
  const marks = [http === null ? '' : `HTTP ${http}`, code === null ? '' : `code ${code}`].filter(Boolean);
  const lead = marks.length === 0 ? sentences[kind] : `${sentences[kind]} (${marks.join(', ')})`;
  const words = cleanText(said, context.token);
  const end = /[.!?…]$/.test(words) ? '' : '.';
  const message = words === '' ? `${lead}.` : `${lead}: ${words}${end}`;
  return new JobFailure(failure(kind, message, { http, code }), {
    retryAfterMs: answer === undefined ? null : askedMs(answer, context.now()),
    costUsd: seen.costUsd ?? null,
  });
}

function askedMs(answer: Answer, now: Instant): number | null {
  const header = answer.headers['retry-after'];
  const ms = retryAfterMs(typeof header === 'string' ? header : header?.[0], now);
  if (ms !== null || (answer.status !== 429 && answer.status !== 503)) return ms;
  const body = parseBody(answer.text);
  return body === null ? null : waitAskedInBody(body, errorText(body));
}

function unreadableText(answer: Answer): string {
  if (answer.status >= 300 && answer.status < 400) return 'it redirects elsewhere, which is never followed';
  if (isWebPage(answer.text)) return 'it is a web page, not JSON';
  return answer.text.trim() === '' ? 'it is empty' : 'it is not a JSON object';
}

const wordsByCode = new Map([
  ['aborted', 'the run was stopped while it was under way'],
  ['timeout', 'no whole answer came in time'],
  ['too_long', 'the answer is larger than any answer should be'],
  ['sent_twice', 'its connection died and it was not sent again'],
  ['ENOTFOUND', 'the name of its host could not be resolved'],
  ['EAI_AGAIN', 'the name of its host could not be resolved'],
  ['ECONNREFUSED', 'the connection was refused'],
  ['ECONNRESET', 'the connection was reset'],
  ['ETIMEDOUT', 'the connection timed out'],
  ['EHOSTUNREACH', 'there is no way to its host'],
  ['ENETUNREACH', 'there is no network'],
  ['EPIPE', 'the connection was closed'],
  ['UND_ERR_SOCKET', 'the connection was closed'],
  ['UND_ERR_CONNECT_TIMEOUT', 'connecting took too long'],
  ['UND_ERR_HEADERS_TIMEOUT', 'no answer came in time'],
  ['UND_ERR_BODY_TIMEOUT', 'nothing more came for too long'],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'the answer was cut short'],
]);

/** A network error in words, from its code. */
export function networkWords(code: string): string {
  const words = wordsByCode.get(code);
  if (words !== undefined) return /^[A-Z]/.test(code) ? `${words} (${code})` : words;
  if (code.startsWith('HPE_')) return `what came is not HTTP (${code})`;
  return `the connection failed (${code})`;
}
