import { UserError } from '../../core/complaints.ts';
import { isJsonObject } from '../../core/json.ts';
import { type Outage, outagesOf, parseOutage } from './outage-rules.ts';

/** What a fault can hit. `submit` and `cancel` change something; the others only read. */
export const faultEndpoints = ['submit', 'status', 'result', 'cancel', 'file', 'catalogue'] as const;
export type FaultEndpoint = (typeof faultEndpoints)[number];

/** What a call is to. */
export type Endpoint = FaultEndpoint | 'balance' | 'steering' | 'other';

interface Fault {
  readonly at: readonly FaultEndpoint[];
  /** Whether the call takes effect anyway: a submission is accepted and charged. */
  readonly takesEffect: boolean;
  /** Drawn once per body or request instead of once per call, so every call about it gets the same answer. */
  readonly lasts?: true;
}

const api = ['submit', 'status', 'result', 'cancel', 'catalogue'] as const;
const reads = ['status', 'result', 'cancel'] as const;

/**
 * Every fault by name; the order is that in which one roll is shared out among them. Drawn apart are `resetUnread`,
 * since the body is not known yet, and, each with a roll of their own, those that last and `notFoundAtFirst`.
 */
export const faults = {
  /** 500 (JSON), 502, 503 or 504 (a proxy's HTML). */
  http500: { at: faultEndpoints, takesEffect: false },
  http500Before: { at: faultEndpoints, takesEffect: false },
  http500After: { at: faultEndpoints, takesEffect: true },
  /** The connection is reset before the body of the request is read. */
  resetUnread: { at: faultEndpoints, takesEffect: false },
  resetBefore: { at: faultEndpoints, takesEffect: false },
  resetAfter: { at: faultEndpoints, takesEffect: true },
  /** The correct head and half of the body, then a reset. */
  resetMidway: { at: faultEndpoints, takesEffect: true },
  /** No answer at all. */
  silentBefore: { at: faultEndpoints, takesEffect: false },
  silentAfter: { at: faultEndpoints, takesEffect: true },
  /** The correct answer, with a pause of `slowMs` in the middle of it. */
  slowBody: { at: faultEndpoints, takesEffect: true },
  /** Content-Length promises more than comes before the connection is closed. */
  truncatedBody: { at: faultEndpoints, takesEffect: true },
  /** A page of HTML with status 200. */
  html200: { at: api, takesEffect: false },
  html200After: { at: api, takesEffect: true },
  /** 429 with Retry-After as seconds or as a date. */
  rateLimited: { at: faultEndpoints, takesEffect: false },
  /** 404 for `unseenMs` after the submission, drawn once per request. */
  notFoundAtFirst: { at: reads, takesEffect: false },
  /** To the file origin for API calls, to the same file for files. */
  redirect: { at: faultEndpoints, takesEffect: false },
  /** To a host that is not allowed. */
  redirectAway: { at: ['file'], takesEffect: false },
  /** 200 with a top-level `error_code`. */
  errorCode200: { at: api, takesEffect: false },
  /** 2xx without a request_id. */
  noId: { at: ['submit'], takesEffect: true },
  /** 2xx with a request_id that no path can contain. */
  oddId: { at: ['submit'], takesEffect: true },
  /** 2xx with a request_id that is a number, has dots, or stands under another key: asked for by it, the request is there. */
  numberId: { at: ['submit'], takesEffect: true },
  dottedId: { at: ['submit'], takesEffect: true },
  otherIdKey: { at: ['submit'], takesEffect: true },
  /** gzip, br or deflate, whatever was requested. */
  compressed: { at: faultEndpoints, takesEffect: true },
  /** 403 `{"message"}` without a code for this body, as a gateway answers. */
  gateway403: { at: ['submit'], takesEffect: false, lasts: true },
  /** 403 with the page of a firewall. */
  firewall403: { at: ['submit'], takesEffect: false, lasts: true },
  /** 200 or 202 with an `error_code` of bad input and no id. */
  refusal200: { at: ['submit'], takesEffect: false, lasts: true },
  /** 4xx because the content policy forbids the prompt. */
  policy4xx: { at: ['submit'], takesEffect: false, lasts: true },
  /** JSON that stops in the middle, although its length is as announced. */
  brokenJson: { at: api, takesEffect: true },
  /** An undocumented state. */
  oddState: { at: ['status', 'result'], takesEffect: true },
  /** 400 with 400005 while the request is not finished. */
  unfinished400: { at: ['result'], takesEffect: true },
  /** Success without any link. */
  noOutput: { at: ['result'], takesEffect: true },
  /** This request's files are data URIs, base64, or text alone, in place of links. */
  dataUri: { at: ['result'], takesEffect: true, lasts: true },
  base64: { at: ['result'], takesEffect: true, lasts: true },
  textOutput: { at: ['result'], takesEffect: true, lasts: true },
  /** Its links are somewhere else: under `outputs`, at the top level, deeper in `output`. */
  strayOutput: { at: ['result'], takesEffect: true, lasts: true },
  /** A link to a host that is not allowed, beside its own. */
  foreignLink: { at: ['result'], takesEffect: true, lasts: true },
  /** The content policy withholds its files: success with an empty url, or with a flag beside an empty list. Charged. */
  unsafeOutput: { at: ['result'], takesEffect: true, lasts: true },
  /** The content policy ends it: `failed`, with an `error` that says so. */
  policyFailed: { at: ['result'], takesEffect: true, lasts: true },
  /** The machine's memory ends it: `failed`, with a list of errors that says so. */
  outOfMemory: { at: ['result'], takesEffect: true, lasts: true },
  /** `completed` on `/status`, then 422, 400 or 500 with the reason on `/result`. */
  failedByStatus: { at: ['result'], takesEffect: true, lasts: true },
  /** Its first result reports no cost; later ones do. */
  lateCost: { at: ['result'], takesEffect: true, lasts: true },
  /** HTML with an image's type, or an empty body, with 200. */
  wrongContent: { at: ['file'], takesEffect: false },
  /** 403, as if the link had expired. */
  expired: { at: ['file'], takesEffect: false },
  /** The same picture for every input and seed. Videos are unchanged. */
  sameImage: { at: ['file'], takesEffect: true },
  /** A picture of a single colour. Videos are unchanged. */
  flatImage: { at: ['file'], takesEffect: true },
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof faults;

/**
 * Probabilities from 0 to 1; those of one endpoint that are drawn together add up to 1 at most. And outages, of which
 * the first that is on befalls a call, before any of these.
 */
export type FaultRules = {
  readonly [endpoint in FaultEndpoint]?: { readonly [name in FaultName]?: number };
} & { readonly outage?: readonly Outage[] };

export const faultNames = Object.keys(faults) as readonly FaultName[];

export function isAt(name: FaultName, endpoint: FaultEndpoint): boolean {
  return (faults[name].at as readonly FaultEndpoint[]).includes(endpoint);
}

export function lasts(name: FaultName): boolean {
  return (faults[name] as Fault).lasts === true;
}

/** Those that share one roll: of a call, or of what lasts; null for faults that are drawn separately. */
function rollOf(name: FaultName): 'call' | 'lasting' | null {
  if (name === 'notFoundAtFirst' || name === 'resetUnread') return null;
  return lasts(name) ? 'lasting' : 'call';
}

/** The fault of one kind that a roll in [0, 1) hits, or null. */
export function faultFor(
  rules: FaultRules,
  endpoint: FaultEndpoint,
  drawn: number,
  of: 'call' | 'lasting' = 'call',
): FaultName | null {
  const here = rules[endpoint];
  if (here === undefined) return null;
  let sum = 0;
  for (const name of faultNames) {
    if (rollOf(name) !== of) continue;
    sum += here[name] ?? 0;
    if (drawn < sum) return name;
  }
  return null;
}

/** Reads `submit.resetAfter=0.05,outage=submits 503 after 100 for 2m`; an empty text means no faults. Throws `UserError`. */
export function parseFaults(text: string): FaultRules {
  const rules: Record<string, Record<string, number>> = {};
  const outage: Outage[] = [];
  for (const part of text.split(',').map((each) => each.trim())) {
    if (part === '') continue;
    const outageText = /^outage\s*=(.*)$/s.exec(part)?.[1];
    if (outageText !== undefined) {
      outage.push(parseOutage(outageText));
      continue;
    }
    const found = /^([A-Za-z]+)\.([A-Za-z0-9]+)\s*=\s*(\S+)$/.exec(part);
    if (!found) {
      throw new UserError(
        'usage',
        `The fault "${part}" cannot be read.`,
        'Write it as submit.resetAfter=0.05 or outage=submits 503 after 100 for 2m, with commas between several.',
      );
    }
    const [, endpoint, name, probability] = found as unknown as [string, string, string, string];
    rules[endpoint] = { ...rules[endpoint], [name]: Number(probability) };
  }
  return { ...faultRulesOf(rules), ...(outage.length > 0 ? { outage } : {}) };
}

/** Fault rules in JSON: the object, or the text that `parseFaults` reads. Throws `UserError`. */
export function faultRulesOf(value: unknown): FaultRules {
  if (typeof value === 'string') return parseFaults(value);
  if (!isJsonObject(value)) throw new UserError('usage', 'Fault rules are an object or a text.');
  const { outage, ...probabilities } = value;
  for (const [endpoint, ofEndpoint] of Object.entries(probabilities)) {
    if (!isEndpoint(endpoint)) {
      throw new UserError(
        'usage',
        `No endpoint is called "${endpoint}".`,
        `Use one of ${faultEndpoints.join(', ')}, or outage=….`,
      );
    }
    if (!isJsonObject(ofEndpoint)) {
      throw new UserError('usage', `The faults of ${endpoint} are not an object of probabilities.`);
    }
    checkProbabilities(endpoint, Object.entries(ofEndpoint));
  }
  const rules = probabilities as FaultRules;
  return outage === undefined ? rules : { ...rules, outage: outagesOf(outage) };
}

function checkProbabilities(endpoint: FaultEndpoint, entries: readonly (readonly [string, unknown])[]): void {
  const sums = { call: 0, lasting: 0 };
  for (const [name, probability] of entries) {
    if (!(Object.hasOwn(faults, name) && isAt(name as FaultName, endpoint))) {
      const known = faultNames.filter((each) => isAt(each, endpoint));
      throw new UserError('usage', `${endpoint} has no fault "${name}".`, `Use one of ${known.join(', ')}.`);
    }
    if (typeof probability !== 'number' || !(probability >= 0 && probability <= 1)) {
      throw new UserError('usage', `The probability of ${endpoint}.${name} is not a number from 0 to 1.`);
    }
    const roll = rollOf(name as FaultName);
    if (roll !== null) sums[roll] += probability;
  }
  const sum = Math.max(sums.call, sums.lasting);
  if (sum > 1 + 1e-9) {
    throw new UserError('usage', `The probabilities of ${endpoint} add up to ${sum}, which is more than 1.`);
  }
}

function isEndpoint(text: string): text is FaultEndpoint {
  return (faultEndpoints as readonly string[]).includes(text);
}
