import { createHash } from 'node:crypto';
import type { FileOutput, Output } from '../../core/job/outputs.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import { readDocuments } from './document-outputs.ts';
import {
  base64Bytes,
  dataUriContent,
  type InlineContent,
  isDataUri,
  unnamedBase64,
} from './inline-content.ts';
import {
  byKey,
  familyOfKey,
  isBesideOutputs,
  isLinkKey,
  isOutputRoot,
  isPathKey,
  keyWords,
} from './output-keys.ts';
import { safetyFlag } from './refusals.ts';
import type { SentBody } from './sent-body.ts';

/** Where an answer comes from, and what it answers. */
export interface ResultContext {
  /** What a relative link is relative to; the gate of links judges it as any other. */
  readonly base: URL;
  readonly id: string;
  readonly sent: SentBody;
}

export interface ReadOutputs {
  /** In the order of the answer, each once; no file among them: it holds none. */
  readonly outputs: readonly Output[];
  /** What the provider says against the result's content, such as `is_image_safe is false`; null: nothing. */
  readonly flag: string | null;
}

/** No result has more files than this: a server must not fill the disk with names. */
const maxFiles = 100;

const maxOutputDepth = 32;

/**
 * The outputs of a request that ended well, wherever its answer has them: links, data URIs and base64 first; where
 * there are none, its text or its object, unless the provider's own flag says that the content was withheld.
 */
export function readOutputs(body: JsonObject, context: ResultContext): ReadOutputs {
  const { sent } = context;
  const found = fileFinder(context);
  const roots = Object.entries(body).filter(([key]) => isOutputRoot(key));
  for (const [key, value] of roots) found.take(value, { key, family: null, type: null, isNamed: false }, 0);
  const flag = safetyFlag(body);
  const files = found.files();
  const notes = found.notes();
  if (flag !== null && files.length === 0) return { outputs: [], flag };
  const documents = readDocuments(Object.fromEntries(roots), { hasFiles: files.length > 0, sent });
  const all = [...files, ...documents.filter(({ type }) => type !== 'note')] as FileOutput[];
  const remarks = documents.flatMap((each) => (each.type === 'note' ? [each.sentence] : []));
  return boundedOutputs(all, flag, [...notes, ...remarks]);
}

/** As many files as a result may have, and sentences about what is left out or marked. */
export function boundedOutputs(
  all: readonly FileOutput[],
  flag: string | null,
  remarks: readonly string[],
): ReadOutputs {
  const left = all.length - maxFiles;
  const notes = [
    ...(left > 0
      ? [`The result names ${all.length} files: the first ${maxFiles} are kept, ${left} were left out.`]
      : []),
    ...(flag === null ? [] : [`The provider marked this result: ${flag}.`]),
    ...remarks,
  ];
  const sentences = [...new Set(notes)].map((sentence): Output => ({ type: 'note', sentence }));
  return { outputs: [...all.slice(0, maxFiles), ...sentences], flag };
}

/** What stands around a value. */
interface Place {
  readonly key: string;
  /** Promised by the nearest key that promises any. */
  readonly family: string | null;
  /** A media type that stands beside it. */
  readonly type: string | null;
  /** Its key, or a sibling of it, says that it is base64 or a file's content. */
  readonly isNamed: boolean;
}

