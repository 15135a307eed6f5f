const listening = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `listener` once when the signal is aborted; the result takes it back. However many listen, the signal has one
 * listener of its own: adding and removing those takes longer than all else that a call does with its signal.
 */
export function onceAborted(signal: AbortSignal, listener: () => void): () => void {
  const listeners = listening.get(signal) ?? listenersOf(signal);
  // Another function each time, since the same one may listen twice.
  const own = (): void => listener();
  listeners.add(own);
  return () => {
    listeners.delete(own);
  };
}

function listenersOf(signal: AbortSignal): Set<() => void> {
  const listeners = new Set<() => void>();
  listening.set(signal, listeners);
  signal.addEventListener(
    'abort',
    () => {
      for (const each of listeners) each();
      listeners.clear();
    },
    { once: true },
  );
  return listeners;
}
