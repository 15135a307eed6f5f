/** Events that one side puts in and the other takes out, in their order. */
interface EventQueue<T> {
  put(event: T): void;
  /** Nothing more comes; `error`: what ended it, which the taker gets behind the last event. */
  end(error?: unknown): void;
  /** What has come since the first call, and what comes. Without a taker nothing is kept. */
  take(): AsyncGenerator<T, void, void>;
}

export function eventQueue<T>(): EventQueue<T> {
  let waiting: T[] = [];
  let isTaken = false;
  let ended: { readonly error?: unknown } | null = null;
  let wake: () => void = () => {};

  async function* drained(): AsyncGenerator<T, void, void> {
    for (;;) {
      const events = waiting;
      waiting = [];
      yield* events;
      if (waiting.length > 0) continue;
      if (ended !== null) break;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    if (ended !== null && 'error' in ended) throw ended.error;
  }

  return {
    put(event) {
      if (!isTaken) return;
      waiting.push(event);
      wake();
    },
    end(...error) {
      ended = error.length === 0 ? {} : { error: error[0] };
      wake();
    },
    take() {
      isTaken = true;
      return drained();
    },
  };
}
