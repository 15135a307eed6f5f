import { createHash } from 'node:crypto';
import { canonicalJson, type JsonObject } from '../core/json.ts';

/** What reached the simulator, so that tests can prove what a client did. */
export interface Census {
  /** By `bodyKey`: how many submissions of this body were accepted, whether or not the client learned of it. */
  readonly accepted: Readonly<Record<string, number>>;
  /** By `bodyKey`: the ids that were returned, in order. */
  readonly requestIds: Readonly<Record<string, readonly string[]>>;
  /** Sum over `accepted`. */
  readonly acceptedTotal: number;
  /** The bodies that were accepted more than once. */
  readonly doubled: readonly string[];
  /** Calls by endpoint, and in it by HTTP status, or `reset`, `silent`. */
  readonly calls: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** How often each fault struck, as `submit.resetAfter`. */
  readonly faults: Readonly<Record<string, number>>;
  /** By `bodyKey`: the bodies whose submission had a fault of its own. `resetUnread` is not counted: no body was read. */
  readonly struckSubmits: readonly string[];
  /** Every outage that was ever in the rules, in order. */
  readonly outages: readonly OutageCount[];
  /** Bytes of the bodies received and sent. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Requests to the file origin that carried an Authorization header. */
  readonly leakedAuthorization: number;
  /** Calls repeated before the Retry-After of the last answer to the same call was over. */
  readonly early: number;
  /** The maximum number of requests queued and running at any moment. */
  readonly maxInFlight: number;
}

/** What arrived during one outage. */
interface OutageCount {
  /** The outage as it was written. */
  readonly rule: string;
  readonly calls: number;
  /** Calls that were submissions. */
  readonly submits: number;
  /** By `bodyKey`: the bodies of those submissions, each once. */
  readonly bodies: readonly string[];
  /** The ids of submissions that were accepted although their answer was lost. */
  readonly accepted: readonly string[];
}

/** Names one body: SHA-256, in hex, over the canonical JSON of `{input, model}`. */
export function bodyKey(model: string, input: JsonObject): string {
  return createHash('sha256').update(canonicalJson({ input, model })).digest('hex');
}

export interface Counting {
  accepted(key: string, requestId: string, inFlight: number): void;
  answered(endpoint: string, outcome: number | string, bytes: number): void;
  received(bytes: number): void;
  /** `body` is the `bodyKey` of a submission, null for other calls. */
  struck(endpoint: string, fault: string, body: string | null): void;
  /** Counts by these outages from now on. */
  outagesFollowed(rules: readonly string[]): void;
  /** A call met the outage of this number. `body` is the `bodyKey` of a submission, `accepted` its id if it was accepted anyway. */
  metOutage(index: number, body: string | null, accepted: string | null): void;
  acceptedTotal(): number;
  leaked(): void;
  /** Records that this call must wait until then. */
  heldOff(call: string, untilMs: number): void;
  /** A call has arrived; detects those that should have waited. */
  came(call: string, nowMs: number): void;
  census(): Census;
}

export function counting(): Counting {
  const requestIds = new Map<string, string[]>();
  const calls = new Map<string, Map<string, number>>();
  const struck = new Map<string, number>();
  const struckSubmits = new Set<string>();
  const heldOff = new Map<string, number>();
  const outages: { rule: string; calls: number; submits: number; bodies: Set<string>; accepted: string[] }[] =
    [];
  let firstFollowed = 0;
  let [acceptedTotal, bytesIn, bytesOut, leaked, early, maxInFlight] = [0, 0, 0, 0, 0, 0];

  return {
    accepted(key, requestId, inFlight) {
      acceptedTotal += 1;
      maxInFlight = Math.max(maxInFlight, inFlight);
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
    struck(endpoint, fault, body) {
      add(struck, `${endpoint}.${fault}`);
      if (body !== null) struckSubmits.add(body);
    },
    outagesFollowed(rules) {
      firstFollowed = outages.length;
      outages.push(
        ...rules.map((rule) => ({ rule, calls: 0, submits: 0, bodies: new Set<string>(), accepted: [] })),
      );
    },
    metOutage(index, body, accepted) {
      const outage = outages[firstFollowed + index];
      if (outage === undefined) return;
      outage.calls += 1;
      if (body !== null) {
        outage.submits += 1;
        outage.bodies.add(body);
      }
      if (accepted !== null) outage.accepted.push(accepted);
    },
    acceptedTotal: () => acceptedTotal,
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
      struckSubmits: [...struckSubmits],
      outages: outages.map((each) => ({ ...each, bodies: [...each.bodies], accepted: [...each.accepted] })),
      bytesIn,
      bytesOut,
      leakedAuthorization: leaked,
      early,
      maxInFlight,
    }),
  };
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
