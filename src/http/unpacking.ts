import { pipeline, Readable, type Transform } from 'node:stream';
import {
  brotliDecompressSync,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
  gunzipSync,
  inflateRawSync,
  inflateSync,
  zstdDecompressSync,
} from 'node:zlib';
import type { AnswerBody } from './links/answer-body.ts';

interface Packing {
  /** Throws for bytes that are not packed this way, and for more bytes than allowed. */
  whole(bytes: Uint8Array, options: { readonly maxOutputLength: number }): Buffer;
  stream(): Transform;
  /** Whether bytes begin like packed ones; null: they have no typical beginning. */
  readonly begins: ((start: Uint8Array) => boolean) | null;
}

const hasZlibHead = (start: Uint8Array): boolean => ((start[0] ?? 0) & 0x0f) === 8;

const gzip: Packing = {
  whole: gunzipSync,
  stream: () => createGunzip(),
  begins: ([first, second]) => first === 0x1f && second === 0x8b,
};

/** Servers send both forms as `deflate`: with the header of RFC 1950, as they should, and without. */
const deflate: Packing = {
  whole: (bytes, options) => (hasZlibHead(bytes) ? inflateSync : inflateRawSync)(bytes, options),
  stream: () => createInflate(),
  begins: null,
};

const packings = new Map<string, Packing>([
  ['gzip', gzip],
  ['x-gzip', gzip],
  ['deflate', deflate],
  ['br', { whole: brotliDecompressSync, stream: () => createBrotliDecompress(), begins: null }],
  [
    'zstd',
    {
      whole: zstdDecompressSync,
      stream: () => createZstdDecompress(),
      begins: ([first, second]) => first === 0x28 && second === 0xb5,
    },
  ],
]);

// Nobody packs a file more often; each layer may be a decompression bomb of its own.
const maxLayers = 3;

/** How an answer is packed, the outermost layer first; null: one of the layers is unknown. */
function layersOf(header: string | null): readonly Packing[] | null {
  if (header === null) return [];
  const names = header
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity');
  const layers = names.map((name) => packings.get(name)).reverse();
  return layers.length <= maxLayers && layers.every((layer) => layer !== undefined) ? layers : null;
}

/**
 * The bytes of an answer, unpacked as its Content-Encoding says, or unchanged if they are not packed that way after
 * all. null: more than `maxBytes`.
 */
export function unpackedBytes(bytes: Uint8Array, header: string | null, maxBytes: number): Uint8Array | null {
  let current = bytes;
  for (const layer of layersOf(header) ?? []) {
    if (current.byteLength === 0) return current;
    try {
      current = layer.whole(current, { maxOutputLength: maxBytes });
    } catch (error) {
      return error instanceof RangeError ? null : current;
    }
  }
  return current;
}

/** A packed body, read like an unpacked one. `received` counts the bytes after unpacking. */
interface UnpackedBody extends Pick<AnswerBody, 'read' | 'received'> {
  discard(): void;
}

/** Whether an answer is packed in an unknown way. */
export function isPackedOddly(header: string | null): boolean {
  return layersOf(header) === null;
}

/**
 * Reads a packed body, as much at a time as its reader asks for. Rejects as the body does, and with zlib's own error
 * for what cannot be unpacked. null: it is not packed.
 */
export function unpackedBody(
  body: Pick<AnswerBody, 'read' | 'received'>,
  header: string | null,
  discard: () => void,
): UnpackedBody | null {
  const layers = layersOf(header) ?? [];
  if (layers.length === 0) return null;
  let chunks: AsyncIterator<Uint8Array> | null = null;
  let stream: Readable | null = null;
  let received = 0;

  async function* packed(first: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
    for (let next = first; byteLength(next) > 0; next = await body.read(1)) yield* next;
  }

  async function open(): Promise<AsyncIterator<Uint8Array>> {
    const first = await body.read(2);
    const start = Buffer.concat(first);
    // Some stores name an encoding that their files do not have.
    const isPacked = layers[0]?.begins?.(start) ?? true;
    const transforms = isPacked
      ? layers.map((layer, index) =>
          index === 0 && layer === deflate && !hasZlibHead(start) ? createInflateRaw() : layer.stream(),
        )
      : [];
    const source = Readable.from(packed(first), { objectMode: false });
    // The last stream carries the errors of all.
    stream = transforms.length === 0 ? source : (pipeline([source, ...transforms], () => {}) as Transform);
    return stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  }

  return {
    received: () => received,
    async read(atLeast) {
      chunks ??= await open();
      const got: Uint8Array[] = [];
      for (let bytes = 0; bytes < atLeast; ) {
        const { done, value } = await chunks.next();
        if (done === true) break;
        got.push(value);
        bytes += value.byteLength;
        received += value.byteLength;
      }
      return got;
    },
    discard() {
      stream?.destroy();
      discard();
    },
  };
}

function byteLength(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
}
