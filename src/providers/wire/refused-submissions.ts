import { retold, sentences } from '../../core/job/failure-sentences.ts';
import { type Failure, failure, JobFailure } from '../../core/job/failures.ts';
import type { JobId } from '../../core/job/job.ts';
import type { ProviderClient } from '../../core/provider.ts';
import { refusalStatus } from './answers.ts';
import { DoubtfulRefusal } from './faults.ts';

/**
 * The same client, which finds out what a submission that was refused with 401 or 403 was refused for, before anybody
 * stops for the token: something free is asked with it, once for all that are refused meanwhile.
 *
 * - Answered: the token is good. A 403, or a web page, is about this input, which alone fails. A 401 is about the token
 *   by its own meaning: before anything was accepted it stands (an account without access to its model refuses every
 *   row). After that such a job is submitted once more, and fails if it is refused so again.
 * - Refused too, with 401 or with 403 and JSON: it is the token.
 * - Not answered: nobody knows. Nothing was accepted, so that the job may be submitted again.
 */
export function withRefusalsTold(client: ProviderClient): ProviderClient {
  const doubted = new Set<JobId>();
  let hasAccepted = false;
  let asking: Promise<Failure | null> | null = null;

  /** Why the free call failed; null: it was answered. */
  async function ping(signal: AbortSignal): Promise<Failure | null> {
    try {
      await client.ping(signal);
      return null;
    } catch (error) {
      if (error instanceof JobFailure) return error.failure;
      throw error;
    }
  }

  async function judged(refusal: DoubtfulRefusal, job: JobId, signal: AbortSignal): Promise<JobFailure> {
    const { aboutInput, failure: aboutToken } = refusal;
    const status = refusalStatus(aboutToken.code) ?? aboutToken.http;
    const isAboutToken = status === 401 && aboutInput.kind === 'invalid_input';
    if (isAboutToken && !hasAccepted) return refusal;
    asking ??= ping(signal).finally(() => {
      asking = null;
    });
    const trouble = await asking;
    if (trouble !== null) return provesRefusal(trouble) ? refusal : mayRepeat(aboutToken, trouble);
    if (!isAboutToken || doubted.delete(job)) return new JobFailure(aboutInput);
    doubted.add(job);
    return mayRepeat(aboutToken, null);
  }

  return {
    async submit(job, signal, submission) {
      try {
        const request = await client.submit(job, signal, submission);
        hasAccepted = true;
        doubted.delete(job.id);
        return request;
      } catch (error) {
        throw error instanceof DoubtfulRefusal ? await judged(error, job.id, signal) : error;
      }
    },
    status: (request, signal) => client.status(request, signal),
    result: (...args) => client.result(...args),
    cancel: (request, signal) => client.cancel(request, signal),
    ping: (signal) => client.ping(signal),
  };
}

/** A read's 403 is taken for a request of another account; of what has no request it is about the token. */
function provesRefusal({ kind, http }: Failure): boolean {
  return kind === 'unauthorized' || (kind === 'lost' && http === 403);
}

/** Refused, and so not accepted: of the kind that is submitted again. */
function mayRepeat(refused: Failure, trouble: Failure | null): JobFailure {
  const { message } = retold(refused, 'unreachable');
  const said = message.slice(sentences.unreachable.length).replace(/^: /, '');
  const check =
    trouble === null
      ? 'though it accepts the token for other calls'
      : `and whether it accepts the token could not be asked. ${trouble.message}`;
  const end = trouble === null ? '.' : '';
  return new JobFailure(
    failure('unreachable', `The API refused a submission${clause(said)}, ${check}${end}`, {
      http: refused.http,
      code: refused.code,
    }),
  );
}

/** ` (HTTP 403): Forbidden` without the full stop at its end. */
function clause(said: string): string {
  return said.replace(/[.]$/, '');
}
