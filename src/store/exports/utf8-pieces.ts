const blockBytes = 262_144;

/**
 * Room for texts as UTF-8, in pieces that are worth a write. All of them are the same memory: the next one begins when
 * the last was written. What is collected in memory instead outlives the young generation, and a million lines of it
 * are hundreds of megabytes.
 */
interface Utf8Block {
  /** false: there is no room for it before `take`, or it is larger than the block. */
  put(text: string): boolean;
  /** What was put since the last time. */
  take(): Uint8Array;
}

export function utf8Block(): Utf8Block {
  const buffer = Buffer.alloc(blockBytes);
  let filled = 0;
  return {
    put(text) {
      const room = buffer.length - filled;
      // No UTF-16 unit takes more than three bytes, and counting them takes time.
      if (3 * text.length > room && Buffer.byteLength(text) > room) return false;
      filled += buffer.write(text, filled);
      return true;
    },
    take() {
      const piece = buffer.subarray(0, filled);
      filled = 0;
      return piece;
    },
  };
}

/** Texts as such pieces. */
export function* utf8Pieces(texts: Iterable<string>): Generator<Uint8Array> {
  const block = utf8Block();
  for (const text of texts) {
    if (block.put(text)) continue;
    yield block.take();
    if (!block.put(text)) yield Buffer.from(text);
  }
  yield block.take();
}
