import { UserError } from '../../core/complaints.ts';
import { retold } from '../../core/job/failure-sentences.ts';
import type { JobFailure } from '../../core/job/failures.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Answer, Broken } from '../../core/transport.ts';
import { errorText } from '../../http/server-text.ts';
import { refusalStatus } from './answers.ts';
import type { CodedEndpoint } from './authorized.ts';
import { answerFault, brokenWords, unreadableFault } from './faults.ts';
import { errorCode, parseBody } from './wire.ts';

/** Understands the answers of a catalogue. Throws `UserError`, and the signal's reason for an aborted call. */
interface CatalogueReads {
  /** `what` names it in sentences, such as `model acme/cat`. */
  readBody(end: Answer | Broken, what: string, signal: AbortSignal): JsonObject;
  /** The error for an answer of success without what it should hold. */
  lacking(what: string, end: Answer | Broken): UserError;
  /** Whether an answer says that there is no such model. */
  isMissing(end: Answer | Broken): boolean;
}

interface Ways {
  /** How to go on without it, such as `give its inputs with --schema FILE`; null: there is no way. */
  without(what: string): string | null;
}

export function catalogueReads(endpoint: CodedEndpoint, { without }: Ways): CatalogueReads {
  function lacking(what: string, end: Answer | Broken): UserError {
    return complaint(what, unreadableFault('read', end as Answer, what, endpoint));
  }

  function unreached(what: string, broken: Broken): UserError {
    const why = broken.sent ? 'the API gave no whole answer' : 'the API cannot be reached';
    const way = without(what);
    return new UserError(
      'api_unreachable',
      `The ${what} could not be read, since ${why}: ${brokenWords(broken, endpoint.base)}.`,
      way === null ? tryAgain : `Try again later, check --base-url, or ${way}.`,
    );
  }

  return {
    readBody(end, what, signal) {
      if (end.type === 'broken') {
        if (end.why === 'aborted') throw signal.reason;
        throw unreached(what, end);
      }
      const body = parseBody(end.text);
      if (end.status < 200 || end.status > 299 || (body !== null && errorCode(body) !== null)) {
        throw complaint(what, answerFault('read', end, endpoint));
      }
      if (body === null) throw lacking(what, end);
      return body;
    },

    lacking,

    /** By its code, by 404, or by words that can mean nothing else. */
    isMissing(end) {
      if (end.type === 'broken') return false;
      const body = parseBody(end.text);
      const code = body === null ? null : errorCode(body);
      const meaning = code === null ? undefined : endpoint.codes.meanings.get(code)?.submit;
      const meant = refusalStatus(code) ?? end.status;
      if (meaning === 'model_not_found' || meant === 404) return true;
      if (end.status === 404 && meaning !== 'unauthorized') return true;
      const isRefusal = end.status >= 400 && end.status <= 499 && end.status !== 401 && end.status !== 403;
      return isRefusal && body !== null && unknownWords.test(errorText(body));
    },
  };
}

const unknownWords =
  /\b(no such|unknown) (model|deployment)|\b(model|deployment)\b.{0,200}\b(not found|not exist|unknown)/i;
const tryAgain = 'Try again later, or check --base-url.';

/** A read of the catalogue belongs to no job, so its failure is the user's to know. */
function complaint(what: string, { failure }: JobFailure): UserError {
  // It names no request that the API could have lost.
  const told =
    failure.kind === 'lost'
      ? retold(failure, failure.http === 403 ? 'unauthorized' : 'read_failed')
      : failure;
  const sentence = `The ${what} could not be read. ${told.message}`;
  return told.kind === 'unauthorized'
    ? new UserError('token', sentence, 'Check the API token; a regenerated one replaces the old at once.')
    : new UserError('api_unreachable', sentence, tryAgain);
}
