import type { JobFailure } from '../../core/job/failures.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Answer, Broken } from '../../core/transport.ts';
import type { CodedEndpoint } from './authorized.ts';
import { answerFault, brokenFault, unreadableFault } from './faults.ts';
import { errorCode, parseBody, readOutcome } from './wire.ts';

/** A successful read: its body, what was read from it, and its text. */
interface Read<T> {
  readonly body: JsonObject;
  readonly value: T;
  readonly text: string;
}

/** Understands the answers to reads. Throws `JobFailure`, and the signal's reason for an aborted call. */
interface Reads {
  /** The body of a successful answer without an `error_code`; `tolerated` is a code that counts as none. */
  body(
    end: Answer | Broken,
    signal: AbortSignal,
    tolerated: number | null,
    faultOf?: (answer: Answer) => JobFailure,
  ): JsonObject;
  /** `reader` returns null for a body that it cannot read. By default, the code of an unfinished request is tolerated. */
  read<T>(
    call: Promise<Answer | Broken>,
    signal: AbortSignal,
    reader: (body: JsonObject) => T | null,
    tolerated?: number | null,
    faultOf?: (answer: Answer) => JobFailure,
  ): Promise<Read<T>>;
}

export function readsOf(endpoint: CodedEndpoint): Reads {
  function bodyOf(
    end: Answer | Broken,
    signal: AbortSignal,
    tolerated: number | null,
    faultOf: (answer: Answer) => JobFailure = (answer) => answerFault('read', answer, endpoint),
  ): JsonObject {
    if (end.type === 'broken') {
      if (end.why === 'aborted') throw signal.reason;
      throw brokenFault('read', end, endpoint);
    }
    const body = parseBody(end.text);
    const code = body === null ? null : errorCode(body);
    if (code !== null && code === tolerated) return { status: 'in_progress' };
    // A failed generation may report its code beside its state: that is an outcome, not a failed read.
    const told = body !== null && code !== null && readOutcome(body)?.type === 'failed';
    if (!succeeded(end) || (code !== null && !told)) throw faultOf(end);
    if (body === null) throw unreadableFault('read', end, 'state', endpoint);
    return body;
  }

  return {
    body: bodyOf,
    async read(call, signal, reader, tolerated = endpoint.codes.unfinished, faultOf = undefined) {
      const end = await call;
      const body = bodyOf(end, signal, tolerated, faultOf);
      const value = reader(body);
      const { text } = end as Answer;
      if (value === null) throw unreadableFault('read', end as Answer, 'state', endpoint);
      return { body, value, text };
    },
  };
}

export function succeeded(answer: Answer): boolean {
  return answer.status >= 200 && answer.status < 300;
}
