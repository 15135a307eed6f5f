import type { JsonValue } from '../../core/json.ts';
import { type MediaFile, markersIn } from '../../core/media.ts';

/**
 * Bytes of a body as it is sent, with a data URI for every marker. `sizes` are the files by marker; a marker that is
 * not among them counts as the text that it is.
 */
export function bodyBytes(
  input: JsonValue,
  sizes: ReadonlyMap<string, Pick<MediaFile, 'bytes' | 'mime'>>,
): number {
  let bytes = Buffer.byteLength(JSON.stringify(input));
  if (sizes.size === 0) return bytes;
  for (const marker of markersIn(input)) {
    const file = sizes.get(marker);
    if (file === undefined) continue;
    bytes += `data:${file.mime};base64,`.length + 4 * Math.ceil(file.bytes / 3) - marker.length;
  }
  return bytes;
}
