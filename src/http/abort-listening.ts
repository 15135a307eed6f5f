const listening = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `listener` once when the signal is aborted; the function that is returned removes it. The signal itself has a
 * single listener, however many there are here: adding and removing its own takes longer than all else that a call does
 * with its signal.
 */
export function onceAborted(signal: AbortSignal, listener: () => void): () => void {
  const listeners = listening.get(signal) ?? listenersOf(signal);
  // A new function each time, since the same listener may be added twice.
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
