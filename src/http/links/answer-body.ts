/** The source of an answer's body. */
interface BodySource {
  pause(): void;
  resume(): void;
}

/** A body between the parser, which pushes it, and its one reader. */
export interface AnswerBody {
  push(chunk: Uint8Array): void;
  end(): void;
  /** Does nothing after the end. */
  fail(error: unknown): void;
  /** The number of bytes that have come. */
  received(): number;
  /** Whether the server had to wait for the reader at any time since this was last asked. */
  waitedForReader(): boolean;
  /**
   * Resolves with chunks of at least `atLeast` bytes, fewer only once the body has ended; rejects once it has failed.
   * One call after another.
   */
  read(atLeast: number): Promise<readonly Uint8Array[]>;
}

// How far a reader may be behind before the server has to wait.
const maxQueuedBytes = 65_536;

interface Reading extends PromiseWithResolvers<readonly Uint8Array[]> {
  readonly atLeast: number;
}

export function answerBody(source: BodySource): AnswerBody {
  let queue: Uint8Array[] = [];
  let queuedBytes = 0;
  let received = 0;
  let isPaused = false;
  let hasWaited = false;
  let over: { readonly error: unknown } | 'ended' | null = null;
  let reading: Reading | null = null;

  /** Takes what is queued, so that the server may send more. */
  function taken(): readonly Uint8Array[] {
    const chunks = queue;
    queue = [];
    queuedBytes = 0;
    resume();
    return chunks;
  }

  function resume(): void {
    if (!isPaused) return;
    isPaused = false;
    source.resume();
  }

  function finish(how: NonNullable<typeof over>): void {
    if (over !== null) return;
    over = how;
    if (how === 'ended') reading?.resolve(taken());
    else reading?.reject(how.error);
    reading = null;
  }

  return {
    push(chunk) {
      if (over !== null) return;
      queue.push(chunk);
      queuedBytes += chunk.byteLength;
      received += chunk.byteLength;
      if (reading !== null) {
        if (queuedBytes < reading.atLeast) return;
        reading.resolve(taken());
        reading = null;
      } else if (queuedBytes >= maxQueuedBytes && !isPaused) {
        isPaused = true;
        hasWaited = true;
        source.pause();
      }
    },
    end: () => finish('ended'),
    fail: (error) => finish({ error }),
    received: () => received,
    waitedForReader() {
      const waited = hasWaited;
      hasWaited = isPaused;
      return waited;
    },
    async read(atLeast) {
      if (over !== null && over !== 'ended') throw over.error;
      if (over === 'ended' || queuedBytes >= atLeast) return taken();
      const mine: Reading = { ...Promise.withResolvers<readonly Uint8Array[]>(), atLeast };
      reading = mine;
      // May push what is wanted, or the end, before it returns.
      resume();
      return mine.promise;
    },
  };
}
