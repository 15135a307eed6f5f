import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { fault, Unreadable } from '../reading.ts';

const gibibyte = 1024 ** 3;

/** No list of prompts is longer; memory does not grow with it. */
const maxBytes = 16 * gibibyte;

// Text rarely compresses to a fiftieth; beyond this it is not text.
const suspectBytes = gibibyte / 16;
const suspectRatio = 400;

/**
 * The bytes of a stream, unpacked where they are packed by gzip, whatever the file is called. Throws `Unreadable` for
 * what cannot be unpacked to its end, and for what unpacks to more than any list of prompts.
 */
export async function* ungzipped(stream: Readable, file: string): AsyncGenerator<Uint8Array> {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array | string>;
  try {
    const head = await headOf(chunks);
    if (head[0] === 0x1f && head[1] === 0x8b) yield* unpacked(head, chunks, file);
    else yield* all(head, chunks);
  } finally {
    stream.destroy();
  }
}

async function headOf(chunks: AsyncIterator<Uint8Array | string>): Promise<Uint8Array> {
  let head: Uint8Array = new Uint8Array();
  while (head.length < 2) {
    const { done, value } = await chunks.next();
    if (done === true) break;
    head = head.length === 0 ? bytesOf(value) : Buffer.concat([head, bytesOf(value)]);
  }
  return head;
}

async function* all(
  head: Uint8Array,
  chunks: AsyncIterator<Uint8Array | string>,
): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head;
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next())
    yield bytesOf(next.value);
}

async function* unpacked(
  head: Uint8Array,
  chunks: AsyncIterator<Uint8Array | string>,
  file: string,
): AsyncGenerator<Uint8Array> {
  let packedBytes = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const bytes of all(head, chunks)) {
      packedBytes += bytes.length;
      yield bytes;
    }
  }
  // The last stream carries the error of all.
  const gunzip = pipeline(counted, createGunzip(), () => {});
  let bytes = 0;
  try {
    for await (const chunk of gunzip as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      const isBomb = bytes > suspectBytes && bytes > packedBytes * suspectRatio;
      if (isBomb || bytes > maxBytes) throw tooMuch(file, bytes);
      yield chunk;
    }
  } catch (error) {
    throw isDamage(error) ? damaged(file, error) : error;
  } finally {
    gunzip.destroy();
  }
}

function bytesOf(chunk: Uint8Array | string): Uint8Array {
  return typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

function isDamage(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && /^Z_/.test(String(error.code));
}

function damaged(file: string, { code }: { readonly code: string }): Unreadable {
  const how =
    code === 'Z_BUF_ERROR'
      ? 'ends too early, like an interrupted download'
      : 'is damaged and cannot be unpacked';
  const message = `the gzip file ${how}; nothing more can be read from it.`;
  return new Unreadable(fault(file, 0, 'gzip', message));
}

function tooMuch(file: string, bytes: number): Unreadable {
  const message = `the gzip file unpacks to more than ${Math.floor(bytes / 2 ** 20)} MiB, too much for a list of prompts.`;
  return new Unreadable(fault(file, 0, 'gzip', message));
}
