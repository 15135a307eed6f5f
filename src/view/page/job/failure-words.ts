import type { ErrorClass } from '../../../core/job/failures.ts';
import type { PageJob } from '../../page-data.ts';

/** What the page says in place of a class of errors, which is a word of the manifest. */
const errorWords = {
  invalid: 'input not accepted',
  auth: 'token or account refused',
  balance: 'balance or cap reached',
  rate: 'rate limit reached',
  server: 'server error',
  network: 'connection failed',
  model: 'generation failed',
  refused: 'refused by the content filter',
  timeout: 'took too long',
  download: 'download failed',
  unknown_submit: 'no answer to the submission',
  folder: 'run folder not usable',
  no_output: 'no output',
} as const satisfies Record<ErrorClass, string>;

/** Why a job has no result, in a few words; null: nothing went wrong. */
export function reasonOf({ error, state }: Pick<PageJob, 'error' | 'state'>): string | null {
  if (error === null) return null;
  if (state === 'cancelled') return 'cancelled';
  return state === 'lost' ? 'no longer on the server' : errorWords[error.class];
}
