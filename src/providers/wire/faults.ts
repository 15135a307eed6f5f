import { retold, sentences } from '../../core/job/failure-sentences.ts';
import {
  type Failure,
  type FailureKind,
  failure,
  JobFailure,
  ReportedFailure,
} from '../../core/job/failures.ts';
import type { Instant } from '../../core/job/job.ts';
import type { JsonObject } from '../../core/json.ts';
import { retryAfterMs } from '../../core/pacing/pace.ts';
import { withoutSecrets } from '../../core/secrets.ts';
import { type Answer, type Broken, header, type Transport } from '../../core/transport.ts';
import { networkWords } from '../../http/network-words.ts';
import { cleanText, errorText, failedResultText, plainErrorText } from '../../http/server-text.ts';
import { type ErrorCodes, type ErrorWords, kindOfAnswer, type Lane, refusalStatus } from './answers.ts';
import { waitAskedInBody } from './asked-wait.ts';
import { refuses } from './refusals.ts';
import { errorCode, isWebPage, offeredId, parseBody, parseRequestId } from './wire.ts';

/** What a fault needs to know of the endpoint: the token to leave out, and the time for a Retry-After date. */
interface FaultContext {
  readonly token: string;
  readonly codes: ErrorCodes;
  readonly words?: ErrorWords | undefined;
  readonly transport: Pick<Transport, 'now'>;
  /** A text without what the request had said itself: its words are the user's own. */
  readonly withoutSent?: (text: string) => string;
}

/** A submission refused by 401 or 403: that may be about the token, or about this one input. */
export class DoubtfulRefusal extends JobFailure {
  /** What it is if the token is accepted elsewhere. */
  readonly aboutInput: Failure;

  constructor(aboutToken: JobFailure, aboutInput: Failure) {
    super(aboutToken.failure, { retryAfterMs: aboutToken.retryAfterMs });
    this.aboutInput = aboutInput;
  }
}

/** The failure that an answer amounts to, once it is known not to be a success. */
export function answerFault(lane: Lane, answer: Answer, context: FaultContext): JobFailure {
  const body = parseBody(answer.text);
  const code = body === null ? null : errorCode(body);
  const kind = answerKind(lane, answer, code, context.codes);
  const told = body === null ? null : (context.words?.(body) ?? null);
  const said =
    body === null ? unreadableText(answer, context) : (told?.said ?? errorText(body)) || leftOver(lane, body);
  const isRefused = kind === 'invalid_input' && told?.mayBePolicy !== false && isRefusal(said, context);
  const failed = fault(isRefused ? 'refused' : kind, said, { context, answer, code });
  if (lane === 'read' || kind !== 'unauthorized' || isAboutToken(code, context.codes)) return failed;
  // An empty 401 is still one; an empty 403 may be anybody's.
  const isPage = body === null && (answer.status === 403 || isWebPage(answer.text));
  const isPolicy = isPage || /\bcontent|moderat|polic(y|ies)|nsfw|safety|unsafe/i.test(said);
  return new DoubtfulRefusal(failed, retold(failed.failure, isPolicy ? 'refused' : 'invalid_input'));
}

function wordsOf(body: JsonObject, { words }: Pick<FaultContext, 'words'>): string {
  return words?.(body)?.said ?? errorText(body);
}

function isAboutToken(code: number | string | null, { meanings }: ErrorCodes): boolean {
  return code !== null && meanings.get(code)?.submit === 'unauthorized';
}

function answerKind(
  lane: Lane,
  answer: Answer,
  code: number | string | null,
  codes: ErrorCodes,
): FailureKind {
  const kind = kindOfAnswer(lane, code, answer.status, codes);
  if (lane === 'submit') return kind;
  // A page comes from a gate in front of the API: it knows neither whether a paid request is gone nor the token.
  const isJudgement = kind === 'lost' || kind === 'unauthorized';
  const isPage = isWebPage(answer.text) || (answer.status === 403 && parseBody(answer.text) === null);
  return isJudgement && isPage ? 'read_failed' : kind;
}

function isRefusal(said: string, { withoutSent = (text) => text }: FaultContext): boolean {
  return refuses(withoutSent(said));
}

function leftOver(lane: Lane, body: JsonObject): string {
  const id = lane === 'submit' ? parseRequestId(body.request_id) : null;
  return id === null ? '' : `it named the request id ${id}`;
}

/**
 * The failure of a result that was answered with an error. Where such an answer tells more of the generation than of
 * the call, it is a `ReportedFailure`.
 */
export function resultFault(answer: Answer, context: FaultContext): JobFailure {
  const failed = answerFault('read', answer, context);
  const body = parseBody(answer.text);
  if (body === null) return failed;
  const own = context.words?.(body) ?? null;
  const said = own?.said ?? failedResultText(body);
  const code = errorCode(body);
  const isPolicy = own?.mayBePolicy !== false && isRefusal(said, context);
  const told = isAboutCall(code, context.codes) ? null : toldBy(answer.status, code, said, isPolicy);
  if (told === null) return failed;
  const kind = isPolicy ? 'refused' : 'generation_failed';
  const meant = fault(kind, said, { context, answer, code });
  return new ReportedFailure(failed, meant.failure, told);
}

/** They are about the caller, the wallet or the moment, not about the generation. 404 has its own meaning. */
const notTelling: ReadonlySet<number> = new Set([401, 402, 404, 407, 408, 425, 429]);

/** The API has a code of its own for what is about the caller or the request's id. */
function isAboutCall(code: number | string | null, { meanings }: ErrorCodes): boolean {
  return code !== null && meanings.get(code)?.read !== undefined;
}

