import { isJsonObject, type JsonValue } from '../../core/json.ts';

/** A file that a job needs. `marker` stands for it in the job's input, so that the job is known by its content. */
export interface MediaFile {
  /** `@inputs/<sha256>.<extension>`; without the `@` it is the file's path in the run folder. */
  readonly marker: string;
  /** Where it can be read while planning. */
  readonly path: string;
  /** 64 hex digits. */
  readonly sha256: string;
  readonly bytes: number;
  readonly mime: string;
}

export const markerPattern = /^@inputs\/([0-9a-f]{64})\.([a-z0-9]{1,8})$/;

/** The body of a submit, with its files in it, may have so many bytes. */
export const maxBodyBytes = 64 * 1024 * 1024;

export function markerOf(content: { readonly sha256: string; readonly extension: string }): string {
  return `@inputs/${content.sha256}.${content.extension}`;
}

export function isMarker(value: unknown): value is string {
  return typeof value === 'string' && value.length < 90 && markerPattern.test(value);
}

/** Every marker in a value, at any depth, once for each time it stands there. */
export function markersIn(value: JsonValue): readonly string[] {
  if (isMarker(value)) return [value];
  if (typeof value !== 'object' || value === null) return [];
  return (isJsonObject(value) ? Object.values(value) : [...value]).flatMap(markersIn);
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
