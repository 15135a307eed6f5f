/** What a failure does to its job. `stalled`: the job keeps its state, and the next run continues it. */
export type Consequence = 'stalled' | 'failed' | 'cancelled' | 'lost' | 'unknown';

/** The word in `error.class` of the manifest. */
export type ErrorClass =
  | 'invalid'
  | 'auth'
  | 'balance'
  | 'rate'
  | 'server'
  | 'network'
  | 'model'
  | 'refused'
  | 'timeout'
  | 'download'
  | 'unknown_submit'
  | 'folder'
  | 'no_output';

interface FailureRule {
  readonly class: ErrorClass;
  /** The same call may be repeated, since it cost nothing and may succeed. */
  readonly transient: boolean;
  readonly becomes: Consequence;
  /** No further job is submitted in this run. */
  readonly halts?: true;
}

/** Everything that can go wrong with a job. Retry, resume and halt follow from this table alone. */
export const failureKinds = {
  /** The server refused this input (422, 400). Nothing was generated. */
  invalid_input: { class: 'invalid', transient: false, becomes: 'failed' },
  /** The provider's content policy refused this input, before or after it ran. Another attempt would be charged as well. */
  refused: { class: 'refused', transient: false, becomes: 'failed' },
  /** There is no such model (404 on submission): every job would be refused. */
  model_not_found: { class: 'invalid', transient: false, becomes: 'stalled', halts: true },
  /** Token or account refused (401, 403). */
  unauthorized: { class: 'auth', transient: false, becomes: 'stalled', halts: true },
  /** The API knows none of the run folder's requests: probably the wrong account or the wrong address. */
  wrong_account: { class: 'auth', transient: false, becomes: 'stalled', halts: true },
  /** The balance is used up (402). */
  no_balance: { class: 'balance', transient: false, becomes: 'stalled', halts: true },
  /** The user's own cap would be crossed. */
  capped: { class: 'balance', transient: false, becomes: 'stalled', halts: true },
  /** 429: not accepted. */
  rate_limited: { class: 'rate', transient: true, becomes: 'stalled' },
  /** 429 with a longer Retry-After than a run waits for, or nothing but 429 for too long. */
  submissions_held: { class: 'rate', transient: false, becomes: 'stalled', halts: true },
  /** Name resolution, connection or TLS failed before a byte of the request left. */
  unreachable: { class: 'network', transient: true, becomes: 'stalled', halts: true },
  /** Submissions went unanswered for longer than `--outage` allows. */
  outage: { class: 'network', transient: false, becomes: 'stalled', halts: true },
  /** The run folder or its ledger was moved, removed or replaced, or another process has taken it over. */
  folder_lost: { class: 'folder', transient: false, becomes: 'stalled', halts: true },
  /** Another program has held the ledger for a long time. */
  ledger_held: { class: 'folder', transient: false, becomes: 'stalled', halts: true },
  /** A read (status, result, download) was cut off, timed out or was unreadable. */
  read_failed: { class: 'network', transient: true, becomes: 'stalled' },
  /** 5xx or 408 on a read. */
  server_error: { class: 'server', transient: true, becomes: 'stalled' },
  /** The submission left and no usable answer came: it may be running and billed. */
  unanswered: { class: 'unknown_submit', transient: false, becomes: 'unknown' },
  /** The server ran it and reports that it failed. */
  generation_failed: { class: 'model', transient: false, becomes: 'failed' },
  /** It succeeded but holds nothing that can be kept as a file. Another attempt would be charged as well. */
  no_output: { class: 'no_output', transient: false, becomes: 'failed' },
  cancelled: { class: 'model', transient: false, becomes: 'cancelled' },
  /** The server no longer knows the id (404, 403 on status or result). */
  lost: { class: 'server', transient: false, becomes: 'lost' },
  /** It did not end within `--job-timeout`. */
  overdue: { class: 'timeout', transient: false, becomes: 'stalled' },
  /** Its files could not be fetched or are not what they should be. Transient: fresh links can be requested. */
  download_failed: { class: 'download', transient: true, becomes: 'stalled' },
  /** Its files are on disk, but could not be put into the bucket or on the mount, which takes others. */
  not_put: { class: 'folder', transient: false, becomes: 'stalled' },
  /** The bucket or mount refuses files: every job would end like this one. */
  bucket_refused: { class: 'folder', transient: false, becomes: 'stalled', halts: true },
  /** The bucket or mount did not answer for longer than `--outage` allows. */
  bucket_away: { class: 'network', transient: false, becomes: 'stalled', halts: true },
} as const satisfies Record<string, FailureRule>;

export type FailureKind = keyof typeof failureKinds;

/** What keeps a job from continuing, as the ledger and the manifest record it. */
export interface Failure {
  readonly kind: FailureKind;
  /** One whole sentence, free of secrets. */
  readonly message: string;
  /** The HTTP status; null: no answer came. */
  readonly http: number | null;
  /** The API's own `error_code`; null: it gave none. */
  readonly code: number | string | null;
  /** The id that an otherwise unusable answer to a submission named: what `--adopt` may take. */
  readonly offeredId?: string;
}

export function failureRule(kind: FailureKind): FailureRule {
  return failureKinds[kind];
}

export function failure(
  kind: FailureKind,
  message: string,
  seen: { http?: number | null; code?: number | string | null; offeredId?: string | null } = {},
): Failure {
  const { http = null, code = null, offeredId = null } = seen;
  return { kind, message, http, code, ...(offeredId === null ? {} : { offeredId }) };
}

/** What may turn a failed download into a file: the same link again, a fresh link from the result, or neither. */
export type Help = 'another_try' | 'another_link' | 'nothing';

/**
 * Thrown by ports for a failure of one job. `retryAfterMs` is the wait that the server asked for, if it did; `answer`
 * is the text of a paid answer that holds nothing else.
 */
export class JobFailure extends Error {
  override readonly name = 'JobFailure';
  readonly failure: Failure;
  readonly retryAfterMs: number | null;
  readonly costUsd: number | null;
  readonly answer: string | null;
  readonly helpedBy: Help;

  constructor(
    cause: Failure,
    extra: {
      retryAfterMs?: number | null;
      costUsd?: number | null;
      answer?: string | null;
      helpedBy?: Help;
      cause?: unknown;
    } = {},
  ) {
    super(cause.message, { cause: extra.cause });
    this.failure = cause;
    this.retryAfterMs = extra.retryAfterMs ?? null;
    this.costUsd = extra.costUsd ?? null;
    this.answer = extra.answer ?? null;
    this.helpedBy = extra.helpedBy ?? 'another_try';
  }
}

/**
 * A result was answered with an error by which the server may mean that the generation failed. It is believed once the
 * server has repeated it often enough for a request that has ended: `plainly` needs less time than `perhaps`.
 */
export class ReportedFailure extends JobFailure {
  readonly meant: Failure;
  readonly told: 'plainly' | 'perhaps';

  constructor(failed: JobFailure, meant: Failure, told: 'plainly' | 'perhaps') {
    super(failed.failure, { retryAfterMs: failed.retryAfterMs });
    this.meant = meant;
    this.told = told;
  }
}
