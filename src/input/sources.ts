import { accessSync, constants, createReadStream, statSync } from 'node:fs';
import { extname } from 'node:path';
import type { Readable } from 'node:stream';
import { UserError } from '../core/complaints.ts';
import { formats, type InputFormat } from './readers.ts';

export type { InputFormat };

/** One input, not opened yet. */
export interface InputSource {
  /** As the user wrote it; `-` for standard input. */
  readonly name: string;
  readonly format: InputFormat;
  /** A label that `TextDecoder` knows; left out: by byte order mark, else UTF-8. */
  readonly encoding?: string;
  /** Every text is meant as it is. */
  readonly literal?: boolean;
  /** The bytes from the start; standard input can be opened once. */
  open(): Readable;
}

export interface SourceOptions {
  /** A format's name or one of its extensions, in any case; left out: by the path's extension. */
  readonly format?: string;
  readonly stdin: Readable;
  readonly encoding?: string;
  readonly literal?: boolean;
}

/**
 * The input behind a path, or behind `-`. Throws `UserError`: `input` for a directory and for what is missing or may
 * not be read, `usage` for a format or an encoding that is not known.
 */
export function inputSource(path: string, options: SourceOptions): InputSource {
  const { stdin, literal = false } = options;
  const encoding = options.encoding === undefined ? {} : { encoding: knownEncoding(options.encoding) };
  if (path === '-') {
    const format = options.format === undefined ? formatOfStdin() : knownFormat(options.format);
    return { name: path, format, literal, ...encoding, open: () => stdin };
  }
  refuseUnreadable(path);
  const format = options.format === undefined ? formatOfPath(path) : knownFormat(options.format);
  return { name: path, format, literal, ...encoding, open: () => openFile(path) };
}

/** A file's bytes in chunks that neither block the event loop nor waste calls. */
export function openFile(path: string): Readable {
  return createReadStream(path, { highWaterMark: 64 * 1024 });
}

/** What the system says of a path, as a sentence about the input. Anything but a system error is given back. */
export function unreadableInput(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  const { code } = error;
  const known = systemReasons[String(code)];
  if (known === undefined && !('syscall' in error) && code !== 'ERR_STREAM_PREMATURE_CLOSE') return error;
  const reason = known ?? `cannot be read: ${error.message}`;
  const subject = path === '-' ? 'Standard input' : `The input ${path}`;
  return new UserError('input', `${subject} ${reason}.`, null, error);
}

const systemReasons: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EACCES: 'may not be read by you',
  EPERM: 'may not be read by you',
  EISDIR: 'is a directory',
};

function refuseUnreadable(path: string): void {
  let directory: boolean;
  try {
    directory = statSync(path).isDirectory();
    accessSync(path, constants.R_OK);
  } catch (error) {
    throw unreadableInput(path, error);
  }
  if (directory) {
    throw new UserError('input', `The input ${path} is a directory.`, 'Name the files in it, one by one.');
  }
}

const formatNames = Object.keys(formats) as readonly InputFormat[];
const choice = `Add --format ${formatNames.join(', --format ')}.`.replace(/,([^,]*)$/, ' or$1');

function knownFormat(word: string): InputFormat {
  const plain = word.toLowerCase().replace(/^\./, '');
  const found = formatNames.find((name) => name === plain) ?? formatByExtension(`.${plain}`);
  if (found !== undefined) return found;
  throw new UserError('usage', `The input format "${word}" is not known.`, choice);
}

function formatByExtension(extension: string): InputFormat | undefined {
  return formatNames.find((name) => (formats[name].extensions as readonly string[]).includes(extension));
}

function formatOfPath(path: string): InputFormat {
  const extension = extname(path).toLowerCase();
  const found = formatByExtension(extension);
  if (found !== undefined) return found;
  if (/^\.(xlsx?|xlsm|ods|numbers)$/.test(extension)) {
    throw new UserError('usage', `The input ${path} is a spreadsheet file.`, 'Save it as CSV (UTF-8).');
  }
  const known = formatNames.flatMap((name) => formats[name].extensions).join(', ');
  throw new UserError('usage', `The format of ${path} cannot be told: known are ${known}.`, choice);
}

function formatOfStdin(): never {
  throw new UserError('usage', 'The format of standard input cannot be told.', choice);
}

function knownEncoding(label: string): string {
  try {
    return new TextDecoder(label).encoding;
  } catch (error) {
    const hint = 'Try utf-8, utf-16le, windows-1252, windows-1251, shift_jis or gb18030.';
    throw new UserError('usage', `The encoding "${label}" is not known.`, hint, error);
  }
}
