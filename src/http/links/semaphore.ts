import { onceAborted } from '../abort-listening.ts';

/**
 * Admits `max` holders at a time, in the order in which they asked. Resolves to a function that the holder calls once
 * to leave; rejects with the signal's reason when it is aborted first.
 */
export function semaphore(max: number): (signal: AbortSignal) => Promise<() => void> {
  const waiting = new Set<() => void>();
  let inside = 0;

  function leave(): void {
    inside -= 1;
    const [next] = waiting;
    next?.();
  }

  return (signal) => {
    if (signal.aborted) return Promise.reject(signal.reason);
    const entered = Promise.withResolvers<() => void>();
    const enter = (): void => {
      waiting.delete(enter);
      forget();
      inside += 1;
      entered.resolve(leave);
    };
    const forget = onceAborted(signal, () => {
      waiting.delete(enter);
      entered.reject(signal.reason);
    });
    if (inside < max) enter();
    else waiting.add(enter);
    return entered.promise;
  };
}
