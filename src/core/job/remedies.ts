import type { FailureKind } from './failures.ts';
import type { JobStatus } from './job.ts';

/** What the user can do about a failure. */
export type Remedy =
  /** A new attempt, as a new submit. */
  | 'retry'
  /** Nothing else than to go on. */
  | 'resume'
  /** It is paid for and at the server: collecting submits nothing. */
  | 'fetch'
  /** The server may know it after all: asking submits nothing. */
  | 'ask_again'
  /** Only the user can say what became of the submit. */
  | 'reconcile'
  /** The same input would be refused again. */
  | 'change_input'
  | 'renew_token'
  /** Its request is not known under this token, at this address. */
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
} as const satisfies Record<FailureKind, Remedy>;

/**
 * Failures after which a new attempt would most likely be paid for in vain: nobody is told to make one, and only who
 * names the job gets one.
 */
export const failuresNotRetried: ReadonlySet<FailureKind> = new Set(['refused', 'no_output']);

/** What deals with a job that this failure holds in this state. */
export function remedyOf(kind: FailureKind, state: JobStatus): Remedy {
  const remedy = remedies[kind];
  // A submit that was written off is no longer in doubt, and what the server never had cannot be fetched.
  if (remedy === 'reconcile' && state !== 'unknown') return 'retry';
  return remedy === 'fetch' && state === 'pending' ? 'resume' : remedy;
}
