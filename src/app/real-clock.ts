import { setTimeout as sleepFor } from 'node:timers/promises';
import type { Instant } from '../core/job/job.ts';
import type { Clock } from '../core/ports.ts';

// The longest wait that a timer of Node can hold.
const maxTimerMs = 2 ** 31 - 1;

export const realClock: Clock = {
  now: () => Date.now() as Instant,
  async sleep(ms, signal) {
    try {
      await sleepFor(Math.min(Math.max(0, ms), maxTimerMs), undefined, { signal });
    } catch (error) {
      // Node wraps the reason into an AbortError of its own; callers compare with the signal's.
      throw signal.aborted ? signal.reason : error;
    }
  },
};
