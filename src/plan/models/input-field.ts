import { isJsonObject, type JsonObject, type JsonType, type JsonValue, typeOfJson } from '../../core/json.ts';
import type { MediaKind } from '../../core/media.ts';

/** Where a member of an object stands: below which input, and how far. */
export interface Within {
  readonly root: string;
  readonly path: readonly string[];
}

/** One input of a model, as far as its schema tells. */
export interface InputField {
  readonly name: string;
  /** Empty: anything. */
  readonly types: readonly JsonType[];
  /** The values allowed, without null; null where they are not listed. */
  readonly choices: readonly JsonValue[] | null;
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly required: boolean;
  /** What a link in this input points to; null where it is not a link. */
  readonly media: MediaKind | null;
  /** The catalogue's word for the format of its texts; for a list of media, with an s at its end. */
  readonly format: string | null;
  readonly description: string | null;
  /** What the model takes where nothing is given. It is shown and never sent. */
  readonly byDefault: JsonValue;
  /** What else it may be called. */
  readonly xNames: readonly string[];
  /** What people call the group of inputs that it belongs to; null: it has none. */
  readonly group: string | null;
  /** Its value comes from elsewhere in the model, and is replaced only on purpose. */
  readonly isLinked: boolean;
  /** It is documented that files are welcome as data URIs. */
  readonly takesData: boolean;
  /** It is a member of an input that is an object; absent: an input of its own. */
  readonly within?: Within;
}

/** `isAddressed`: some input of the model is an address. */
export function fieldOf(
  name: string,
  standard: JsonObject,
  { required, isAddressed }: { readonly required: boolean; readonly isAddressed: boolean },
): InputField {
  const items = isJsonObject(standard.items) ? standard.items : {};
  const media = mediaOf(standard.format) ?? mediaOf(items.format);
  const choices = Array.isArray(standard.enum) ? standard.enum.filter((choice) => choice !== null) : null;
  return {
    name,
    types: typesOf(standard),
    choices,
    minimum: numberOf(standard.minimum ?? standard.exclusiveMinimum),
    maximum: numberOf(standard.maximum ?? standard.exclusiveMaximum),
    required,
    media,
    format:
      textOf(standard.format) ??
      (mediaOf(items.format) === null ? null : `${media}_uris`) ??
      textOf(items.format),
    description: textOf(standard.description),
    byDefault: standard.default ?? null,
    xNames: namesOf(standard),
    group: isAddressed ? groupOf(standard) : null,
    isLinked: isAddressed && standard.readOnly === true,
    takesData: isAddressed && media !== null,
  };
}

/** What else an input may be called. */
export function namesOf(schema: JsonObject): readonly string[] {
  const names = schema['x-names'];
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string' && name.trim() !== '') : [];
}

/** The part of a title before the name of the input; else that of the first further name. */
function groupOf(schema: JsonObject): string | null {
  const title = textOf(schema.title) ?? '';
  const [first = ''] = namesOf(schema);
  const group = title.includes(' · ')
    ? title.slice(0, title.lastIndexOf(' · '))
    : first.slice(0, first.lastIndexOf('.'));
  return group.trim() === '' ? null : group;
}

function typesOf(schema: JsonValue): readonly JsonType[] {
  if (!isJsonObject(schema)) return [];
  if (typeof schema.type === 'string') return [schema.type as JsonType];
  if (Array.isArray(schema.type)) return schema.type as JsonType[];
  if (Array.isArray(schema.enum)) return [...new Set(schema.enum.map(typeOfJson))];
  const branches = schema.anyOf ?? schema.oneOf;
  return Array.isArray(branches) ? [...new Set(branches.flatMap(typesOf))] : [];
}

function mediaOf(format: JsonValue | undefined): MediaKind | null {
  return (/^(image|video|audio)_uri$/.exec(String(format))?.[1] ?? null) as MediaKind | null;
}

function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function numberOf(value: JsonValue | undefined): number | null {
  return typeof value === 'number' ? value : null;
}
