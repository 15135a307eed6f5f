import type { JsonValue } from '../../core/json.ts';
import type { RunPolicy } from '../policies.ts';

/** What the users of a run have said about how it is to work, by name; `rcb work` reads them as its options. */
type RunLimits = Readonly<Record<string, JsonValue>>;

const names = ['concurrency', 'rpm', 'max-cost', 'max-failures'] as const;
type LimitName = (typeof names)[number];

/** The limits of a run, as far as they are not the usual ones. */
export function limitsOf({ limits, caps }: RunPolicy): RunLimits {
  const { concurrency, maxSubmissionsPerMinute } = limits;
  const { failures } = caps;
  return {
    ...(concurrency.adapts ? {} : { concurrency: String(concurrency.max) }),
    ...(maxSubmissionsPerMinute === null ? {} : { rpm: String(maxSubmissionsPerMinute) }),
    ...(caps.usd === null ? {} : { 'max-cost': String(caps.usd) }),
    ...(failures === null
      ? {}
      : { 'max-failures': 'jobs' in failures ? String(failures.jobs) : `${failures.share * 100}%` }),
  };
}

/** The same as words of options. What others wrote is checked as options are. */
export function limitWords(limits: RunLimits): Partial<Record<LimitName, string>> {
  return Object.fromEntries(
    names.flatMap((name) => (typeof limits[name] === 'string' ? [[name, limits[name]]] : [])),
  );
}
