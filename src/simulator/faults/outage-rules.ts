import { UserError } from '../../core/complaints.ts';
import { isJsonObject } from '../../core/json.ts';
import { parseDurationMs } from '../../core/pacing/pace.ts';

/** The calls that an outage hits. `reads` are all calls of the API except submissions; `api` is both; `all` includes files. */
const outageScopes = ['submits', 'reads', 'api', 'files', 'all'] as const;
type OutageScope = (typeof outageScopes)[number];

const statuses = ['500', '502', '503', '504'] as const;
/** As Cloudflare answers for an API that it cannot reach, or that does not answer it. */
const edgeStatuses = ['520', '521', '522', '523', '524', '525', '526', '527', '528', '529', '530'] as const;

/** The answer during an outage: a page with 200 is `html200`; `reset` and `silent` send none. */
export const outageAnswers = [
  ...statuses,
  ...edgeStatuses,
  'html200',
  'redirect',
  'reset',
  'silent',
] as const;
export type OutageAnswer = (typeof outageAnswers)[number];

/** A time, or a number of calls. */
export type Extent = { readonly ms: number } | { readonly calls: number };

/** One outage. All times are counted from when its rules were given. */
export interface Outage {
  readonly of: OutageScope;
  /** Each equally likely. */
  readonly answers: readonly [OutageAnswer, ...OutageAnswer[]];
  /** When it begins; `calls` counts accepted submissions. */
  readonly after: Extent;
  /** How long it lasts; `calls` counts the calls that it hits. null: it does not end. */
  readonly lasts: Extent | null;
  /** Alternately off and on; counted in calls, all calls in its scope count. null: off throughout. */
  readonly flapping: { readonly off: Extent; readonly on: Extent } | null;
  /** Share of its submissions that are accepted, and charged, although their answer is lost. */
  readonly accepting: number;
  /** As it was written. */
  readonly text: string;
}

const form =
  'Write it as outage=submits 503 after 100 for 2m: what (submits, reads, api, files, all), how (500 to 504, 520 to ' +
  '530, html200, redirect, reset, silent, mixed, or several as 502|reset), after N submits or a time, for N calls or ' +
  'a time, flapping 10s/5s (off/on), accepting 0.5.';

/** Reads the words after `outage=`, in any order, each with a default. Throws `UserError`. */
export function parseOutage(text: string): Outage {
  const written = text.trim();
  const wrong = (word: string): UserError =>
    new UserError('usage', `The outage "${written}" cannot be read: "${word}" is not part of one.`, form);
  const words = written.split(/\s+/).filter((word) => word !== '');
  let outage: Outage = {
    of: 'all',
    answers: ['503'],
    after: { calls: 0 },
    lasts: null,
    flapping: null,
    accepting: 0,
    text: written,
  };
  const seen = new Set<string>();
  while (words.length > 0) {
    const word = words.shift() as string;
    const isClause = /^(after|at|for|flapping|accepting)$/.test(word);
    const value = isClause ? (words.shift() ?? '') : word;
    const part = partOf(isClause ? word : null, value);
    const [name] = Object.keys(part ?? {});
    if (part === null || name === undefined) throw wrong(isClause ? `${word} ${value}`.trim() : word);
    if (seen.has(name)) {
      throw new UserError(
        'usage',
        `The outage "${written}" says "${word}" where it has said so before.`,
        form,
      );
    }
    seen.add(name);
    outage = { ...outage, ...part };
  }
  return outage;
}

function partOf(clause: string | null, value: string): Partial<Outage> | null {
  switch (clause) {
    case 'after':
    case 'at': {
      const after = extentOf(value);
      return after && { after };
    }
    case 'for': {
      const lasts = extentOf(value);
      return lasts && { lasts };
    }
    case 'flapping': {
      const flapping = flappingOf(value);
      return flapping && { flapping };
    }
    case 'accepting': {
      const accepting = /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
      return accepting <= 1 ? { accepting } : null;
    }
    default: {
      if ((outageScopes as readonly string[]).includes(value)) return { of: value as OutageScope };
      const answers = answersOf(value);
      return answers && { answers };
    }
  }
}

function answersOf(text: string): Outage['answers'] | null {
  const names = text === 'mixed' ? [...outageAnswers] : text.split('|');
  const known = names.every((name) => (outageAnswers as readonly string[]).includes(name));
  return known ? (names as unknown as Outage['answers']) : null;
}

/** A bare number counts calls; a time has its unit. */
function extentOf(text: string): Extent | null {
  if (/^\d{1,9}$/.test(text)) return { calls: Number(text) };
  const ms = parseDurationMs(text);
  return ms === null || /\d$/.test(text) ? null : { ms };
}

function flappingOf(text: string): Outage['flapping'] {
  const [off, on, ...more] = text.split('/').map(extentOf);
  if (!off || !on || more.length > 0 || sizeOf(off) + sizeOf(on) === 0) return null;
  return 'ms' in off === 'ms' in on ? { off, on } : null;
}

export function sizeOf(extent: Extent): number {
  return 'ms' in extent ? extent.ms : extent.calls;
}

/** Outages in JSON: a list of texts or of objects that name their text. Throws `UserError`. */
export function outagesOf(value: unknown): readonly Outage[] {
  const list = Array.isArray(value) ? value : [value];
  return list.map((each: unknown) => {
    if (typeof each === 'string') return parseOutage(each);
    if (isJsonObject(each) && typeof each.text === 'string') return parseOutage(each.text);
    throw new UserError('usage', `The outage ${JSON.stringify(each)} cannot be read.`, form);
  });
}
