import type { Download } from '../../src/core/ports.ts';

type Pieces = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** A download of these pieces, as they come. `discard` ends their iteration. */
export function downloadOf(pieces: Pieces, said: Partial<Download> = {}): Download {
  const coming = (async function* piecemeal() {
    yield* pieces;
  })();
  return {
    contentType: null,
    bytes: null,
    async read(atLeast) {
      const chunks: Uint8Array[] = [];
      for (let bytes = 0; bytes < atLeast; ) {
        const next = await coming.next();
        if (next.done) break;
        chunks.push(next.value);
        bytes += next.value.byteLength;
      }
      return chunks;
    },
    discard: () => void coming.return(undefined),
    ...said,
  };
}

/** All that a download still gives. */
export async function bytesOf(download: Pick<Download, 'read'>, atOnce: number = 100_000): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for (;;) {
    const chunks = await download.read(atOnce);
    all.push(...chunks);
    if (chunks.reduce((sum, { byteLength }) => sum + byteLength, 0) < atOnce) return Buffer.concat(all);
  }
}
