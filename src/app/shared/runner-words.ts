import { countOf } from '../../core/counts.ts';
import type { SharedRunner } from '../../core/sharing/shared-runs.ts';
import type { SharedPlace } from './shared-place.ts';

// A runner renews its leases every few seconds.
const aliveMs = 60_000;

/** Who works on a run now, by the clock of whoever was seen last, besides this runner. */
export function othersAtWork(
  runners: readonly SharedRunner[],
  own: string | null,
  now: number,
): readonly SharedRunner[] {
  return runners.filter(({ name, holds, seenAt }) => name !== own && holds > 0 && now - seenAt < aliveMs);
}

/** One line about a shared run: where it is, and who else works on it. */
export async function sharedRunLine(place: SharedPlace, run: string, own: string | null): Promise<string> {
  const runners = await place.runs.runners(run);
  const latest = Math.max(0, ...runners.map(({ seenAt }) => seenAt));
  const others = othersAtWork(runners, own, latest);
  const named = others.slice(0, maxNamed).map(({ name, holds }) => `${name} (${countOf(holds, 'job')})`);
  const more = others.length > maxNamed ? `, and ${others.length - maxNamed} more` : '';
  const who =
    others.length === 0 ? 'no other machine works on it now' : `also at work: ${named.join(', ')}${more}`;
  return `Shared run "${run}" in ${place.runs.address}; ${who}.`;
}

const maxNamed = 3;
