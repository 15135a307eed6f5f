import { fileTypeFromBuffer } from 'file-type';
import { imageSize } from 'image-size';
import { failure, JobFailure } from '../core/job/failures.ts';
import type { MediaType } from '../core/media.ts';
import type { ReadBytes } from '../core/ports.ts';
import { type Pixels, videoPixels } from './media-boxes.ts';
import { extensionFor, mediaType, mimeOf, zipExtension } from './media-extensions.ts';
import { commonType } from './media-marks.ts';
import { isWhole } from './media-wholeness.ts';
import { isText, textFile } from './text-files.ts';

/** What a downloaded file is, by its bytes. */
export interface MediaFacts {
  readonly extension: string;
  readonly mime: string;
  readonly width: number | null;
  readonly height: number | null;
}

/** What the server said of it; believed only where the bytes say nothing. */
interface MediaHints {
  readonly contentType: string | null;
  /** null: it stood in the result itself. */
  readonly link: string | null;
  /** What the result says of it: a media type, or its first half; null: nothing. */
  readonly announced: string | null;
}

// Enough for the marks of every type, and for the pixel size behind most metadata.
const headBytes = 262_144;

// Enough to tell a text from anything else.
const textBytes = 4_096;

/**
 * Recognises a whole file, whatever its kind. Throws JobFailure (`download_failed`) for what cannot be a result:
 * nothing, a page, an error instead of a file, a text instead of a picture, or a file that is cut short.
 */
export async function inspectMedia(read: ReadBytes, bytes: number, hints: MediaHints): Promise<MediaFacts> {
  if (bytes === 0) throw refused('The downloaded file is empty.');
  const head = await read(0, Math.min(bytes, headBytes));
  const type = mediaType(hints.contentType) ?? mediaType(hints.announced);
  const facts = commonType(head) ?? (await sniffed(head, type, hints)) ?? unrecognised(head, type, hints);
  if (!(await isWhole(facts.mime, read, bytes))) {
    throw refused(
      `The downloaded file is cut short: ${bytes} bytes without the end of its ${facts.extension} format.`,
    );
  }
  const pixels = await pixelsOf(facts.mime, head, read, bytes);
  return { ...facts, width: pixels?.width ?? null, height: pixels?.height ?? null };
}

/** A text or an object that is the result itself. */
export function documentFacts(extension: 'txt' | 'json'): MediaFacts {
  return { extension, mime: mimeOf(extension), width: null, height: null };
}

export function refused(message: string, cause?: unknown): JobFailure {
  return new JobFailure(failure('download_failed', message), { cause });
}

async function sniffed(head: Buffer, type: string | null, { link }: MediaHints): Promise<MediaType | null> {
  const found = await fileTypeFromBuffer(head).catch(() => undefined);
  // Texts are told apart by more than their first bytes.
  if (found === undefined || found.mime === 'application/xml' || found.mime.startsWith('text/')) return null;
  if (found.ext !== 'zip') return { extension: found.ext, mime: found.mime };
  const extension = isScene(head) ? 'usdz' : zipExtension(type, link);
  return { extension, mime: mimeOf(extension) };
}

/** Whether a ZIP archive begins with a scene of USD, as one that is a USDZ does. */
function isScene(head: Buffer): boolean {
  if (head.length < 30 || head.readUInt32LE(0) !== 0x04034b50) return false;
  return /\.usd[acz]?$/i.test(head.toString('latin1', 30, 30 + head.readUInt16LE(26)));
}

function unrecognised(head: Buffer, type: string | null, hints: MediaHints): MediaType {
  if (isText(head.subarray(0, textBytes))) {
    const found = textFile(head, { ...hints, type });
    if (typeof found === 'string') throw misplaced(found);
    return found;
  }
  const mime = type === null || type.startsWith('text/') ? 'application/octet-stream' : type;
  return { extension: extensionFor(type, hints.link), mime };
}

/** Another try would give the same. */
function misplaced(message: string): JobFailure {
  return new JobFailure(failure('download_failed', message), { helpedBy: 'another_link' });
}

async function pixelsOf(mime: string, head: Buffer, read: ReadBytes, bytes: number): Promise<Pixels | null> {
  if (mime.startsWith('video/')) return mime === 'video/webm' ? null : videoPixels(read, bytes);
  if (!mime.startsWith('image/')) return null;
  try {
    const { width, height } = imageSize(head);
    return { width: Math.round(width), height: Math.round(height) };
  } catch {
    return null;
  }
}
