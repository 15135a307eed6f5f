import { dirname } from 'node:path';
import type { Place, Problem } from '../../core/complaints.ts';
import type { JsonValue } from '../../core/json.ts';
import {
  type BodyLimits,
  isMarker,
  type MediaFile,
  type MediaKind,
  markerOf,
  mediaKindOf,
  megabytes,
  sentTypes,
} from '../../core/media.ts';
import { suggestion } from '../../core/nearby.ts';
import type { InputField } from '../models/input-field.ts';
import { showName, showValue } from '../models/sentences.ts';

/** What a file on the user's disk holds. */
export interface MediaContent {
  /** 64 hex digits. */
  readonly sha256: string;
  readonly bytes: number;
  /** By the file's own bytes; null where they are of no kind that is known. `extension` (no dot) goes with it. */
  readonly mime: string | null;
  readonly extension: string | null;
}

/** The user's files. `base` is a folder, relative to where the command runs; null: where the command runs. */
export interface FileFinder {
  readonly limits: BodyLimits;
  /** The files that a path or a pattern (`photos/*.png`) names, in natural order, as paths that `read` takes. */
  find(pattern: string, base: string | null): readonly string[];
  /** Paths in the folder of this path, written like it, folders with a `/` at the end: for suggestions. */
  near(path: string, base: string | null): readonly string[];
  /** Throws nothing: what is wrong is the end of the sentence `"a.png" …`. */
  read(path: string): MediaContent | { readonly unreadable: string };
}

/** As far as files need to know an input. `format` is the schema's own word, where it is known. */
export type MediaField = Pick<InputField, 'types' | 'media'> &
  Partial<Pick<InputField, 'takesData' | 'format'>>;

/** What goes into the input and the files behind its markers; or the end of the sentence `image_url "@a.png" …`. */
type MediaRead =
  | { readonly ok: true; readonly value: JsonValue; readonly files: readonly MediaFile[] }
  | MediaFault;
export interface MediaFault {
  readonly ok: false;
  readonly kind: string;
  readonly reason: string;
}
type MediaFound = { readonly ok: true; readonly files: readonly MediaFile[] } | MediaFault;

/** Whether `@path` means a file here. A plain `uri` counts too, so that it is refused with a reason. */
export function takesFiles(field: MediaField): boolean {
  return field.media !== null || isDataFormat(field) || isLinkFormat(field);
}

/** `data_uri` says outright that a data URI is welcome. */
function isDataFormat({ format, takesData }: MediaField): boolean {
  return takesData === true || format === 'data_uri' || format === 'data_uris';
}

function isLinkFormat({ format }: MediaField): boolean {
  return format === 'uri' || format === 'url';
}

/** A list and nothing else. */
export function isMediaList({ types }: Pick<MediaField, 'types'>): boolean {
  return types.includes('array') && !types.includes('string');
}

/** The folder that paths in a file are relative to: its own. null for the command line and standard input. */
export function baseOf(place: Place | null): string | null {
  return place === null || place.file === '-' ? null : dirname(place.file);
}

/**
 * Files in the value of a row's cell (a text, or what JSON holds): `@path`, or a list of such. An input that is a list
 * takes all files of a pattern, any other exactly one. null: no file is meant, so it is read as any other value.
 */
export function mediaValue(
  given: JsonValue,
  field: MediaField | null,
  base: string | null,
  finder: FileFinder,
): MediaRead | null {
  if (field === null || !takesFiles(field)) return null;
  const list = asList(given, field);
  if (list === null) return typeof given === 'string' ? textValue(given, field, base, finder) : null;
  if (!list.some((each) => typeof each === 'string' && each.startsWith('@'))) return null;
  const values: JsonValue[] = [];
  const files: MediaFile[] = [];
  for (const each of list) {
    const literal = typeof each === 'string' ? literalText(each) : null;
    const isFile = typeof each === 'string' && each.startsWith('@') && literal === null;
    const found = isFile ? findMedia(each, field, base, finder) : null;
    if (found?.ok === false) return found;
    values.push(...(found?.files.map(({ marker }) => marker) ?? [literal ?? each]));
    files.push(...(found?.files ?? []));
  }
  return unforged({ ok: true, value: values, files });
}

function textValue(
  text: string,
  field: MediaField,
  base: string | null,
  finder: FileFinder,
): MediaRead | null {
  const trimmed = text.trim();
  if (!trimmed.startsWith('@')) return null;
  const literal = literalText(trimmed);
  if (literal !== null) return unforged({ ok: true, value: literal, files: [] });
  const found = findMedia(trimmed, field, base, finder);
  if (!found.ok) return found;
  const { files } = found;
  const [first] = files;
  if (isMediaList(field)) return { ok: true, value: files.map(({ marker }) => marker), files };
  if (files.length === 1 && first) return { ok: true, value: first.marker, files };
  return fault(
    'file_many',
    `matches ${files.length} files, but this input takes only one; make it an axis instead`,
  );
}

