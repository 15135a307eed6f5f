import type { Counting } from '../census.ts';
import { oneOf, roll } from '../simulated-dice.ts';
import type { Endpoint } from './fault-rules.ts';
import { type Extent, type Outage, type OutageAnswer, sizeOf } from './outage-rules.ts';

/** What an outage does to one call. */
export interface OutageStrike {
  /** Its number among the outages of the rules. */
  readonly index: number;
  readonly answer: OutageAnswer;
  /** The call takes effect anyway. */
  readonly accepts: boolean;
}

export interface OutageWatch {
  /** Uses these from now on; their times and counts start. */
  follow(outages: readonly Outage[], now: number): void;
  /** A call has arrived. `key` identifies it, `nth` is how often it arrived; null: no outage hits it. */
  strike(endpoint: Endpoint, key: string, nth: () => number, now: number): OutageStrike | null;
}

interface Progress {
  /** null: it has not begun. */
  beganAt: number | null;
  /** Calls in its scope since it began, and how many of them it hit. */
  came: number;
  befell: number;
}

/** Decides which calls an outage hits, by the simulator's own clock, dice and count of accepted submissions. */
export function outageWatch(seed: number, counts: Counting): OutageWatch {
  let followed: readonly (readonly [Outage, Progress])[] = [];
  let since = { at: 0, accepted: 0 };

  function began({ after }: Outage, progress: Progress, now: number): number | null {
    if (progress.beganAt !== null) return progress.beganAt;
    if ('ms' in after) {
      const at = since.at + after.ms;
      if (now >= at) progress.beganAt = at;
    } else if (counts.acceptedTotal() - since.accepted >= after.calls) {
      progress.beganAt = now;
    }
    return progress.beganAt;
  }

  return {
    follow(outages, now) {
      followed = outages.map((outage) => [outage, { beganAt: null, came: 0, befell: 0 }]);
      since = { at: now, accepted: counts.acceptedTotal() };
      counts.outagesFollowed(outages.map(({ text }) => text));
    },
    strike(endpoint, key, nth, now) {
      for (const [index, [outage, progress]] of followed.entries()) {
        const beganAt = began(outage, progress, now);
        if (beganAt === null || !isInScope(outage, endpoint)) continue;
        if (isPast(outage.lasts, now - beganAt, progress.befell)) continue;
        const isOff = outage.flapping === null || isOffNow(outage.flapping, now - beganAt, progress.came);
        progress.came += 1;
        if (!isOff) continue;
        progress.befell += 1;
        const turn = nth();
        return {
          index,
          answer: oneOf(outage.answers, roll(seed, 'outage', key, turn)),
          accepts: roll(seed, 'outage accepts', key, turn) < outage.accepting,
        };
      }
      return null;
    },
  };
}

function isInScope({ of }: Outage, endpoint: Endpoint): boolean {
  if (endpoint === 'steering') return false;
  switch (of) {
    case 'all':
      return true;
    case 'files':
      return endpoint === 'file';
    case 'submits':
      return endpoint === 'submit';
    case 'api':
      return endpoint !== 'file';
    case 'reads':
      return endpoint !== 'file' && endpoint !== 'submit';
  }
}

function isPast(lasts: Extent | null, elapsedMs: number, calls: number): boolean {
  if (lasts === null) return false;
  return 'ms' in lasts ? elapsedMs >= lasts.ms : calls >= lasts.calls;
}

function isOffNow({ off, on }: NonNullable<Outage['flapping']>, elapsedMs: number, came: number): boolean {
  const at = 'ms' in off ? elapsedMs : came;
  return at % (sizeOf(off) + sizeOf(on)) < sizeOf(off);
}
