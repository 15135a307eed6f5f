import {
  accessSync,
  closeSync,
  constants,
  createReadStream,
  existsSync,
  openSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import { extname } from 'node:path';
import type { Readable } from 'node:stream';
import { UserError } from '../../core/complaints.ts';
import { formats, type InputFormat } from '../readers.ts';
import { missingInput } from './missing-input.ts';

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
  /** The file on disk that holds it; left out: it is a stream. */
  readonly path?: string;
  /** Of a workbook: the sheet's name; left out: its first one. */
  readonly sheet?: string;
  /** How it is read although its name says otherwise, as a sentence. */
  readonly note?: string;
  /** The bytes from the start; standard input can be opened once. */
  open(): Readable;
}

export interface SourceOptions {
  /** A format's name or one of its extensions, in any case; left out: by the path's extension. */
  readonly format?: string;
  /** What `-` stands for; touched when it is read, not before. */
  readonly stdin: Readable;
  readonly encoding?: string;
  readonly literal?: boolean;
  /** What it is called in messages; left out: by its path. */
  readonly name?: string;
  /** Of a workbook, where the path does not name it. */
  readonly sheet?: string;
}

/**
 * The input behind a path, or behind `-`. Throws `UserError`: `input` for a directory and for what is missing or may
 * not be read, `usage` for an unknown format or encoding.
 */
export function inputSource(path: string, options: SourceOptions): InputSource {
  const { literal = false } = options;
  const encoding = options.encoding === undefined ? {} : { encoding: knownEncoding(options.encoding) };
  if (path === '-') {
    const format = options.format === undefined ? formatOfStdin() : knownFormat(options.format);
    return { name: path, format, literal, ...encoding, open: () => options.stdin };
  }
  const { file, sheet = options.sheet ?? null } = sheetNamed(path);
  const isPlain = refuseUnreadable(file);
  const format = options.format === undefined ? formatOfPath(file) : knownFormat(options.format);
  const isBook = format !== 'xlsx' && isPlain && beginsWith(file, zipHead);
  return {
    name: options.name ?? path,
    format: isBook ? 'xlsx' : format,
    path: file,
    literal,
    ...encoding,
    ...(sheet === null ? {} : { sheet }),
    ...(isBook ? { note: `is an Excel workbook, not ${format.toUpperCase()}, and is read as one` } : {}),
    open: () => openFile(file),
  };
}

/** `prompts.xlsx#Sheet2`, unless a file is called so. */
function sheetNamed(path: string): { readonly file: string; readonly sheet?: string } {
  const [, file, sheet] = /^(.+?\.xls[xm])#(.*)$/is.exec(path) ?? [];
  return file === undefined || sheet === undefined || existsSync(path) ? { file: path } : { file, sheet };
}

/** A file's bytes in chunks that neither block the event loop nor waste calls. */
export function openFile(path: string): Readable {
  return createReadStream(path, { highWaterMark: 64 * 1024 });
}

/** What the system says of a path, as a sentence about the input. Anything but a system error is given back. */
export function unreadableInput(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  const { code } = error;
  if (path !== '-' && (code === 'ENOENT' || code === 'ENOTDIR')) return missingInput(path, error);
  const known = systemReasons[String(code)];
  if (known === undefined && !('syscall' in error) && code !== 'ERR_STREAM_PREMATURE_CLOSE') return error;
  const reason = known ?? `cannot be read: ${error.message}`;
  const subject = path === '-' ? 'Standard input' : `The input ${path}`;
  return new UserError('input', `${subject} ${reason}.`, null, error);
}

const systemReasons: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EACCES: 'cannot be read: permission denied',
  EPERM: 'cannot be read: permission denied',
  EISDIR: 'is a directory',
};

/** Whether it is a plain file, which can be read more than once. */
function refuseUnreadable(path: string): boolean {
  let found: Stats;
  try {
    found = statSync(path);
    accessSync(path, constants.R_OK);
  } catch (error) {
    throw unreadableInput(path, error);
  }
  if (found.isDirectory()) {
    throw new UserError(
      'input',
      `The input ${path} is a directory.`,
      'List its files instead, such as jobs/*.csv.',
    );
  }
  return found.isFile();
}

const zipHead = 0x504b0304;
const oldBookHead = 0xd0cf11e0;

function beginsWith(path: string, head: number): boolean {
  const found = Buffer.alloc(4);
  const file = openSync(path, 'r');
  try {
    return readSync(file, found) === 4 && found.readUInt32BE(0) === head;
  } finally {
    closeSync(file);
  }
}

const formatNames = Object.keys(formats) as readonly InputFormat[];
const choice = `Add --format ${formatNames.join(', --format ')}.`.replace(/,([^,]*)$/, ' or$1');

function knownFormat(word: string): InputFormat {
  const plain = word.toLowerCase().replace(/^\./, '');
  const found = formatNames.find((name) => name === plain) ?? formatByExtension(`.${plain}`);
  if (found !== undefined) return found;
  throw new UserError('usage', `Unknown input format "${word}".`, choice);
}

function formatByExtension(extension: string): InputFormat | undefined {
  return formatNames.find((name) => (formats[name].extensions as readonly string[]).includes(extension));
}

function formatOfPath(path: string): InputFormat {
  const extension = extname(path.replace(/\.gz$/i, '')).toLowerCase();
  const found = formatByExtension(extension);
  if (found !== undefined) return found;
  if (extension === '.xls' && beginsWith(path, zipHead)) return 'xlsx';
  if (extension === '.xls' && !beginsWith(path, oldBookHead)) {
    const hint =
      'If it is text, add --format tsv or --format csv; if it is a web page, save it from Excel as .xlsx.';
    throw new UserError('usage', `The input ${path} is not an Excel file, despite its name.`, hint);
  }
  const foreign = foreignSheets[extension];
  if (foreign !== undefined) {
    throw new UserError('usage', `The input ${path} is ${foreign.what}.`, foreign.hint);
  }
  const known = formatNames.flatMap((name) => formats[name].extensions).join(', ');
  throw new UserError('usage', `Cannot tell the format of ${path}: known formats are ${known}.`, choice);
}

const saveIt = 'Save it as .xlsx or as CSV (UTF-8).';

const foreignSheets: Readonly<Record<string, { readonly what: string; readonly hint: string }>> = {
  '.xls': { what: 'an old Excel file (.xls)', hint: saveIt },
  '.xlsb': { what: 'a binary Excel workbook (.xlsb)', hint: saveIt },
  '.ods': { what: 'an OpenDocument spreadsheet (.ods)', hint: saveIt },
  '.numbers': {
    what: 'an Apple Numbers document',
    hint: 'Export it as Excel or as CSV (UTF-8): File › Export To.',
  },
};

function formatOfStdin(): never {
  throw new UserError('usage', 'Cannot tell the format of standard input.', choice);
}

function knownEncoding(label: string): string {
  try {
    return new TextDecoder(label).encoding;
  } catch (error) {
    const hint = 'Try utf-8, utf-16le, windows-1252, windows-1251, shift_jis or gb18030.';
    throw new UserError('usage', `Unknown encoding "${label}".`, hint, error);
  }
}