/** The members of a JSON list, whether it came as JSON or as a text. */
function asList(given: JsonValue, field: MediaField): readonly JsonValue[] | null {
  if (Array.isArray(given)) return given;
  const jsonText = typeof given === 'string' && field.types.includes('array') && /^\s*\[/.test(given);
  if (!jsonText) return null;
  try {
    const value = JSON.parse(given) as JsonValue;
    return Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/** `@@text` is the text `@text`; null where it is not written so. */
export function literalText(text: string): string | null {
  return text.startsWith('@@') ? text.slice(1) : null;
}

/** What looks like a marker and stands for no file would later be taken for one. */
export function unforged(read: MediaRead): MediaRead {
  if (!read.ok) return read;
  const known = new Set(read.files.map(({ marker }) => marker));
  const values = Array.isArray(read.value) ? read.value : [read.value];
  const forged = values.some((value) => isMarker(value) && !known.has(value));
  return forged
    ? fault('file', 'has the form reserved for files in a run folder; give the file itself as @path')
    : read;
}

/** All files of `@path` or `@pattern`, each fit for this input: at least one. */
export function findMedia(
  text: string,
  field: MediaField,
  base: string | null,
  finder: FileFinder,
): MediaFound {
  if (isLinkFormat(field)) {
    return fault('file', 'is a file, but this input takes only links; upload it and give its https link');
  }
  // Whoever writes a list that others read by its link must not choose among their files.
  if (base !== null && /^https?:/.test(base)) {
    return fault(
      'file',
      'is a file, but a list from a link cannot name files on this machine; give its https link',
    );
  }
  const pattern = text.slice(1).trim();
  if (pattern === '')
    return fault('file_missing', 'does not name a file; write @path, or @@ for the character @');
  const paths = finder.find(pattern, base);
  if (paths.length === 0) return fault('file_missing', missing(pattern, base, finder));
  const files: MediaFile[] = [];
  for (const path of paths) {
    const read = fileAt(path, field, finder);
    if ('ok' in read) {
      const named = paths.length === 1 ? '' : `names ${showValue(path)}, which `;
      return { ...read, reason: `${named}${read.reason}` };
    }
    files.push(read);
  }
  return { ok: true, files };
}

function fileAt(path: string, field: MediaField, finder: FileFinder): MediaFile | MediaFault {
  const content = finder.read(path);
  if ('unreadable' in content) return fault('file_unreadable', content.unreadable);
  const { sha256, bytes, mime, extension } = content;
  if (bytes === 0) return fault('file_type', 'is an empty file');
  const kind = mime === null ? null : mediaKindOf(mime);
  if (mime === null || extension === null || kind === null) {
    return fault('file_type', `is not a media file of a known type; known types are ${sentTypeNames()}`);
  }
  if (field.media !== null && kind !== field.media) {
    return fault('file_type', `is ${article(kind)} (${mime}), but this input takes ${article(field.media)}`);
  }
  const maxBytes = finder.limits.media[kind];
  if (maxBytes !== null && bytes > maxBytes) {
    return fault('file_size', `is ${megabytes(bytes)}; ${kind}s may be at most ${megabytes(maxBytes)}`);
  }
  return { marker: markerOf({ sha256, extension }), path, sha256, bytes, mime };
}

function missing(pattern: string, base: string | null, finder: FileFinder): string {
  if (/[*?[{]/.test(pattern)) return 'matches no file; correct the pattern or the folder';
  const known = finder.near(pattern, base);
  const folder = known.find((each) => each === `${pattern.replace(/\/+$/, '')}/`);
  if (folder !== undefined)
    return `is a folder; name its files by a pattern such as ${showName(`@${folder}*.png`)}`;
  const near = suggestion(pattern, known);
  return near === null
    ? 'does not exist; give the path of a file'
    : `does not exist; did you mean ${showValue(`@${near}`)}?`;
}

/** Said once for an input that gets its files as data URIs; null where its format welcomes them. */
export function dataLinkWarning(name: string, field: MediaField, place: Place | null): Problem | null {
  if (isDataFormat(field)) return null;
  const message = `${showName(name)} gets files as data URIs; the API documents public https links only, so they may be refused`;
  return { severity: 'warning', place, kind: 'data_uri', message };
}

function article(kind: MediaKind): string {
  return kind === 'video' ? 'a video' : kind === 'image' ? 'an image' : 'audio';
}

function fault(kind: string, reason: string): MediaFault {
  return { ok: false, kind, reason };
}

// Not a constant: what Intl knows of languages takes milliseconds to load.
const sentTypeNames = (): string => new Intl.ListFormat('en-GB').format(Object.keys(sentTypes));
