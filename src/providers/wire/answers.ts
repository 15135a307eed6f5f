import type { FailureKind } from '../../core/job/failures.ts';
import type { JsonObject } from '../../core/json.ts';

/** A submit spends money, a read is free to repeat. */
export type Lane = 'submit' | 'read';

/** What an API's own error code means. */
interface CodeMeaning extends Partial<Record<Lane, FailureKind>> {
  /** How the message begins, where the sentence of the kind would mislead. */
  readonly sentence?: string;
}

/** What an error of an API's own form says. */
export interface ToldError {
  readonly said: string;
  /** Whether its words may be those of a content policy; false: it is about something else, whatever words it quotes. */
  readonly mayBePolicy: boolean;
}

/** Reads an error of an API's own form; null: it is of no such form. */
export type ErrorWords = (body: JsonObject) => ToldError | null;

/** The error codes of one API. */
export interface ErrorCodes {
  /** They come before the status. A lane without an entry goes by the status. */
  readonly meanings: ReadonlyMap<number | string, CodeMeaning>;
  /** The code of an answer about a request that has not ended; null: the API has none. */
  readonly unfinished: number | null;
}

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

/**
 * What an answer that is not a success means, by its `error_code` first and its HTTP status second. A submission that
 * is answered with success and an error code was refused where the code says so; otherwise it stays in doubt.
 */
export function kindOfAnswer(
  lane: Lane,
  code: number | string | null,
  status: number,
  { meanings }: Pick<ErrorCodes, 'meanings'>,
): FailureKind {
  const byCode = code === null ? undefined : meanings.get(code)?.[lane];
  if (byCode !== undefined) return byCode;
  const isSuccess = status >= 200 && status <= 299;
  const meant = lane === 'submit' && isSuccess ? (refusalStatus(code) ?? status) : status;
  const rule = kindsByStatus.find(({ from, to }) => from <= meant && meant <= to);
  return rule?.[lane] ?? (lane === 'submit' ? 'unanswered' : 'read_failed');
}

/** Words of error codes that can only mean a refusal, with the status that says the same. */
const statusByWords: readonly (readonly [RegExp, number])[] = [
  [/\b(insufficient|not enough|no) (balance|funds?|credits?)\b|\bpayment required\b/, 402],
  [/\bunauthori[sz]ed\b|\bunauthenticated\b|\binvalid (api )?(token|key)\b/, 401],
  [/\bforbidden\b|\bpermission denied\b/, 403],
  [/\brate limit|\btoo many requests\b|\bthrottled\b/, 429],
  [
    /\bcontent (policy|moderation|filter|violation|blocked|rejected)|\b(moderation|nsfw|policy violation)\b/,
    422,
  ],
  [
    /\b(validation|unprocessable|bad request)\b|\binvalid (input|request|param|argument|prompt|value|body|json)/,
    422,
  ],
];

/** The HTTP status of 400 to 499 that an error code stands for: 422001 is a 422. null: it proves no refusal. */
export function refusalStatus(code: number | string | null): number | null {
  if (code === null) return null;
  const digits = /^4\d\d\d{0,6}$/.exec(String(code))?.[0];
  if (digits !== undefined) return Number(digits.slice(0, 3));
  if (typeof code === 'number') return null;
  const words = code
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/[^a-z]+/g, ' ');
  return statusByWords.find(([pattern]) => pattern.test(words))?.[1] ?? null;
}
