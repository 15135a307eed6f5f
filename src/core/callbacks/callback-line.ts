import type { Instant } from '../job/job.ts';
import { isJsonObject } from '../json.ts';

/** The file of a run folder in which a receiver keeps what it has heard, one JSON object per line. */
export const callbacksFile = 'callbacks.jsonl';

/** What the API has told of one attempt of a job. */
export interface HeardCallback {
  readonly job: string;
  readonly attempt: number;
  readonly requestId: string;
  /** The state in the API's own word; null: it named none. */
  readonly status: string | null;
  readonly at: Instant;
}

/** Longer than any line that is written: whatever is, was written by nobody here. */
export const maxLineLength = 1_024;

export function callbackLine({ job, attempt, requestId, status, at }: HeardCallback): string {
  const line = { job, attempt, request_id: requestId, status, at: new Date(at).toISOString() };
  return `${JSON.stringify(line)}\n`;
}

/** null: it is anything else, or what a kill has left of one. */
export function readCallbackLine(line: string): HeardCallback | null {
  if (line.length > maxLineLength) return null;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (!isJsonObject(value)) return null;
  const { job, attempt, request_id: requestId, status, at } = value;
  if (typeof job !== 'string' || !isJobId(job) || typeof requestId !== 'string') return null;
  if (typeof attempt !== 'number' || !isAttempt(attempt)) return null;
  const time = typeof at === 'string' ? Date.parse(at) : Number.NaN;
  return {
    job,
    attempt,
    requestId,
    status: typeof status === 'string' ? status : null,
    at: (Number.isFinite(time) ? time : 0) as Instant,
  };
}

const maxAttempt = 9_999;

function isAttempt(attempt: number): boolean {
  return Number.isInteger(attempt) && attempt >= 1 && attempt <= maxAttempt;
}

function isJobId(text: string): boolean {
  return /^[0-9a-f]{16}$/.test(text);
}

/** Where the API is to call back for one attempt of a job, below the base that the user gives. */
export function callbackUrl(base: URL, job: string, attempt: number): string {
  return `${base.href.replace(/\/+$/, '')}/${job}/${attempt}`;
}

/** The job and the attempt that the end of such a path names; null: none. Nothing is decoded: none of it needs to be. */
export function namedInPath(
  job: string,
  attempt: string,
): { readonly job: string; readonly attempt: number } | null {
  if (!isJobId(job) || !/^[1-9]\d{0,3}$/.test(attempt)) return null;
  return { job, attempt: Number(attempt) };
}
