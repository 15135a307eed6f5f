import { type Arrival, byteLength, type Landing, type Splicing } from './arrival.ts';
import { splicedPieces } from './spliced-pieces.ts';

/**
 * A download that is held in memory and written once, splices included. `whole` holds nothing else; `ended` is called
 * once, when it is no longer needed here.
 */
export function arrivalInMemory(
  whole: Buffer,
  { write }: Pick<Landing, 'write'>,
  ended: () => void = () => {},
): Arrival {
  let hasEnded = false;

  async function discard(): Promise<void> {
    if (!hasEnded) ended();
    hasEnded = true;
  }

  return {
    bytes: whole.byteLength,
    read: async (from, length) => whole.subarray(from, from + length),
    async keep(paths, splicing, signal) {
      const pieces = splicing === null ? null : await spliced(whole, splicing);
      signal.throwIfAborted();
      const bytes = byteLength(pieces ?? [whole]);
      const held = pieces === null ? { pieces: [whole], original: null } : { pieces, original: whole };
      const hashes = await write({ ...paths, ...held });
      await discard();
      return { bytes, ...hashes };
    },
    discard,
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
export function inOwnMemory(pieces: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.allocUnsafeSlow(byteLength(pieces));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.byteLength;
  }
  return bytes;
}
