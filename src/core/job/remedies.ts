import type { FailureKind } from './failures.ts';
import type { JobStatus } from './job.ts';

/** What the user can do about a failure. */
export type Remedy =
  /** A new attempt, as a new submission. */
  | 'retry'
  /** Simply continue the run. */
  | 'resume'
  /** It is paid for and on the server: collecting submits nothing. */
  | 'fetch'
  /** The server may know it after all: asking submits nothing. */
  | 'ask_again'
  /** Only the user can find out what became of the submission. */
  | 'reconcile'
  /** The same input would be refused again. */
  | 'change_input'
  | 'renew_token'
  /** The API does not know its request under this token and address. */
  | 'check_account'
  | 'top_up'
  | 'raise_cap';

const remedies = {
  invalid_input: 'change_input',
  refused: 'change_input',
  model_not_found: 'change_input',
  unauthorized: 'renew_token',
  wrong_account: 'check_account',
  no_balance: 'top_up',
  capped: 'raise_cap',
  rate_limited: 'resume',
  submissions_held: 'resume',
  unreachable: 'resume',
  outage: 'resume',
  folder_lost: 'resume',
  ledger_held: 'resume',
  read_failed: 'fetch',
  server_error: 'fetch',
  unanswered: 'reconcile',
  generation_failed: 'retry',
  no_output: 'fetch',
  cancelled: 'retry',
  lost: 'ask_again',
  overdue: 'fetch',
  download_failed: 'fetch',
  not_put: 'resume',
  bucket_refused: 'resume',
  bucket_away: 'resume',
} as const satisfies Record<FailureKind, Remedy>;

/**
 * Failures after which a new attempt would probably be paid for in vain: it is never suggested, and only jobs that are
 * named get one.
 */
export const failuresNotRetried: ReadonlySet<FailureKind> = new Set(['refused', 'no_output']);

/** What to do about a job in this state that has this failure. */
export function remedyOf(kind: FailureKind, state: JobStatus): Remedy {
  const remedy = remedies[kind];
  // A submission that was written off is no longer in doubt, and what the server never had cannot be fetched.
  if (remedy === 'reconcile' && state !== 'unknown') return 'retry';
  return remedy === 'fetch' && state === 'pending' ? 'resume' : remedy;
}
