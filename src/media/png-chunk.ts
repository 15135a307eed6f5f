// Own code: the packages that write PNG chunks hold whole pictures in memory, and weigh far more than this.
import { crc32 } from 'node:zlib';

/** The bytes that every PNG begins with. */
export const pngMark = Buffer.from('89504e470d0a1a0a', 'hex');

/** A chunk of a PNG: its length, its type of four letters, its content and their checksum. */
export function pngChunk(type: string, content: Uint8Array): Buffer {
  const chunk = Buffer.alloc(content.length + 12);
  chunk.writeUInt32BE(content.length, 0);
  chunk.write(type, 4, 'latin1');
  chunk.set(content, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, content.length + 8)), content.length + 8);
  return chunk;
}
