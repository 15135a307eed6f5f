import type { ReadBytes, Splice } from '../../core/ports.ts';
import { windowed } from './byte-window.ts';
import { isOwnInfotext } from './infotext.ts';
import {
  type Chunk,
  type ChunkText,
  internationalChunk,
  keywordOf,
  pngChunks,
  textChunk,
  textOf,
} from './png-chunks.ts';
import { type Container, utf8 } from './recipe-texts.ts';

const parametersKey = 'parameters';
const xmpKey = 'XML:com.adobe.xmp';

// https://spec.c2pa.org: a manifest that signs the bytes of the whole file.
const signedType = 'caBX';

/** PNG and APNG. New chunks stand behind IHDR, so before all image data. */
export const pngRecipe: Container = {
  async splices(reading, bytes, texts) {
    const read = windowed(reading);
    const chunks = await pngChunks(read, bytes);
    const [header] = chunks ?? [];
    if (chunks === null || header?.type !== 'IHDR' || header.bytes !== 13) return null;
    if (!chunks.some(({ type }) => type === 'IDAT') || chunks.some(({ type }) => type === signedType))
      return null;
    const size = await read(header.at + 8, 8);
    const { parameters, xmp } = await keyed(read, chunks);

    const edits: Splice[] = [];
    let isTaken = false;
    for (const chunk of parameters) {
      const said = await textOf(read, chunk);
      // What another program wrote about its image stays, and readers that ask for this name get that.
      if (said === null || !isOwnInfotext(said.bytes.toString(said.encoding))) isTaken = true;
      else edits.push(inPlaceOf(chunk, Buffer.alloc(0)));
    }
    const [packet, ...more] = xmp;
    const held = packet === undefined ? null : await textOf(read, packet);
    const made = texts.xmp(held?.bytes ?? null);
    if (made === null || more.length > 0 || (packet !== undefined && held === null)) return null;
    if (packet !== undefined) edits.push(inPlaceOf(packet, internationalChunk(xmpKey, made)));

    const infotext = texts.parameters({ width: size.readUInt32BE(0), height: size.readUInt32BE(4) });
    const inserted = Buffer.concat([
      ...(isTaken ? [] : [textChunk(parametersKey, infotext)]),
      ...(packet === undefined ? [internationalChunk(xmpKey, made)] : []),
    ]);
    return [{ at: header.end, removed: 0, inserted }, ...edits.sort((a, b) => a.at - b.at)];
  },

  async found(reading, bytes) {
    const read = windowed(reading);
    const chunks = await pngChunks(read, bytes);
    if (chunks === null) return null;
    const found = await keyed(read, chunks);
    const [packet, text] = [await lastText(read, found.xmp), await lastText(read, found.parameters)];
    // XMP is UTF-8 whatever the chunk is for.
    const parameters = text === null ? null : text.bytes.toString(text.encoding);
    return { xmp: packet && utf8(packet.bytes), parameters };
  },
};

async function keyed(
  read: ReadBytes,
  chunks: readonly Chunk[],
): Promise<{ parameters: Chunk[]; xmp: Chunk[] }> {
  const [parameters, xmp]: [Chunk[], Chunk[]] = [[], []];
  for (const chunk of chunks) {
    const keyword = await keywordOf(read, chunk);
    if (keyword === parametersKey) parameters.push(chunk);
    if (keyword === xmpKey) xmp.push(chunk);
  }
  return { parameters, xmp };
}

/** Of several texts with one keyword readers keep the last. */
async function lastText(read: ReadBytes, chunks: readonly Chunk[]): Promise<ChunkText | null> {
  const last = chunks.at(-1);
  return last === undefined ? null : textOf(read, last);
}

function inPlaceOf({ at, end }: Chunk, inserted: Buffer): Splice {
  return { at, removed: end - at, inserted };
}