/** How plainly an error in place of a result says that the generation failed; null: it says no such thing. */
function toldBy(
  status: number,
  code: number | string | null,
  said: string,
  isPolicy: boolean,
): ReportedFailure['told'] | null {
  const meant = refusalStatus(code) ?? status;
  if (notTelling.has(status) || notTelling.has(meant)) return null;
  if (code === null && said === '') return null;
  // 403 alone is how another account's request is answered, and 409 often how an unfinished one is.
  if (meant === 403 && code === null && !isPolicy) return null;
  if (isPolicy) return 'plainly';
  if (meant >= 400 && meant <= 499) return meant === 409 ? 'perhaps' : 'plainly';
  return code !== null ? 'perhaps' : null;
}

/** The failure of an answer of success that lacks what it should hold. */
export function unreadableFault(
  lane: Lane,
  answer: Answer,
  lacks: string,
  context: FaultContext,
): JobFailure {
  const body = parseBody(answer.text);
  const code = body === null ? null : errorCode(body);
  const offered = lane === 'submit' ? offeredTo(context, answer.text) : null;
  const said = [
    body === null
      ? unreadableText(answer, context)
      : code === null
        ? `it holds no ${lacks}`
        : wordsOf(body, context),
    offered === null ? '' : `it named the id ${offered}`,
  ];
  const kind = lane === 'submit' ? 'unanswered' : 'read_failed';
  return fault(kind, said.filter(Boolean).join('; '), { context, answer, code, offered });
}

/** The failure of a call without a whole answer; that of an aborted read is the caller's to rethrow. */
export function brokenFault(
  lane: Lane,
  broken: Broken,
  context: Pick<FaultContext, 'token'> & { readonly base: URL },
): JobFailure {
  const kind = lane === 'read' ? 'read_failed' : broken.sent ? 'unanswered' : 'unreachable';
  const offered = lane === 'submit' && broken.text !== undefined ? offeredTo(context, broken.text) : null;
  const named = offered === null ? '' : `; what came of the answer named the id ${offered}`;
  const words = brokenWords(broken, context.base);
  return new JobFailure(failure(kind, `${sentences[kind]}: ${words}${named}.`, { offeredId: offered }));
}

/** Why a call to this API has no whole answer, in words that name the host. */
export function brokenWords({ why, words }: Broken, base: URL): string {
  return words ?? networkWords(why, base.host);
}

function offeredTo({ token }: Pick<FaultContext, 'token'>, text: string): string | null {
  const id = offeredId(text);
  // A token that comes back as an id would be kept and shown as one.
  return id === null || withoutSecrets([token], '')(id) !== id ? null : id;
}

/** What a request that ended otherwise than well comes to. */
export function outcomeFault(
  kind: 'generation_failed' | 'refused' | 'cancelled' | 'no_output',
  said: string,
  seen: {
    readonly context: FaultContext;
    readonly code: number | string | null;
    readonly costUsd: number | null;
    /** The text of a success that holds nothing else. */
    readonly rawAnswer?: string;
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
    /** The text of a success that holds nothing else. */
    readonly rawAnswer?: string;
    readonly offered?: string | null;
  },
): JobFailure {
  const { context, answer } = seen;
  const code = typeof seen.code === 'string' ? cleanText(seen.code, context.token, 64) : (seen.code ?? null);
  const http = answer?.status ?? null;
  const marks = [http === null ? '' : `HTTP ${http}`, code === null ? '' : `code ${code}`].filter(Boolean);
  const sentence =
    (code === null ? undefined : context.codes.meanings.get(code)?.sentence) ?? sentences[kind];
  const lead = marks.length === 0 ? sentence : `${sentence} (${marks.join(', ')})`;
  const words = cleanText(said, context.token);
  const end = /[.!?…]$/.test(words) ? '' : '.';
  const message = words === '' ? `${lead}.` : `${lead}: ${words}${end}`;
  return new JobFailure(failure(kind, message, { http, code, offeredId: seen.offered ?? null }), {
    retryAfterMs: answer === undefined ? null : askedMs(answer, context.transport.now()),
    costUsd: seen.costUsd ?? null,
    answer: seen.rawAnswer ?? null,
  });
}

function askedMs(answer: Answer, now: Instant): number | null {
  const ms = retryAfterMs(header(answer.headers, 'retry-after'), now);
  if (ms !== null || (answer.status !== 429 && answer.status !== 503)) return ms;
  const body = parseBody(answer.text);
  return body === null ? null : waitAskedInBody(body, errorText(body));
}

function unreadableText(answer: Answer, context: FaultContext): string {
  if (answer.status >= 300 && answer.status < 400) return 'it redirects elsewhere, which is never followed';
  if (isWebPage(answer.text)) return `it is a web page${titleOf(answer.text, context)}, not JSON`;
  if (answer.text.trim() === '') return 'it is empty';
  // Bytes that are no text say nothing to people.
  const said = /[\u0000-\u0008\ufffd]/.test(answer.text.slice(0, 1_000)) ? '' : plainErrorText(answer.text);
  return said === '' ? 'it is not a JSON object' : `it is not a JSON object but says: ${said}`;
}

/** ` ("502 Bad Gateway")`: what a page calls itself. */
function titleOf(page: string, { token }: FaultContext): string {
  const title = /<title[^>]*>([^<]{1,200})</i.exec(page.slice(0, 10_000))?.[1]?.trim() ?? '';
  return title === '' ? '' : ` ("${cleanText(title, token, 80)}")`;
}
