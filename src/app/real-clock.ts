import type { Instant } from '../core/job/job.ts';
import type { Clock } from '../core/ports.ts';

// The longest wait that a timer of Node can hold.
const maxTimerMs = 2 ** 31 - 1;

export const realClock: Clock = {
  now: () => Date.now() as Instant,
  // Not by `timers/promises`: its waits take five times as long to make and to end, and a run polls by thousands.
  sleep(ms, signal) {
    if (signal.aborted) return Promise.reject(signal.reason);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(
      () => {
        signal.removeEventListener('abort', give);
        resolve();
      },
      Math.min(Math.max(0, ms), maxTimerMs),
    );
    function give(): void {
      clearTimeout(timer);
      reject(signal.reason);
    }
    signal.addEventListener('abort', give, { once: true });
    return promise;
  },
};
