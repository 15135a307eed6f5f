import type { JsonValue } from '../../core/json.ts';
import type { RunPolicy } from '../policies.ts';

/** What the users of a run have said about how it is to work, by name; `rcb work` reads them as its options. */
type RunLimits = Readonly<Record<string, JsonValue>>;

const names = ['concurrency', 'max-concurrency', 'submits', 'rpm', 'max-cost', 'max-failures'] as const;
type LimitName = (typeof names)[number];

// Those that nobody has to say.
const [usualMax, usualSubmits] = [64, 8];

/** The limits of a run, as far as they are not the usual ones; the cap on cost also where the environment set it. */
export function limitsOf({ limits, caps }: Pick<RunPolicy, 'limits' | 'caps'>): RunLimits {
  const { concurrency, maxSubmissions, maxSubmissionsPerMinute } = limits;
  const { adapts, max } = concurrency;
  const { failures } = caps;
  return {
    ...(adapts ? {} : { concurrency: String(max) }),
    ...(adapts && max !== usualMax ? { 'max-concurrency': String(max) } : {}),
    ...(maxSubmissions === usualSubmits ? {} : { submits: String(maxSubmissions) }),
    ...(maxSubmissionsPerMinute === null ? {} : { rpm: String(maxSubmissionsPerMinute) }),
    ...(caps.usd === null ? {} : { 'max-cost': decimal(caps.usd) }),
    ...(failures === null
      ? {}
      : { 'max-failures': 'jobs' in failures ? String(failures.jobs) : `${decimal(failures.share * 100)}%` }),
  };
}

/** Without an exponent, and without what binary fractions add. */
function decimal(value: number): string {
  return value.toFixed(10).replace(/\.?0+$/, '');
}

/** The same as words of options. What others wrote is checked as options are. */
export function limitWords(limits: RunLimits): Partial<Record<LimitName, string>> {
  return Object.fromEntries(
    names.flatMap((name) => (typeof limits[name] === 'string' ? [[name, limits[name]]] : [])),
  );
}
