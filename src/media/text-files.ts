import { type MediaType, mediaKindOf } from '../core/media.ts';
import { extensionOfLink, extensionOfText, isTextExtension, mimeOf } from './media-extensions.ts';

/** What is said of a text that was downloaded. */
interface TextHints {
  /** Its media type, where the server names one that says anything. */
  readonly type: string | null;
  /** Where it came from; null: from inside a result. */
  readonly link: string | null;
  /** What the result says of it: a media type, or its first half. */
  readonly announced: string | null;
}

/** Texts of any encoding but UTF-16 have no control characters, and 4 KB of anything else never lack them. */
export function isText(start: Buffer): boolean {
  return !start.some((byte) => byte < 9 || (byte > 13 && byte < 32 && byte !== 27));
}

/** What may stand before the first element of a document: a byte order mark, comments, declarations, a type. */
const prologue =
  /^(?:\uFEFF|\s|<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<!DOCTYPE\s+(?!html\b)[^>[]*(?:\[[\s\S]*?\])?\s*>)*/i;

/**
 * A text as a file of a result; a sentence about it where it is none: a page, an error that a server of files words in
 * XML or JSON, or a text where a picture, a video or a sound was announced.
 */
export function textFile(start: Buffer, hints: TextHints): MediaType | string {
  const text = start.toString('utf8').replace(prologue, '');
  if (/^<(?:[\w-]+:)?svg[\s>/]/i.test(text)) return { extension: 'svg', mime: 'image/svg+xml' };
  const named = hints.link === null ? null : extensionOfLink(hints.link);
  if (isPage(text, hints.type, named)) return 'The downloaded file is a web page.';
  const media = announcedMedia(hints, named);
  if (media !== null) return `The downloaded file is ${kindOf(text)}, although ${media} was announced.`;
  if (isStorageError(text)) return 'The downloaded file is an XML message about an error.';
  if (named === null && hints.link !== null && isErrorObject(text)) {
    return 'The downloaded file is a JSON message about an error.';
  }
  if (named === null && hints.link !== null && isShortError(text)) {
    return `The downloaded file is plain text that reads as an error: ${JSON.stringify(text.trim().slice(0, 80))}.`;
  }
  const extension =
    (named !== null && isTextExtension(named) ? named : null) ?? extensionOfText(hints.type) ?? byLook(text);
  return { extension, mime: mimeOf(extension) };
}

const pageStart = /^<(?:!doctype\s+html|html|head|body)\b/i;
const partOfPage =
  /^<(?:title|meta|script|style|div|center|h[1-6]|p|iframe|table|span|br|link|nav|main|section)\b/i;

/** Files of these names may begin with a tag of HTML and be none. */
const markup: ReadonlySet<string> = new Set(['md', 'xml', 'dae']);

function isPage(text: string, type: string | null, named: string | null): boolean {
  if (pageStart.test(text) || type === 'text/html' || type === 'application/xhtml+xml') return true;
  return partOfPage.test(text) && !markup.has(named ?? '');
}

/** The picture, video or sound that was promised: by the file's own name, else by the server, else by the result. */
function announcedMedia({ type, announced }: TextHints, named: string | null): string | null {
  const byName = named === null ? null : mediaKindOf(mimeOf(named));
  if (byName !== null) return `a file named .${named}`;
  if (type !== null && mediaKindOf(type) !== null) return type;
  return named === null && announced !== null && mediaKindOf(announced) !== null ? announced : null;
}

function kindOf(text: string): string {
  if (/^</.test(text)) return 'an XML message';
  return /^[{[]/.test(text) ? 'a JSON message' : 'plain text';
}

/** As S3, Google, Azure and their like answer. */
function isStorageError(text: string): boolean {
  return /^<(?:[\w-]+:)?(?:Error|ErrorResponse)[\s>/]/i.test(text);
}

const errorMember = /^\{\s*"error(?:s|_?code|_?message|_?type)?"\s*:/i;
const messageMember = /^\{\s*"(?:message|msg|code|status|status_?code|detail|fault|timestamp)"\s*:/i;
const errorTalk =
  /\b(?:errors?|denied|expired|not ?found|no such|invalid|forbidden|fail(?:ed|ure)?|unauthori[sz]ed|unavailable|missing)\b/i;

// A result that begins like this by chance is longer.
const maxErrorLength = 2_048;

function isErrorObject(text: string): boolean {
  const start = text.trim();
  if (start.length > maxErrorLength) return false;
  return errorMember.test(start) || (messageMember.test(start) && errorTalk.test(start));
}

const errorWords =
  /^(?:(?:http\/\d\S* )?[45]\d\d\b|(?:error|err|exception|fatal)\b|not found|no such|forbidden|access denied|unauthori[sz]ed|permission denied|expired|invalid|bad (?:request|gateway)|internal server error|service unavailable|gateway time|too many requests|request (?:has )?expired|signature|the (?:specified|requested) \w+ (?:does not|is not|could not|was not)|file not found)/i;

function isShortError(text: string): boolean {
  const start = text.trim();
  return start.length <= 512 && errorWords.test(start);
}

/** The form of a text that nobody names, by its first lines. */
const looks: readonly (readonly [extension: string, look: RegExp])[] = [
  ['vtt', /^WEBVTT\b/],
  ['srt', /^\d+\s*\r?\n\d\d:\d\d:\d\d[,.]\d{3} --> /],
  ['ply', /^ply\r?\n/],
  ['stl', /^solid\b[^\n]*\n\s*facet\b/],
  [
    'obj',
    /^(?:#[^\n]*\n|[ \t\r]*\n|(?:mtllib|o|g|usemtl|s)[ \t][^\n]*\n)*v(?:[ \t]+-?[\d.]+(?:e[+-]?\d+)?){3}/i,
  ],
  ['gltf', /^\{[\s\S]{0,2000}"asset"\s*:\s*\{[^}]*"version"\s*:/],
  ['json', /^[{[]/],
  ['xml', /^</],
];

function byLook(text: string): string {
  return looks.find(([, look]) => look.test(text))?.[0] ?? 'txt';
}
