import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import type { Refusal } from './simulated-validation.ts';

/** One HTTP answer, before anything goes wrong with it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** The body's content, if it is a JSON object. */
  readonly value: JsonObject | null;
}

export function jsonAnswer(
  status: number,
  value: JsonValue,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const body = Buffer.from(JSON.stringify(value));
  const typed = { 'content-type': 'application/json', ...headers };
  return { status, headers: typed, body, value: isJsonObject(value) ? value : null };
}

export function plainAnswer(
  status: number,
  type: string | null,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const typed = type === null ? headers : { 'content-type': type, ...headers };
  return { status, headers: typed, body: typeof body === 'string' ? Buffer.from(body) : body, value: null };
}

/** As a proxy in front of the API answers. */
export function htmlAnswer(status: number, title: string): Answer {
  const page = `<!DOCTYPE html>\n<html><head><title>${title}</title></head>\n<body><center><h1>${title}</h1></center><hr></body></html>\n`;
  return plainAnswer(status, 'text/html; charset=utf-8', page);
}

/** As a storage bucket answers for a link that has expired or never existed. */
export function expiredLink(): Answer {
  return plainAnswer(
    403,
    'application/xml',
    '<Error><Code>AccessDenied</Code><Message>Expired</Message></Error>',
  );
}

export function coded(status: number, code: number, message: string): Answer {
  return jsonAnswer(status, { error_code: code, error_message: message });
}

export const refused = {
  token: () => coded(401, 400004, 'The API token is missing or not valid.'),
  /** As the gateway in front of the API refuses: without a code. */
  gateway: () => jsonAnswer(403, { message: 'Forbidden' }),
  model: (id: string) => coded(404, 400001, `The model ${id} does not exist.`),
  balance: () => coded(402, 400002, 'Insufficient balance. Please top up your wallet.'),
  request: (id: string) => coded(404, 404001, `The request ${id} does not exist.`),
  unfinished: () => coded(400, 400005, 'The request has not finished yet.'),
  broken: () => coded(500, 500000, 'Internal server error.'),
  path: () => jsonAnswer(404, { detail: 'Not Found' }),
  method: (allow: string) => jsonAnswer(405, { detail: 'Method Not Allowed' }, { allow }),
  size: () => jsonAnswer(413, { detail: 'The body is too large.' }),
  json: () => jsonAnswer(400, { detail: 'The body is not a JSON object.' }),
  input: (detail: readonly Refusal[]) =>
    jsonAnswer(422, { detail: detail.map(({ loc, msg, type }) => ({ loc, msg, type })) }),
  pace: (message: string, retryAfter: string | null) =>
    jsonAnswer(429, { message }, retryAfter === null ? {} : { 'retry-after': retryAfter }),
} as const;
