/** What an answer's body comes from. */
export interface BodySource {
  pause(): void;
  resume(): void;
  /** Gives up what is still to come. */
  abort(): void;
}

/** A body between the parser, which pushes it, and its one reader. */
export interface AnswerBody extends AsyncIterable<Uint8Array> {
  push(chunk: Uint8Array): void;
  end(): void;
  /** What has come before can still be read. Does nothing after the end. */
  fail(error: unknown): void;
}

// What a reader may be behind before the server has to wait.
const mostQueuedBytes = 65_536;

/** A reader that stops early gives up the rest. */
export function answerBody(source: BodySource): AnswerBody {
  const queue: Uint8Array[] = [];
  let queuedBytes = 0;
  let isPaused = false;
  let over: { readonly error: unknown } | 'ended' | null = null;
  let reader: PromiseWithResolvers<IteratorResult<Uint8Array, undefined>> | null = null;

  function finish(how: NonNullable<typeof over>): void {
    if (over !== null) return;
    over = how;
    if (how === 'ended') reader?.resolve({ value: undefined, done: true });
    else reader?.reject(how.error);
    reader = null;
  }

  function take(chunk: Uint8Array): IteratorResult<Uint8Array, undefined> {
    queuedBytes -= chunk.byteLength;
    if (isPaused && queue.length === 0) {
      isPaused = false;
      source.resume();
    }
    return { value: chunk, done: false };
  }

  const iterator: AsyncIterator<Uint8Array, undefined> = {
    async next() {
      const chunk = queue.shift();
      if (chunk !== undefined) return take(chunk);
      if (over === 'ended') return { value: undefined, done: true };
      if (over !== null) throw over.error;
      reader = Promise.withResolvers();
      return reader.promise;
    },
    async return() {
      queue.length = 0;
      finish('ended');
      source.abort();
      return { value: undefined, done: true };
    },
  };

  return {
    push(chunk) {
      if (over !== null) return;
      if (reader !== null) {
        reader.resolve({ value: chunk, done: false });
        reader = null;
        return;
      }
      queue.push(chunk);
      queuedBytes += chunk.byteLength;
      if (queuedBytes < mostQueuedBytes || isPaused) return;
      isPaused = true;
      source.pause();
    },
    end: () => finish('ended'),
    fail: (error) => finish({ error }),
    [Symbol.asyncIterator]: () => iterator,
  };
}
