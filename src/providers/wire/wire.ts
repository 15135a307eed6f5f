import type { RequestId } from '../../core/job/job.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import type { CancelOutcome, RemoteStatus } from '../../core/provider.ts';

/** The JSON object in the text of an answer; null where it holds none. */
export function parseBody(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** Whether an answer is a page for people: it comes from something in front of the API, not from the API itself. */
export function isWebPage(text: string): boolean {
  return /^\s*<(!doctype|html|head|body)/i.test(text.slice(0, 1_000));
}

/** A text as the server's name for a request; null where it cannot be one. */
export function parseRequestId(text: unknown): RequestId | null {
  return typeof text === 'string' && /^[A-Za-z0-9_-]{1,128}$/.test(text) ? (text as RequestId) : null;
}

/**
 * A text as a request's id that a person may adopt, also where no id of this API looks so; null where it cannot be
 * part of a URL's path, even percent-encoded.
 */
export function adoptableId(text: unknown): RequestId | null {
  if (typeof text !== 'string' || !/^[\x21-\x2e\x30-\x7e]{1,128}$/.test(text)) return null;
  // What stands for a folder in paths: no encoding saves it.
  return /^\.+$/.test(text) ? null : (text as RequestId);
}

const idKeys = ['request_id', 'requestId', 'id'] as const;
const idHolders = ['request', 'data', 'prediction', 'result', 'job', 'task', 'generation'] as const;

/**
 * The id that an answer to a submission names in any other way than the usual one: as a number, with unusual
 * characters, under another key or in a link; in a text that is no longer JSON as well. null: it names none.
 */
export function offeredId(text: string): RequestId | null {
  if (isWebPage(text)) return null;
  const body = parseBody(text);
  if (body === null) return rawId(text);
  for (const holder of [body, ...idHolders.map((key) => body[key])]) {
    if (!isJsonObject(holder)) continue;
    for (const key of idKeys) {
      const id = idOf(holder[key], text, key);
      if (id !== null) return id;
    }
  }
  for (const key of ['status_url', 'result_url', 'cancel_url']) {
    const id = /\/requests\/([^/?#]+)/.exec(String(body[key] ?? ''))?.[1];
    if (id !== undefined) return adoptableId(decoded(id));
  }
  for (const key of idHolders) {
    const id = idOf(body[`${key}_id`], text, `${key}_id`);
    if (id !== null) return id;
  }
  return null;
}

function idOf(value: JsonValue | undefined, text: string, key: string): RequestId | null {
  if (typeof value === 'string') return adoptableId(value.trim());
  if (typeof value !== 'number' || !Number.isInteger(value) || value <= 0) return null;
  // Beyond these the number has lost digits, which the text still has.
  if (Number.isSafeInteger(value)) return adoptableId(String(value));
  return adoptableId(new RegExp(`"${key}"\\s*:\\s*(\\d+)`).exec(text)?.[1]);
}

function rawId(text: string): RequestId | null {
  const [, quoted, digits] = /"request_?id"\s*:\s*(?:"([^"\\]*)"|(\d+)\s*[,}])/i.exec(text) ?? [];
  return adoptableId(quoted ?? digits);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The top-level `error_code`, a number where it is digits; null where there is none (absent, null, 0, empty). */
export function errorCode(body: JsonObject): number | string | null {
  const code = body.error_code;
  if (typeof code === 'number') return code === 0 ? null : code;
  if (typeof code !== 'string') return null;
  const text = code.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) === 0 ? null : Number(text);
  return text === '' ? null : text;
}

type Phase = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';

const phases = new Map<string, Phase>(
  Object.entries({
    in_queue: 'queued',
    pending: 'queued',
    waiting: 'queued',
    in_progress: 'running',
    starting: 'running',
    processing: 'running',
    // It goes on until the server has stopped it.
    cancelling: 'running',
    canceling: 'running',
    cancellation_requested: 'running',
    completed: 'succeeded',
    succeeded: 'succeeded',
    failed: 'failed',
    cancelled: 'cancelled',
    canceled: 'cancelled',
  } satisfies Record<string, Phase>),
);

function phaseOf(word: JsonValue | undefined): Phase | null {
  return typeof word === 'string' ? (phases.get(word.trim().toLowerCase()) ?? null) : null;
}

/** What an answer of `/status` shows; null where it names no state at all. */
export function readStatus(body: JsonObject): RemoteStatus | null {
  if (typeof body.status !== 'string') return null;
  const phase = phaseOf(body.status);
  switch (phase) {
    case 'queued':
      return { phase, position: amount(body.queue_position) };
    case 'running':
      return { phase };
    case 'succeeded':
    case 'failed':
    case 'cancelled':
      return { phase: 'finished' };
    case null:
      return { phase: 'unrecognised', word: body.status };
  }
}

/** How a request stands by its `/result`. */
type Outcome =
  | { readonly type: 'unfinished'; readonly status: RemoteStatus }
  | { readonly type: 'succeeded' | 'failed' | 'cancelled'; readonly costUsd: number | null };

/** What an answer of `/result` says of its request; null where it names no state at all. */
export function readOutcome(body: JsonObject): Outcome | null {
  const status = readStatus(body);
  if (status === null) return null;
  const costUsd = costIn(body);
  const phase = phaseOf(body.status);
  switch (phase) {
    case 'succeeded':
    case 'failed':
    case 'cancelled':
      return { type: phase, costUsd };
    case 'queued':
    case 'running':
    case null:
      return { type: 'unfinished', status };
  }
}

/** What an answer of `/cancel` confirms; null where it says nothing about it. */
export function readCancel(body: JsonObject): CancelOutcome | null {
  if (phaseOf(body.outcome) === 'cancelled' || phaseOf(body.status) === 'cancelled') return 'cancelled';
  const words = [body.outcome, body.status].filter((word) => typeof word === 'string');
  if (words.some((word) => /^\s*cancel(l?ing|l?ation_requested|_requested)\s*$/i.test(word)))
    return 'requested';
  return words.length > 0 ? 'not_cancellable' : null;
}

/** What a request cost, in dollars, as a number, a text or an amount with its currency; null where that is not told. */
function costIn({ cost = null, cost_usd = null }: JsonObject): number | null {
  if (!isJsonObject(cost)) return amount(dollarsIn(cost)) ?? amount(dollarsIn(cost_usd));
  const { currency = null, amount: told = cost.value ?? cost.total ?? cost.usd ?? null } = cost;
  const isOther = typeof currency === 'string' && !/^\s*(usd|us\$|\$)\s*$/i.test(currency);
  return isOther ? null : amount(dollarsIn(told));
}

/** A sum without its sign. */
function dollarsIn(value: JsonValue): JsonValue {
  return typeof value === 'string' ? value.replace(/^\s*(us)?\$\s*|\s*usd\s*$/gi, '') : value;
}

/** A number of at least 0, also where it is written as text; null for anything else. */
export function amount(value: JsonValue | undefined): number | null {
  if (typeof value === 'string' && !/^\s*\d+(\.\d+)?\s*$/.test(value)) return null;
  if (typeof value !== 'number' && typeof value !== 'string') return null;
  const number = Number(value);
  return Number.isFinite(number) && number >= 0 ? number : null;
}
