import type { Instant } from '../core/job/job.ts';
import type { Clock } from '../core/ports.ts';

/** The same clock, but never set back: for code that only measures how much time has passed. */
export function steadyClock(clock: Clock): Clock {
  let latest = clock.now();
  let behindMs = 0;
  return {
    now() {
      const seen = clock.now() + behindMs;
      if (seen < latest) behindMs += latest - seen;
      latest = Math.max(latest, seen) as Instant;
      return latest;
    },
    sleep: (ms, signal) => clock.sleep(ms, signal),
  };
}
