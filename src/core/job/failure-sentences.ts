import type { Failure, FailureKind } from './failures.ts';

/** How the message of a failure begins; what the server said follows. */
export const sentences = {
  invalid_input: 'The API refused this input',
  refused: "The provider's content policy refused this input",
  model_not_found: 'The API does not know this model',
  unauthorized: 'The API refused the token or its account',
  wrong_account: 'The API knows none of the requests of this run folder',
  no_balance: 'The account balance is too low',
  capped: 'The cap on cost was reached',
  rate_limited: 'The API reported that its rate limit was reached',
  submissions_held: 'The API accepts no submissions for now',
  unreachable: 'The API could not be reached',
  outage: 'Submissions went unanswered for too long',
  folder_lost: 'The run has lost its folder',
  ledger_held: 'Another program has locked the ledger',
  read_failed: 'The API gave no usable answer',
  server_error: 'The API reported an internal error',
  unanswered: 'The submission got no usable answer; it may have been accepted and billed',
  generation_failed: 'The generation failed',
  no_output: 'The generation finished but has no output',
  cancelled: 'The generation was cancelled',
  lost: 'The API no longer knows this request',
  overdue: 'The generation did not finish in time',
  download_failed: 'The download failed',
  not_put: 'The files could not be put where --files says',
  bucket_refused: 'The place for files refused them',
  bucket_away: 'The place for files did not answer for too long',
} as const satisfies Record<FailureKind, string>;

/** The same failure as one of another kind: its message begins with that kind's sentence. */
export function retold(told: Failure, kind: FailureKind): Failure {
  const before = sentences[told.kind];
  const rest = told.message.startsWith(before) ? told.message.slice(before.length) : `: ${told.message}`;
  return { ...told, kind, message: `${sentences[kind]}${rest}` };
}
