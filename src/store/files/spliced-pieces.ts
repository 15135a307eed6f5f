import type { Splice } from '../../core/ports.ts';

/** A part of the original, or what a splice puts in. */
type Piece = { readonly from: number; readonly to: number } | { readonly inserted: Uint8Array };

/**
 * What a file of `bytes` bytes with splices consists of, from its start to its end, without empty pieces. Throws
 * RangeError at a splice that lies outside of the file or over the one before.
 */
export function* splicedPieces(bytes: number, splices: readonly Splice[]): Iterable<Piece> {
  let from = 0;
  for (const splice of splices) {
    const { at, removed } = splice;
    if (at < from || at + removed > bytes) {
      throw new RangeError(`A splice of ${removed} bytes at ${at} of ${bytes} is out of place.`);
    }
    if (at > from) yield { from, to: at };
    const { inserted } = splice;
    if (inserted.byteLength > 0) yield { inserted };
    from = at + removed;
  }
  if (bytes > from) yield { from, to: bytes };
}
