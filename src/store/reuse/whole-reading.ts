import { read } from 'node:fs';
import { promisify } from 'node:util';

const readPiece = promisify(read);
const pieceBytes = 1 << 20;

/** Reads an open file from its beginning to its end; each piece is to be used before the next one is asked for. */
export async function* readSome(handle: number): AsyncIterable<Uint8Array> {
  const buffer = Buffer.allocUnsafe(pieceBytes);
  for (let at = 0; ; ) {
    const { bytesRead } = await readPiece(handle, buffer, 0, pieceBytes, at);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}
