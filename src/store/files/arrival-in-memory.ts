import { hash } from 'node:crypto';
import { type Arrival, byteLength, type Landing, type Splicing } from './arrival.ts';
import { splicedPieces } from './spliced-pieces.ts';

/** A download that is held in memory and written once, splices included. */
export function arrivalInMemory(chunks: readonly Uint8Array[], { write }: Pick<Landing, 'write'>): Arrival {
  const whole = inOwnMemory(chunks);
  return {
    bytes: whole.byteLength,
    read: async (from, length) => whole.subarray(from, from + length),
    async keep(paths, splicing, signal) {
      const pieces = splicing === null ? null : await spliced(whole, splicing);
      signal.throwIfAborted();
      const originalSha256 = pieces === null ? null : hash('sha256', whole);
      const bytes = byteLength(pieces ?? [whole]);
      return { bytes, sha256: await write({ ...paths, pieces: pieces ?? [whole] }), originalSha256 };
    },
    discard: async () => {},
  };
}

async function spliced(whole: Buffer, splicing: Splicing): Promise<readonly Uint8Array[] | null> {
  try {
    const splices = await splicing();
    if (splices === null) return null;
    return [...splicedPieces(whole.length, splices)].map((piece) =>
      'inserted' in piece ? inOwnMemory([piece.inserted]) : whole.subarray(piece.from, piece.to),
    );
  } catch {
    return null;
  }
}

/** In a buffer of its own, so that it can be transferred to another thread. */
function inOwnMemory(pieces: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.allocUnsafeSlow(byteLength(pieces));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.byteLength;
  }
  return bytes;
}
