import { createHash } from 'node:crypto';
import { canonicalJson, type JsonObject } from '../core/json.ts';

/** What reached the simulator, so that tests can prove what a client did. */
export interface Census {
  /** By `bodyKey`: how many submits of this body were accepted, whether or not the client heard of it. */
  readonly accepted: Readonly<Record<string, number>>;
  /** By `bodyKey`: the ids that were given, in order. */
  readonly requestIds: Readonly<Record<string, readonly string[]>>;
  /** Sum over `accepted`. */
  readonly acceptedTotal: number;
  /** The bodies that were accepted more than once. */
  readonly doubled: readonly string[];
  /** Calls by endpoint, and in it by HTTP status, or `reset`, `silent`. */
  readonly calls: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** How often each fault struck, as `submit.resetAfter`. */
  readonly faults: Readonly<Record<string, number>>;
  /** Bytes of the bodies received and sent. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Requests to the file origin that carried an Authorization header. */
  readonly leakedAuthorization: number;
  /** Calls repeated before the Retry-After of the last answer to the same call was over. */
  readonly early: number;
  /** Most requests queued and running at any moment. */
  readonly mostInFlight: number;
}

/** Names one body: SHA-256, in hex, over the canonical JSON of `{input, model}`. */
export function bodyKey(model: string, input: JsonObject): string {
  return createHash('sha256').update(canonicalJson({ input, model })).digest('hex');
}

export interface Counting {
  accepted(key: string, requestId: string, inFlight: number): void;
  answered(endpoint: string, outcome: number | string, bytes: number): void;
  received(bytes: number): void;
  struck(endpoint: string, fault: string): void;
  leaked(): void;
  /** Notes that this call was told to wait until then. */
  heldOff(call: string, untilMs: number): void;
  /** A call has come; tells apart those that were told to wait. */
  came(call: string, nowMs: number): void;
  census(): Census;
}

export function counting(): Counting {
  const requestIds = new Map<string, string[]>();
  const calls = new Map<string, Map<string, number>>();
  const struck = new Map<string, number>();
  const heldOff = new Map<string, number>();
  let [acceptedTotal, bytesIn, bytesOut, leaked, early, mostInFlight] = [0, 0, 0, 0, 0, 0];

  return {
    accepted(key, requestId, inFlight) {
      acceptedTotal += 1;
      mostInFlight = Math.max(mostInFlight, inFlight);
      const known = requestIds.get(key);
      if (known) known.push(requestId);
      else requestIds.set(key, [requestId]);
    },
    answered(endpoint, outcome, bytes) {
      bytesOut += bytes;
      let outcomes = calls.get(endpoint);
      if (!outcomes) {
        outcomes = new Map();
        calls.set(endpoint, outcomes);
      }
      add(outcomes, String(outcome));
    },
    received(bytes) {
      bytesIn += bytes;
    },
    struck(endpoint, fault) {
      add(struck, `${endpoint}.${fault}`);
    },
    leaked() {
      leaked += 1;
    },
    heldOff(call, untilMs) {
      heldOff.set(call, untilMs);
    },
    came(call, nowMs) {
      const until = heldOff.get(call);
      if (until === undefined) return;
      if (nowMs < until) early += 1;
      else heldOff.delete(call);
    },
    census: () => ({
      accepted: Object.fromEntries([...requestIds].map(([key, ids]) => [key, ids.length])),
      requestIds: Object.fromEntries([...requestIds].map(([key, ids]) => [key, [...ids]])),
      acceptedTotal,
      doubled: [...requestIds].filter(([, ids]) => ids.length > 1).map(([key]) => key),
      calls: Object.fromEntries([...calls].map(([name, counts]) => [name, Object.fromEntries(counts)])),
      faults: Object.fromEntries(struck),
      bytesIn,
      bytesOut,
      leakedAuthorization: leaked,
      early,
      mostInFlight,
    }),
  };
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
