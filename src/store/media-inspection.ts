import { fileTypeFromBuffer } from 'file-type';
import { imageSize } from 'image-size';
import { failure, JobFailure } from '../core/failures.ts';
import { type Pixels, type ReadAt, videoPixels } from './media-boxes.ts';
import { extensionFor, mediaType } from './media-extensions.ts';
import { commonType, type Recognised } from './media-marks.ts';
import { isWhole } from './media-wholeness.ts';

/** What a downloaded file is, by its bytes. */
export interface MediaFacts {
  readonly extension: string;
  readonly mime: string;
  readonly width: number | null;
  readonly height: number | null;
}

/** What the server said of it; believed only where the bytes say nothing. */
export interface MediaHints {
  readonly contentType: string | null;
  readonly link: string;
}

// Enough for the marks of every type, and for the pixel size behind most metadata.
const headBytes = 262_144;

// Enough to tell a text from anything else.
const textBytes = 4_096;

/**
 * Recognises a whole file. Throws JobFailure (`download_failed`) for what cannot be a result: nothing, a text such as
 * an error page, or a file without its end.
 */
export async function inspectMedia(read: ReadAt, bytes: number, hints: MediaHints): Promise<MediaFacts> {
  if (bytes === 0) throw refused('The downloaded file is empty.');
  const head = await read(0, Math.min(bytes, headBytes));
  const type = mediaType(hints.contentType);
  const facts =
    commonType(head) ?? (await sniffed(head)) ?? asVector(head, type) ?? unrecognised(head, type, hints.link);
  if (!(await isWhole(facts.mime, read, bytes))) {
    throw refused(
      `The downloaded file is cut short: ${bytes} bytes without the end of its ${facts.extension} format.`,
    );
  }
  const pixels = await pixelsOf(facts.mime, head, read, bytes);
  return { ...facts, width: pixels?.width ?? null, height: pixels?.height ?? null };
}

export function refused(message: string, cause?: unknown): JobFailure {
  return new JobFailure(failure('download_failed', message), { cause });
}

async function sniffed(head: Buffer): Promise<Recognised | null> {
  const found = await fileTypeFromBuffer(head).catch(() => undefined);
  // XML is how storage servers word their errors; markup that is a result is recognised apart.
  if (found === undefined || found.mime === 'application/xml' || found.mime.startsWith('text/')) return null;
  return { extension: found.ext, mime: found.mime };
}

function asVector(head: Buffer, type: string | null): Recognised | null {
  return type === 'image/svg+xml' && /<svg[\s>]/.test(head.toString('utf8'))
    ? { extension: 'svg', mime: type }
    : null;
}

function unrecognised(head: Buffer, type: string | null, link: string): Recognised {
  const start = head.subarray(0, textBytes);
  if (isText(start)) throw refused(`The downloaded file is ${kindOfText(start)}, not an image or a video.`);
  const mime = type === null || type.startsWith('text/') ? 'application/octet-stream' : type;
  return { extension: extensionFor(type, link), mime };
}

/** Texts of any encoding but UTF-16 have no control characters, and 4 KB of anything else never lack them. */
function isText(start: Buffer): boolean {
  return !start.some((byte) => byte < 9 || (byte > 13 && byte < 32 && byte !== 27));
}

function kindOfText(start: Buffer): string {
  const text = start.toString('utf8').trimStart();
  if (/^<\?xml/i.test(text)) return 'an XML message';
  if (/^</.test(text)) return 'a web page';
  return /^[{[]/.test(text) ? 'a JSON message' : 'plain text';
}

async function pixelsOf(mime: string, head: Buffer, read: ReadAt, bytes: number): Promise<Pixels | null> {
  if (mime.startsWith('video/')) return mime === 'video/webm' ? null : videoPixels(read, bytes);
  if (!mime.startsWith('image/')) return null;
  try {
    const { width, height } = imageSize(head);
    return { width: Math.round(width), height: Math.round(height) };
  } catch {
    return null;
  }
}
