import { onceAborted } from '../abort-listening.ts';

/**
 * Lets so many in at once, the others in their order. Resolves with what has to be called, once, to leave; rejects with
 * the signal's reason when it is aborted first.
 */
export function openLanes(atOnce: number): (signal: AbortSignal) => Promise<() => void> {
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
    if (inside < atOnce) enter();
    else waiting.add(enter);
    return entered.promise;
  };
}
