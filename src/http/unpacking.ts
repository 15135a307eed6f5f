import { pipeline, Readable } from 'node:stream';
import {
  type BrotliDecompress,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
  type Gunzip,
  type Inflate,
  type ZstdDecompress,
} from 'node:zlib';
import type { AnswerBody } from './answer-body.ts';

export type BodyReader = Pick<AnswerBody, 'read' | 'received'>;

type Unpacker = Gunzip | Inflate | BrotliDecompress | ZstdDecompress;

const unpackers = new Map<string, () => Unpacker>([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
  ['zstd', createZstdDecompress],
]);

export function isPacked(encoding: string): boolean {
  return encoding !== 'identity' && encoding !== '';
}

/**
 * What a body holds that was packed although that was not asked for, as some file hosts do with what they were given
 * packed; `received` counts unpacked bytes. null: nobody here knows this encoding. `discard` ends it.
 */
export function unpacked(encoding: string, body: BodyReader): (BodyReader & { discard(): void }) | null {
  const unpacker = unpackers.get(encoding)?.();
  if (unpacker === undefined) return null;
  const source = Readable.from(piecesOf(body));
  // What goes wrong is thrown where it is read.
  pipeline(source, unpacker, () => {});
  const pieces = unpacker[Symbol.asyncIterator]();
  let received = 0;
  return {
    received: () => received,
    async read(atLeast) {
      const chunks: Uint8Array[] = [];
      for (let bytes = 0; bytes < atLeast; ) {
        const next = await pieces.next();
        if (next.done) break;
        const chunk = next.value as Uint8Array;
        chunks.push(chunk);
        bytes += chunk.byteLength;
        received += chunk.byteLength;
      }
      return chunks;
    },
    discard() {
      source.destroy();
      unpacker.destroy();
    },
  };
}

async function* piecesOf(body: BodyReader): AsyncGenerator<Uint8Array> {
  for (let chunks = await body.read(1); chunks.length > 0; chunks = await body.read(1)) yield* chunks;
}
