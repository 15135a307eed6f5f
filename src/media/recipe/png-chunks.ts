import { inflateSync } from 'node:zlib';
import type { ReadBytes } from '../../core/ports.ts';
import { pngChunk, pngMark } from '../png-chunk.ts';
import { maxTextBytes } from './byte-window.ts';

/** A chunk; `at` is where its length stands, `end` where the next one begins. */
export interface Chunk {
  readonly type: string;
  readonly at: number;
  readonly end: number;
  /** Of its content. */
  readonly bytes: number;
}

// Some hundred times as many as the largest picture has; what has more was made to keep its reader busy.
const maxChunks = 200_000;

/** The chunks of a whole PNG up to its end; null: it is not one. */
export async function pngChunks(read: ReadBytes, bytes: number): Promise<Chunk[] | null> {
  if (!(await read(0, 8)).equals(pngMark)) return null;
  const chunks: Chunk[] = [];
  for (let at = pngMark.length; at + 12 <= bytes && chunks.length < maxChunks; ) {
    const head = await read(at, 8);
    if (head.length < 8) return null;
    const length = head.readUInt32BE(0);
    const chunk = { type: head.toString('latin1', 4, 8), at, end: at + 12 + length, bytes: length };
    if (chunk.end > bytes) return null;
    chunks.push(chunk);
    if (chunk.type === 'IEND') return chunks;
    at = chunk.end;
  }
  return null;
}

/** A text under a keyword of Latin-1: `tEXt` where it is plain ASCII, else `iTXt`, which is UTF-8. */
export function textChunk(keyword: string, text: string): Buffer {
  return /^[\n\t -~]*$/.test(text)
    ? pngChunk('tEXt', Buffer.from(`${keyword}\0${text}`, 'latin1'))
    : internationalChunk(keyword, Buffer.from(text, 'utf8'));
}

export function internationalChunk(keyword: string, utf8: Buffer): Buffer {
  // Not compressed, in no language, with no translated keyword.
  return pngChunk('iTXt', Buffer.concat([Buffer.from(`${keyword}\0\0\0\0\0`, 'latin1'), utf8]));
}

/** The bytes of a text, and how they are encoded. */
export interface ChunkText {
  readonly bytes: Buffer;
  readonly encoding: 'utf8' | 'latin1';
}

const textTypes = new Set(['tEXt', 'zTXt', 'iTXt']);
const maxKeywordLength = 79;

/** null: the chunk holds no text. */
export async function keywordOf(read: ReadBytes, chunk: Chunk): Promise<string | null> {
  if (!textTypes.has(chunk.type)) return null;
  const start = await read(chunk.at + 8, Math.min(chunk.bytes, maxKeywordLength + 1));
  const end = start.indexOf(0);
  return end === -1 ? null : start.toString('latin1', 0, end);
}

/** The text of a chunk with a keyword; null where it is too long to be one of a recipe, or damaged. */
export async function textOf(read: ReadBytes, chunk: Chunk): Promise<ChunkText | null> {
  if (chunk.bytes > maxTextBytes + 1_024) return null;
  const content = await read(chunk.at + 8, chunk.bytes);
  const rest = content.subarray(content.indexOf(0) + 1);
  switch (chunk.type) {
    case 'tEXt':
      return { bytes: rest, encoding: 'latin1' };
    case 'zTXt':
      return unpacked(rest.subarray(1), 'latin1');
    default: {
      const language = rest.indexOf(0, 2);
      const translated = rest.indexOf(0, language + 1);
      if (language === -1 || translated === -1) return null;
      const text = rest.subarray(translated + 1);
      return rest[0] === 0 ? { bytes: text, encoding: 'utf8' } : unpacked(text, 'utf8');
    }
  }
}

function unpacked(packed: Buffer, encoding: ChunkText['encoding']): ChunkText | null {
  try {
    return { bytes: inflateSync(packed, { maxOutputLength: maxTextBytes }), encoding };
  } catch {
    return null;
  }
}
