import { UserError } from '../core/complaints.ts';
import { isJsonObject } from '../core/json.ts';

/** What a fault can befall. `submit` and `cancel` change something; the others only read. */
export const faultEndpoints = ['submit', 'status', 'result', 'cancel', 'file', 'catalogue'] as const;
export type FaultEndpoint = (typeof faultEndpoints)[number];

interface Fault {
  readonly at: readonly FaultEndpoint[];
  /** Whether the call takes effect all the same: a submit is accepted, and charged. */
  readonly takesEffect: boolean;
}

const api = ['submit', 'status', 'result', 'cancel', 'catalogue'] as const;
const reads = ['status', 'result', 'cancel'] as const;

/**
 * Every fault by name; the order is that in which one roll is shared out among them. Two are drawn apart:
 * `resetUnread`, since the body is not known yet, and `notFoundAtFirst`, once per request.
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
  /** The right head and half of the body, then a reset. */
  resetMidway: { at: faultEndpoints, takesEffect: true },
  /** Nothing is ever said. */
  silentBefore: { at: faultEndpoints, takesEffect: false },
  silentAfter: { at: faultEndpoints, takesEffect: true },
  /** The right answer, with a pause of `slowMs` in the middle of it. */
  slowBody: { at: faultEndpoints, takesEffect: true },
  /** Content-Length promises more than comes before the connection is closed. */
  truncatedBody: { at: faultEndpoints, takesEffect: true },
  /** A page of HTML with status 200. */
  html200: { at: api, takesEffect: false },
  html200After: { at: api, takesEffect: true },
  /** 429 with Retry-After as seconds or as a date. */
  rateLimited: { at: faultEndpoints, takesEffect: false },
  /** 404 for `unseenMs` after the submit, drawn once per request. */
  notFoundAtFirst: { at: reads, takesEffect: false },
  /** To the file origin for API calls, to the same file for files. */
  redirect: { at: faultEndpoints, takesEffect: false },
  /** To a host that nobody allowed. */
  redirectAway: { at: ['file'], takesEffect: false },
  /** 200 with a top-level `error_code`. */
  errorCode200: { at: api, takesEffect: false },
  /** 2xx without a request_id. */
  noId: { at: ['submit'], takesEffect: true },
  /** 2xx with a request_id that no path may hold. */
  oddId: { at: ['submit'], takesEffect: true },
  /** JSON that stops in the middle, though the length is as promised. */
  brokenJson: { at: api, takesEffect: true },
  /** A state that no document names. */
  oddState: { at: ['status', 'result'], takesEffect: true },
  /** 400 with 400005 while the request is not finished. */
  unfinished400: { at: ['result'], takesEffect: true },
  /** Success without any link. */
  noOutput: { at: ['result'], takesEffect: true },
  /** HTML under an image's type, or nothing at all, with 200. */
  wrongContent: { at: ['file'], takesEffect: false },
  /** 403, as if the link had expired. */
  expired: { at: ['file'], takesEffect: false },
  /** One and the same picture, whatever was asked for and under whatever seed. Videos stay as they are. */
  sameImage: { at: ['file'], takesEffect: true },
  /** A picture of one colour. Videos stay as they are. */
  flatImage: { at: ['file'], takesEffect: true },
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof faults;

/** Probabilities from 0 to 1; those of one endpoint add up to 1 at most. */
export type FaultRules = {
  readonly [endpoint in FaultEndpoint]?: { readonly [name in FaultName]?: number };
};

export const faultNames = Object.keys(faults) as readonly FaultName[];

export function isAt(name: FaultName, endpoint: FaultEndpoint): boolean {
  return (faults[name].at as readonly FaultEndpoint[]).includes(endpoint);
}

/** The fault that a roll in [0, 1) hits, or null. `notFoundAtFirst` is drawn per request, not here. */
export function faultFor(rules: FaultRules, endpoint: FaultEndpoint, drawn: number): FaultName | null {
  const here = rules[endpoint];
  if (here === undefined) return null;
  let sum = 0;
  for (const name of faultNames) {
    if (name === 'notFoundAtFirst') continue;
    sum += here[name] ?? 0;
    if (drawn < sum) return name;
  }
  return null;
}

/** Reads `submit.resetAfter=0.05,status.http500=0.1`; an empty text is no faults. Throws `UserError`. */
export function parseFaults(text: string): FaultRules {
  const rules: Record<string, Record<string, number>> = {};
  for (const part of text.split(',').map((each) => each.trim())) {
    if (part === '') continue;
    const found = /^([A-Za-z]+)\.([A-Za-z0-9]+)\s*=\s*(\S+)$/.exec(part);
    if (!found) {
      throw new UserError(
        'usage',
        `The fault "${part}" cannot be read.`,
        'Write it as submit.resetAfter=0.05, with commas between several.',
      );
    }
    const [, endpoint, name, probability] = found as unknown as [string, string, string, string];
    rules[endpoint] = { ...rules[endpoint], [name]: Number(probability) };
  }
  return faultRulesOf(rules);
}

/** Fault rules that came as JSON: the object, or the text that `parseFaults` reads. Throws `UserError`. */
export function faultRulesOf(value: unknown): FaultRules {
  if (typeof value === 'string') return parseFaults(value);
  if (!isJsonObject(value)) throw new UserError('usage', 'Fault rules are an object or a text.');
  for (const [endpoint, probabilities] of Object.entries(value)) {
    if (!isEndpoint(endpoint)) {
      throw new UserError(
        'usage',
        `No endpoint is called "${endpoint}".`,
        `Use one of ${faultEndpoints.join(', ')}.`,
      );
    }
    if (!isJsonObject(probabilities)) {
      throw new UserError('usage', `The faults of ${endpoint} are not an object of probabilities.`);
    }
    checkProbabilities(endpoint, Object.entries(probabilities));
  }
  return value as FaultRules;
}

function checkProbabilities(endpoint: FaultEndpoint, entries: readonly (readonly [string, unknown])[]): void {
  let sum = 0;
  for (const [name, probability] of entries) {
    if (!(Object.hasOwn(faults, name) && isAt(name as FaultName, endpoint))) {
      const known = faultNames.filter((each) => isAt(each, endpoint));
      throw new UserError('usage', `${endpoint} has no fault "${name}".`, `Use one of ${known.join(', ')}.`);
    }
    if (typeof probability !== 'number' || !(probability >= 0 && probability <= 1)) {
      throw new UserError('usage', `The probability of ${endpoint}.${name} is not a number from 0 to 1.`);
    }
    if (name !== 'notFoundAtFirst') sum += probability;
  }
  if (sum > 1 + 1e-9) {
    throw new UserError('usage', `The probabilities of ${endpoint} add up to ${sum}, which is more than 1.`);
  }
}

function isEndpoint(text: string): text is FaultEndpoint {
  return (faultEndpoints as readonly string[]).includes(text);
}