function fileFinder({ base, id, sent }: ResultContext) {
  const files: FileOutput[] = [];
  const notes: string[] = [];
  const seen = new Set<string>();

  function take(value: JsonValue, place: Place, depth: number): void {
    if (typeof value === 'string') takeText(value, place, depth);
    else if (typeof value === 'object' && value !== null && depth < maxOutputDepth) {
      if (isJsonObject(value)) takeObject(value, place, depth);
      else for (const item of value as readonly JsonValue[]) take(item, place, depth + 1);
    }
  }

  function takeObject(value: JsonObject, place: Place, depth: number): void {
    // How a workflow's result tells a picture that went in from one that came out.
    if (value.type === 'input') return;
    const type = mediaTypeIn(value);
    for (const [key, member] of Object.entries(value)) {
      if (isBesideOutputs(key)) continue;
      const isNamed = isBase64Key(key) || (type !== null && isContentKey(key) && !/^text\/|json$/.test(type));
      take(
        member,
        { key, family: familyOfKey(key) ?? place.family, type: type ?? place.type, isNamed },
        depth + 1,
      );
    }
  }

  function takeText(value: string, place: Place, depth: number): void {
    const text = value.trim();
    if (text === '' || sent.hasText(text)) return;
    if (/^https?:\/\//i.test(text)) {
      addLink(text, URL.parse(text), place);
      return;
    }
    if (isDataUri(text)) {
      addContent(dataUriContent(text), place);
      return;
    }
    if (/^(?:<\?xml[^>]*>\s*)?<svg[\s>]/i.test(text) && /<\/svg>$/i.test(text)) {
      addContent({ bytes: Buffer.from(text), type: 'image/svg+xml' }, place);
      return;
    }
    if (isJsonText(text)) {
      take(parsed(text), place, depth + 1);
      return;
    }
    const bytes = place.isNamed || isBase64Key(place.key) ? base64Bytes(text) : unnamedBase64(text);
    if (bytes !== null && bytes.length > 0) {
      addContent({ bytes, type: null }, place);
      return;
    }
    const link = isRelativeLink(text, place.key) ? URL.parse(text, base.href) : null;
    addLink(link?.href ?? '', link, place);
  }

  function addLink(url: string, link: URL | null, place: Place): void {
    // The request's own addresses in the API are no files.
    if (link === null || link.pathname.includes(`/requests/${id}`)) return;
    if (sent.hasText(link.href) || seen.has(link.href)) return;
    seen.add(link.href);
    files.push({ type: 'link', url, announced: place.type ?? place.family });
  }

  function addContent(content: InlineContent | null, place: Place): void {
    if (content === null) {
      notes.push('A data URI of the result holds nothing that can be decoded.');
      return;
    }
    const { bytes, type } = content;
    if (sent.hasBytes(bytes)) return;
    const digest = createHash('sha256').update(bytes).digest('hex');
    if (seen.has(digest)) return;
    seen.add(digest);
    files.push({ type: 'bytes', bytes, announced: type ?? place.type ?? place.family });
  }

  return { take, files: () => files, notes: () => [...notes] };
}

const isBase64Key = byKey((key): boolean => {
  const words = keyWords(key);
  return words.includes('b64') || words.includes('base64');
});

function isContentKey(key: string): boolean {
  return /^(data|content|bytes|body|blob)$/.test(key.toLowerCase());
}

const typeKeys = [
  'mime_type',
  'mimeType',
  'content_type',
  'contentType',
  'media_type',
  'mediaType',
  'mime',
] as const;

function mediaTypeIn(value: JsonObject): string | null {
  for (const key of typeKeys) {
    const type = Object.hasOwn(value, key) ? value[key] : null;
    if (typeof type === 'string' && /^[a-z]+\/[\w.+-]+/i.test(type)) return type.toLowerCase();
  }
  return null;
}

/** Whether a text is a path on the server that can be fetched, rather than a name or a word. */
function isRelativeLink(text: string, key: string): boolean {
  if (/\s/.test(text) || isPathKey(key)) return false;
  const hasExtension = /\.\w{1,12}([?#]|$)/.test(text);
  const isRooted = /^\.{0,2}\/[^/]/.test(text) || /^\/\/[\w-]+\.[\w.-]+\//.test(text);
  return (
    (isRooted && (hasExtension || isLinkKey(key))) ||
    (isLinkKey(key) && hasExtension && /^[\w%./-]/.test(text))
  );
}

function isJsonText(text: string): boolean {
  return (text.startsWith('{') && text.endsWith('}')) || (text.startsWith('[') && text.endsWith(']'));
}

function parsed(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return null;
  }
}
