import { failure, JobFailure } from '../../core/job/failures.ts';
import type { Job } from '../../core/job/job.ts';
import { isFile } from '../../core/job/outputs.ts';
import type { JsonObject } from '../../core/json.ts';
import type {
  CancelOutcome,
  ProviderClient,
  RemoteRequest,
  RemoteResult,
  RemoteStatus,
} from '../../core/provider.ts';
import { withoutSecrets } from '../../core/secrets.ts';
import type { Answer, Broken } from '../../core/transport.ts';
import { cleanText, failedResultText } from '../../http/server-text.ts';
import type { ErrorCodes, ErrorWords } from './answers.ts';
import { type AuthorizedCalls, authorizedCalls, type Endpoint } from './authorized.ts';
import { answerFault, brokenFault, outcomeFault, resultFault, unreadableFault } from './faults.ts';
import type { ReadOutputs, ResultContext } from './output-reader.ts';
import { readsOf, succeeded } from './reads.ts';
import { refuses, saysRefusal } from './refusals.ts';
import { type SentBody, sentBody } from './sent-body.ts';
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

/** What one API with a queue does in its own way: paths, bodies, codes, the form of its results and errors. */
interface QueueApi {
  readonly codes: ErrorCodes;
  /** null: no model can have such a name. `callback`: where the API is to call back; absent: nowhere. */
  submission(job: Job, callback?: string): { readonly path: string; readonly body: string } | null;
  requestPath(request: RemoteRequest, what: 'status' | 'result' | 'cancel'): string;
  readOutputs(body: JsonObject, context: ResultContext): ReadOutputs;
  readonly words?: ErrorWords;
  /** How long a machine worked on a request, by its result; null: it does not say. */
  readonly workedMs?: (body: JsonObject) => number | null;
  /** Asks something free; the second call is for where the first is missing. */
  ping(calls: AuthorizedCalls, signal: AbortSignal): readonly (() => Promise<Answer | Broken>)[];
}

/**
 * An API with a queue, one attempt per call. Throws `JobFailure`, and the signal's reason for an aborted call; but a
 * submission that is aborted after it left is `unanswered`, since nobody can call it back.
 */
export function queueClient(given: Endpoint, api: QueueApi): ProviderClient {
  const endpoint = { ...given, codes: api.codes, words: api.words };
  const { token } = given;
  const calls = authorizedCalls(given);
  const { body: bodyOf, read } = readsOf(endpoint);
  const withoutToken = withoutSecrets([token], '');
  const kept = keptOutputs(token);
  const redacted = withoutSecrets([token], '[token]');
  const failedText = (body: JsonObject): string => api.words?.(body)?.said ?? failedResultText(body);

  function isRefusal(body: JsonObject, own: SentBody): boolean {
    const told = api.words?.(body) ?? null;
    return told === null ? saysRefusal(body, own) : told.mayBePolicy && refuses(own.without(told.said));
  }

  function shown(status: RemoteStatus): RemoteStatus {
    if (status.phase !== 'unrecognised') return status;
    return { phase: status.phase, word: cleanText(status.word, token, 60) };
  }

  return {
    async submit(job, signal, { callback } = { attempt: 1 }) {
      const submission = api.submission(job, callback);
      if (submission === null) {
        throw new JobFailure(failure('model_not_found', 'The API has no model with such a name.'));
      }
      const end = await calls.submit(submission.path, submission.body, signal);
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
      // With the job's model, the id alone finds it.
      return { id, model: job.model, ref: null };
    },

    async status(request, signal) {
      const call = calls.read('GET', api.requestPath(request, 'status'), signal);
      const { value } = await read(call, signal, readStatus);
      return shown(value);
    },

    async result(request, signal, sent): Promise<RemoteResult> {
      const call = calls.readLong(api.requestPath(request, 'result'), signal);
      const own = sentBody(sent ?? null);
      const faultOf = (answer: Answer): JobFailure =>
        resultFault(answer, { ...endpoint, withoutSent: own.without });
      const { body, value, text } = await read(call, signal, readOutcome, undefined, faultOf);
      if (value.type === 'unfinished') return { phase: 'unfinished', status: shown(value.status) };
      const { costUsd } = value;
      const seen = { context: endpoint, code: errorCode(body), costUsd };
      switch (value.type) {
        case 'succeeded': {
          const found = api.readOutputs(body, { base: given.base, id: request.id, sent: own });
          const outputs = found.outputs.map(kept);
          if (outputs.some(isFile)) {
            const busyMs = api.workedMs?.(body) ?? null;
            return { phase: 'succeeded', outputs, costUsd, ...(busyMs === null ? {} : { busyMs }) };
          }
          const { flag } = found;
          const kind = flag !== null || isRefusal(body, own) ? 'refused' : 'no_output';
          const words = [flag ?? failedText(body), "the server's answer is kept in the folder"]
            .filter(Boolean)
            .join('; ');
          throw outcomeFault(kind, words, { ...seen, rawAnswer: redacted(text) });
        }
        case 'failed': {
          const kind = isRefusal(body, own) ? 'refused' : 'generation_failed';
          throw outcomeFault(kind, failedText(body), seen);
        }
        case 'cancelled':
          throw outcomeFault('cancelled', failedText(body), seen);
      }
    },

    async cancel(request, signal): Promise<CancelOutcome> {
      const call = calls.read('POST', api.requestPath(request, 'cancel'), signal);
      const { value } = await read(call, signal, readCancel, null);
      return value;
    },

    async ping(signal) {
      const [first, second] = api.ping(calls, signal);
      const end = await first?.();
      if (end === undefined) return;
      const last = second !== undefined && lacksIt(end) ? await second() : end;
      if (!lacksIt(last)) bodyOf(last, signal, null);
    },
  };
}

/** The API itself says that it has no such call. */
function lacksIt(end: Answer | Broken): boolean {
  return end.type === 'answered' && [404, 405, 501].includes(end.status) && !isWebPage(end.text);
}
