import { callbackUrl } from '../../core/callbacks/callback-line.ts';
import { type Failure, JobFailure, ReportedFailure } from '../../core/job/failures.ts';
import type { Output } from '../../core/job/outputs.ts';
import type { ProviderClient } from '../../core/provider.ts';
import { withoutSecrets } from '../../core/secrets.ts';

/**
 * The same client, which tells the API with each submission where to call back. What answers repeat of that address,
 * which is a secret, is taken out of all that is kept and shown.
 */
export function withCallbacks(client: ProviderClient, base: URL, secrets: readonly string[]): ProviderClient {
  const clean = withoutSecrets(secrets, '[webhook]');

  function cleaned(failure: Failure): Failure {
    const { message, code } = failure;
    return { ...failure, message: clean(message), code: typeof code === 'string' ? clean(code) : code };
  }

  function told(error: unknown): unknown {
    if (!(error instanceof JobFailure)) return error;
    const { failure, answer } = error;
    const meant = error instanceof ReportedFailure ? error.meant.message : '';
    if ([failure.message, String(failure.code), answer ?? '', meant].every((text) => clean(text) === text)) {
      return error;
    }
    const shown = new JobFailure(cleaned(failure), {
      ...{ retryAfterMs: error.retryAfterMs, costUsd: error.costUsd, helpedBy: error.helpedBy },
      answer: answer === null ? null : clean(answer),
    });
    return error instanceof ReportedFailure
      ? new ReportedFailure(shown, cleaned(error.meant), error.told)
      : shown;
  }

  async function quietly<T>(call: Promise<T>): Promise<T> {
    try {
      return await call;
    } catch (error) {
      throw told(error);
    }
  }

  function shown(output: Output): Output {
    return output.type === 'document' ? { ...output, text: clean(output.text) } : output;
  }

  return {
    submit: (job, signal, submission) => {
      if (submission === undefined) return quietly(client.submit(job, signal));
      const callback = callbackUrl(base, job.id, submission.attempt);
      return quietly(client.submit(job, signal, { ...submission, callback }));
    },
    status: (...args) => quietly(client.status(...args)),
    async result(...args) {
      const result = await quietly(client.result(...args));
      return result.phase === 'succeeded' ? { ...result, outputs: result.outputs.map(shown) } : result;
    },
    cancel: (...args) => quietly(client.cancel(...args)),
    ping: (signal) => client.ping(signal),
  };
}
