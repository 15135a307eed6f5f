import { failure, JobFailure } from '../../core/job/failures.ts';
import type { RequestId } from '../../core/job/job.ts';
import { isFile } from '../../core/job/outputs.ts';
import type { ProviderClient, RemoteResult, RemoteStatus } from '../../core/provider.ts';
import { withoutSecrets } from '../../core/secrets.ts';
import type { Answer, Broken } from '../../core/transport.ts';
import { cleanText, failedResultText } from '../../http/server-text.ts';
import { authorizedCalls, type Endpoint, modelPath } from './authorized.ts';
import { balanceUrl } from './base-url.ts';
import { answerFault, brokenFault, outcomeFault, resultFault, unreadableFault } from './faults.ts';
import { readOutputs } from './output-reader.ts';
import { readsOf, succeeded } from './reads.ts';
import { saysRefusal } from './refusals.ts';
import { sentBody } from './sent-body.ts';
import { keptOutputs } from './traced-outputs.ts';
import {
  errorCode,
  isWebPage,
  offeredId,
  parseBody,
  parseRequestId,
  readCancel,
  readOutcome,
  readStatus,
} from './wire.ts';

export type { Endpoint } from './authorized.ts';

/**
 * The Model API, one attempt per call. Throws `JobFailure`, and the signal's reason for an aborted call; but a submit
 * that is aborted after it left is `unanswered`, since nobody can call it back.
 */
export function apiClient(endpoint: Endpoint): ProviderClient {
  const calls = authorizedCalls(endpoint);
  const { body: bodyOf, read } = readsOf(endpoint);
  const withoutToken = withoutSecrets([endpoint.token], '');
  const kept = keptOutputs(endpoint.token);
  const redacted = withoutSecrets([endpoint.token], '[token]');

  function shown(status: RemoteStatus): RemoteStatus {
    if (status.phase !== 'unrecognised') return status;
    return { phase: status.phase, word: cleanText(status.word, endpoint.token, 60) };
  }

  return {
    async submit(job, signal) {
      const path = modelPath(job.model);
      if (path === null) {
        throw new JobFailure(failure('model_not_found', 'The API has no model with such a name.'));
      }
      const end = await calls.submit(`/v1/models/${path}`, JSON.stringify(job.input), signal);
      if (end.type === 'broken') {
        if (end.why === 'aborted' && !end.sent) throw signal.reason;
        throw brokenFault('submit', end, endpoint);
      }
      const body = parseBody(end.text);
      const saysError = body !== null && errorCode(body) !== null;
      // An error beside an id may be about something that runs all the same.
      if (!succeeded(end) || (saysError && offeredId(end.text) === null)) {
        throw answerFault('submit', end, { ...endpoint, withoutSent: sentBody(job.input).without });
      }
      const id = saysError ? null : parseRequestId(body?.request_id);
      // A token that comes back as an id would be kept and shown as one.
      if (id === null || withoutToken(id) !== id) {
        throw unreadableFault('submit', end, 'usable request id', endpoint);
      }
      // The id alone finds it: the API's paths need neither a model nor a deployment.
      return { id, model: job.model, ref: null };
    },

    async status({ id }, signal) {
      const { value } = await read(calls.read('GET', requestPath(id, 'status'), signal), signal, readStatus);
      return shown(value);
    },

    async result({ id }, signal, sent): Promise<RemoteResult> {
      const call = calls.readLong(requestPath(id, 'result?include_cost=true'), signal);
      const own = sentBody(sent ?? null);
      const faultOf = (answer: Answer): JobFailure =>
        resultFault(answer, { ...endpoint, withoutSent: own.without });
      const { body, value, text } = await read(call, signal, readOutcome, undefined, faultOf);
      if (value.type === 'unfinished') return { phase: 'unfinished', status: shown(value.status) };
      const { costUsd } = value;
      const seen = { context: endpoint, code: errorCode(body), costUsd };
      switch (value.type) {
        case 'succeeded': {
          const found = readOutputs(body, { base: endpoint.base, id, sent: own });
          const outputs = found.outputs.map(kept);
          if (outputs.some(isFile)) return { phase: 'succeeded', outputs, costUsd };
          const { flag } = found;
          const kind = flag !== null || saysRefusal(body, own) ? 'refused' : 'no_output';
          const words = [flag ?? failedResultText(body), "the server's answer is kept in the folder"]
            .filter(Boolean)
            .join('; ');
          throw outcomeFault(kind, words, { ...seen, rawAnswer: redacted(text) });
        }
        case 'failed':
          throw outcomeFault(
            saysRefusal(body, own) ? 'refused' : 'generation_failed',
            failedResultText(body),
            seen,
          );
        case 'cancelled':
          throw outcomeFault('cancelled', failedResultText(body), seen);
      }
    },

    async cancel({ id }, signal) {
      const call = calls.read('POST', requestPath(id, 'cancel'), signal);
      const { value } = await read(call, signal, readCancel, null);
      return value;
    },

    async ping(signal) {
      const balance = await calls.readAt(balanceUrl(endpoint.base), signal);
      // A base that keeps no wallets has models all the same, or at least an answer: the token passed either way.
      const end = lacksIt(balance) ? await calls.read('GET', '/v1/models?limit=1', signal) : balance;
      if (!lacksIt(end)) bodyOf(end, signal, null);
    },
  };
}

function requestPath(id: RequestId, what: string): string {
  return `/v1/requests/${encodeURIComponent(id)}/${what}`;
}

/** The API itself says that it has no such call. */
function lacksIt(end: Answer | Broken): boolean {
  return end.type === 'answered' && [404, 405, 501].includes(end.status) && !isWebPage(end.text);
}
