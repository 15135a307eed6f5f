// What the whole program knows of media: the files that jobs send, their types and their limits.
import { isJsonObject, type JsonValue } from './json.ts';

export type MediaKind = 'image' | 'video' | 'audio';

export interface MediaType {
  readonly mime: string;
  /** Without a dot. */
  readonly extension: string;
}

/** The types of file that a job can send. Their extensions are part of its id: see `markerOf`. */
export const sentTypes = {
  png: { mime: 'image/png', extension: 'png' },
  jpeg: { mime: 'image/jpeg', extension: 'jpg' },
  webp: { mime: 'image/webp', extension: 'webp' },
  gif: { mime: 'image/gif', extension: 'gif' },
  avif: { mime: 'image/avif', extension: 'avif' },
  mp4: { mime: 'video/mp4', extension: 'mp4' },
  webm: { mime: 'video/webm', extension: 'webm' },
  mov: { mime: 'video/quicktime', extension: 'mov' },
  mp3: { mime: 'audio/mpeg', extension: 'mp3' },
  wav: { mime: 'audio/wav', extension: 'wav' },
  m4a: { mime: 'audio/mp4', extension: 'm4a' },
} as const satisfies Record<string, MediaType>;

/** Recognises a file that a job is to send by its first bytes, whatever its name is; null: its type is not one of them. */
export type TypeOfSent = (head: Buffer) => MediaType | null;

/** How many bytes from the start of a file `TypeOfSent` needs. */
export const sentHeadBytes = 128;

/** How large that may be which a job sends, in bytes, as its provider documents it. */
export interface BodyLimits {
  /** The body of a submission with its files in it. */
  readonly body: number;
  /** null: no limit is documented, so only that of the body holds. */
  readonly media: Readonly<Record<MediaKind, number | null>>;
}

/** No file that is sent inside a body is larger, in bytes, whatever a provider allows: it has to fit into memory. */
export const maxSentBytes = 64 * 1024 ** 2;

/** No result is larger, in bytes: a server must not fill the disk with one file. No documented output comes near it. */
export const maxResultBytes = 2 * 1024 ** 3;

/** Rounded up, so that what exceeds a limit never reads like the limit. */
export function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 100_000) / 10} MB`;
}

/** `image` for `image/png`; null for anything else, and for playlists, which are texts. */
export function mediaKindOf(mime: string): MediaKind | null {
  const [kind = ''] = mime.toLowerCase().split('/');
  const isMedia = kind === 'image' || kind === 'video' || kind === 'audio';
  return isMedia && !/mpegurl|scpls/i.test(mime) ? kind : null;
}

/** A file that a job sends. `marker` stands for it in the job's input, so that the job is known by its content. */
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

/** What a marker says of its file. */
interface MarkedFile {
  /** Relative to the run folder. */
  readonly path: string;
  readonly sha256: string;
  readonly extension: string;
}

const markerPattern = /^@(inputs\/([0-9a-f]{64})\.([a-z0-9]{1,8}))$/;

export function markerOf({ sha256, extension }: Omit<MarkedFile, 'path'>): string {
  return `@inputs/${sha256}.${extension}`;
}

/** null: the text is not a marker. */
export function readMarker(text: string): MarkedFile | null {
  const [, path, sha256, extension] = markerPattern.exec(text) ?? [];
  return path === undefined || sha256 === undefined || extension === undefined
    ? null
    : { path, sha256, extension };
}

export function isMarker(value: unknown): value is string {
  return typeof value === 'string' && markerPattern.test(value);
}

/** Every marker in a value, at any depth, as often as it occurs. */
export function markersIn(value: JsonValue): readonly string[] {
  if (isMarker(value)) return [value];
  if (typeof value !== 'object' || value === null) return [];
  return (isJsonObject(value) ? Object.values(value) : [...value]).flatMap(markersIn);
}
