const bufferBytes = 262_144;

/**
 * Texts as UTF-8, in pieces that are worth a write. All of them are the same memory: the next one is asked for when
 * the last was written. What is collected in memory instead outlives the young generation, and a million lines of it
 * are hundreds of megabytes.
 */
export function* utf8Pieces(texts: Iterable<string>): Generator<Uint8Array> {
  const buffer = Buffer.alloc(bufferBytes);
  let filled = 0;
  const hasRoomFor = (text: string): boolean => {
    const room = buffer.length - filled;
    // No UTF-16 unit takes more than three bytes, and counting them takes time.
    return 3 * text.length <= room || Buffer.byteLength(text) <= room;
  };
  for (const text of texts) {
    if (!hasRoomFor(text)) {
      yield buffer.subarray(0, filled);
      filled = 0;
    }
    if (hasRoomFor(text)) filled += buffer.write(text, filled);
    else yield Buffer.from(text);
  }
  yield buffer.subarray(0, filled);
}
