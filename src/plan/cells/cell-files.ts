import type { Problem } from '../../core/complaints.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { type MediaFile, markersIn } from '../../core/media.ts';
import { dataLinkWarning } from '../media/media-files.ts';
import type { PreparedModel } from '../models/model-lookup.ts';
import { placeInRow, type RowReading } from '../rows/row-reading.ts';
import type { GridCell } from './grid-cell.ts';

/** The files behind the markers of a body, each once. */
export function usedFiles(cell: GridCell, { axes }: PreparedModel): readonly MediaFile[] {
  if (cell.files.length === 0 && axes.files.size === 0) return [];
  const own = new Map(cell.files.map((file) => [file.marker, file]));
  const used = [...new Set(markersIn(cell.input))];
  return used.flatMap((marker) => own.get(marker) ?? axes.files.get(marker) ?? []);
}

/** A body with its files may be too large to send. */
export function oversize(
  input: JsonObject,
  files: readonly MediaFile[],
  reading: RowReading,
  maxBytes: number,
): readonly (Problem & { readonly input: null })[] {
  if (files.length === 0 && isSmall(input, maxBytes)) return none;
  const bytes = bodyBytes(input, new Map(files.map((file) => [file.marker, file])));
  if (bytes <= maxBytes) return none;
  const [is, max] = [bytes, maxBytes].map((each) => `${Math.ceil(each / 2 ** 20)} MiB`);
  const message = `the request with its files is ${is}; at most ${max} can be sent`;
  return [{ severity: 'error', place: placeInRow(reading, null), kind: 'body_size', message, input: null }];
}

const none: readonly never[] = [];

/** Whether a flat body is so small that it need not be measured: at its worst a letter takes six bytes. */
function isSmall(input: JsonObject, maxBytes: number): boolean {
  let bytes = 2;
  for (const name in input) {
    const value = input[name];
    if (typeof value === 'object' && value !== null) return false;
    bytes += 6 * (name.length + (typeof value === 'string' ? value.length : 0)) + 40;
  }
  return bytes <= maxBytes;
}

/** Files are sent in a way that is not documented for most inputs. */
export function linkWarnings(input: JsonObject, { inputs }: PreparedModel): readonly Problem[] {
  return Object.entries(input).flatMap(([name, value]) => {
    const field = inputs.fields?.get(name);
    if (field === undefined || markersIn(value).length === 0) return [];
    return dataLinkWarning(name, field, null) ?? [];
  });
}

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
