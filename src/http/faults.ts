import { type FailureKind, failure, JobFailure } from '../core/failures.ts';
import type { Instant } from '../core/job.ts';
import type { JsonObject } from '../core/json.ts';
import { retryAfterMs } from '../core/pace.ts';
import type { Answer, Broken } from './exchange.ts';
import { cleanText, errorText } from './server-text.ts';
import { errorCode, isWebPage, parseBody, parseRequestId } from './wire.ts';

/** A submit spends money, a read is free to repeat. */
export type Lane = 'submit' | 'read';

/** What a fault needs to know of the endpoint: the token to leave out, and the time for a Retry-After date. */
export interface FaultContext {
  readonly token: string;
  readonly now: () => Instant;
}

/** The API's own codes come first: runcomfy-api's table of errors. A lane without an entry goes by the status. */
const kindsByCode = new Map<number | string, Partial<Record<Lane, FailureKind>>>([
  [400001, { submit: 'model_not_found' }],
  [400002, { submit: 'no_balance' }],
  [400004, { submit: 'unauthorized', read: 'unauthorized' }],
  [403001, { read: 'lost' }],
  [404001, { read: 'lost' }],
]);

interface StatusRule extends Readonly<Record<Lane, FailureKind>> {
  readonly from: number;
  readonly to: number;
}

/** The first row that holds the status decides. A submit is refused by a 4xx alone; all else leaves it in doubt. */
const kindsByStatus: readonly StatusRule[] = [
  { from: 401, to: 401, submit: 'unauthorized', read: 'unauthorized' },
  { from: 402, to: 402, submit: 'no_balance', read: 'read_failed' },
  { from: 403, to: 403, submit: 'unauthorized', read: 'lost' },
  { from: 404, to: 404, submit: 'model_not_found', read: 'lost' },
  { from: 408, to: 408, submit: 'unanswered', read: 'server_error' },
  { from: 410, to: 410, submit: 'invalid_input', read: 'lost' },
  { from: 429, to: 429, submit: 'rate_limited', read: 'rate_limited' },
  { from: 400, to: 499, submit: 'invalid_input', read: 'read_failed' },
  { from: 500, to: 599, submit: 'unanswered', read: 'server_error' },
  // An answer of success that names an error which we do not know.
  { from: 200, to: 299, submit: 'unanswered', read: 'server_error' },
  { from: 0, to: 999, submit: 'unanswered', read: 'read_failed' },
];

const sentences = {
  invalid_input: 'The API refused this input',
  model_not_found: 'The API does not know this model',
  unauthorized: 'The API refused the token or its account',
  no_balance: 'The API refused for lack of balance',
  rate_limited: 'The API asked for fewer calls',
  unreachable: 'The API could not be reached',
  read_failed: 'The API gave no usable answer',
  server_error: 'The API reported an error of its own',
  unanswered: 'The submit left and no usable answer came, so it may be running and billed',
  generation_failed: 'The generation failed',
  no_output: 'The generation ended well but holds no link',
  cancelled: 'The generation was cancelled',
  lost: 'The API no longer knows this request',
  overdue: 'The generation did not end in time',
  download_failed: 'The download failed',
} as const satisfies Record<FailureKind, string>;

/** The failure that an answer amounts to, once it is known not to be a success. */
export function answerFault(lane: Lane, answer: Answer, context: FaultContext): JobFailure {
  const body = parseBody(answer.text);
  const code = body === null ? null : errorCode(body);
  const kind = answerKind(lane, answer, code);
  const said = body === null ? unreadableText(answer) : errorText(body) || leftOver(lane, body);
  return fault(kind, said, { context, answer, code });
}

function answerKind(lane: Lane, answer: Answer, code: number | string | null): FailureKind {
  const byCode = code === null ? undefined : kindsByCode.get(code)?.[lane];
  if (byCode !== undefined) return byCode;
  const rule = kindsByStatus.find(({ from, to }) => from <= answer.status && answer.status <= to);
  const kind = rule?.[lane] ?? (lane === 'submit' ? 'unanswered' : 'read_failed');
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
  return retryAfterMs(typeof header === 'string' ? header : header?.[0], now);
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
