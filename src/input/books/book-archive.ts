import type { Readable } from 'node:stream';
import { type Entry, fromBufferPromise, openPromise, type ZipFile } from 'yauzl';
import { fault, Unreadable } from '../reading.ts';
import type { InputSource } from '../sources/sources.ts';

/** The parts of a workbook, by their paths in it. */
export interface BookArchive {
  /** The path of a part as the archive spells it; null: there is none. */
  find(path: string): string | null;
  /**
   * The bytes of a part. The stream fails as soon as there are more of them than the archive says, which is never more
   * than the bounds allow.
   */
  open(path: string, maxBytes?: number): Promise<Readable>;
  close(): void;
}

const mebibyte = 1024 ** 2;

/** Workbooks that come as a stream are held in memory. */
const maxStreamedBytes = 64 * mebibyte;
/** Of all parts that are read, unpacked. */
const maxUnpackedBytes = 1024 * mebibyte;
const maxParts = 10_000;

/**
 * Opens a workbook. Throws `Unreadable` for what is not a workbook, for one with a password, and for one whose parts are larger
 * than any workbook's.
 */
export async function openBook(source: InputSource): Promise<BookArchive> {
  const { name: file } = source;
  const { zip, head } = await zipOf(source);
  if (zip === null) throw bookFault(file, whyNoZip(head));
  try {
    const parts = await partsOf(zip, file);
    const find = (path: string): string | null => parts.get(path.toLowerCase())?.fileName ?? null;
    if (find('xl/workbook.xml') === null && find('_rels/.rels') === null) {
      throw bookFault(file, whyNoBook([...parts.keys()]));
    }
    let openedBytes = 0;
    return {
      find,
      async open(path, maxBytes = maxUnpackedBytes) {
        const part = parts.get(path.toLowerCase());
        if (part === undefined) throw bookFault(file, `the workbook lacks its part ${path}`);
        openedBytes += part.uncompressedSize;
        if (openedBytes > maxUnpackedBytes || part.uncompressedSize > maxBytes) throw tooLarge(file);
        return zip.openReadStreamPromise(part);
      },
      close: () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw error;
  }
}

export function bookFault(file: string, message: string): Unreadable {
  return new Unreadable(fault(file, 0, 'workbook', `${message}.`));
}

/** An error of the archive, or of its packing, as one of the input; anything else is given back. */
export function asBookFault(file: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof Unreadable) return error;
  const code = 'code' in error ? String(error.code) : '';
  const isOfZip = code === '' && error.constructor === Error;
  if (!isOfZip && !code.startsWith('Z_')) return error;
  const detail = isOfZip ? error.message.replace(/\.$/, '').slice(0, 120) : code;
  return bookFault(file, `the workbook is damaged (${detail}); open it in Excel and save it again`);
}

function tooLarge(file: string): Unreadable {
  const message = 'the workbook unpacks to more than can be read at once; save the sheet as CSV (UTF-8)';
  return bookFault(file, message);
}

async function zipOf(source: InputSource): Promise<{ readonly zip: ZipFile | null; readonly head: Buffer }> {
  const options = { lazyEntries: true, autoClose: false, validateEntrySizes: true };
  if (source.path === undefined) {
    const bytes = await wholeBytes(source);
    if (!isZip(bytes)) return { zip: null, head: bytes };
    return { zip: await fromBufferPromise(bytes, options), head: bytes };
  }
  const head = await headOf(source);
  return { zip: isZip(head) ? await openPromise(source.path, options) : null, head };
}

function isZip(bytes: Buffer): boolean {
  return bytes.length >= 4 && bytes.readUInt32BE(0) === 0x504b0304;
}

const headBytes = 64 * 1024;

async function headOf(source: InputSource): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of source.open() as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= headBytes) break;
  }
  return Buffer.concat(chunks);
}

async function wholeBytes(source: InputSource): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of source.open() as AsyncIterable<Buffer | string>) {
    const piece = Buffer.from(chunk as Buffer);
    bytes += piece.length;
    if (bytes > maxStreamedBytes) {
      const max = `${maxStreamedBytes / mebibyte} MiB`;
      throw bookFault(source.name, `the workbook is larger than ${max}; give it as a file`);
    }
    chunks.push(piece);
  }
  return Buffer.concat(chunks);
}

async function partsOf(zip: ZipFile, file: string): Promise<ReadonlyMap<string, Entry>> {
  const parts = new Map<string, Entry>();
  if (zip.entryCount > maxParts)
    throw bookFault(file, `the workbook has ${zip.entryCount} parts, more than Excel writes`);
  for await (const entry of zip.eachEntry()) {
    if (entry.isEncrypted()) throw bookFault(file, locked);
    const name = entry.fileName.toLowerCase();
    if (parts.has(name)) throw bookFault(file, `the workbook holds its part ${name.slice(0, 100)} twice`);
    parts.set(name, entry);
  }
  return parts;
}

const locked = 'the workbook is protected by a password; save a copy without one';

/** Directory entries of the containers that Office wrote before it used zip are in UTF-16. */
function whyNoZip(head: Buffer): string {
  const holds = (name: string): boolean => head.includes(Buffer.from(name, 'utf16le'));
  if (head.length === 0) return 'the file is empty';
  if (head.length >= 4 && head.readUInt32BE(0) === 0xd0cf11e0) {
    if (holds('EncryptedPackage')) return locked;
    return 'the file is an old Excel file (.xls), despite its name; save it as .xlsx or as CSV (UTF-8)';
  }
  if (head[0] === 0x1f && head[1] === 0x8b)
    return 'the workbook is compressed with gzip; decompress it first';
  const text = head.toString('latin1', 0, 1024).trimStart().toLowerCase();
  if (text.startsWith('<!doctype html') || text.startsWith('<html')) {
    return 'the file is a web page, not a workbook; open it in Excel and save it as .xlsx';
  }
  if (text.startsWith('<?xml') || text.startsWith('<workbook')) {
    return 'the file is an Excel 2003 XML spreadsheet; save it as .xlsx or as CSV (UTF-8)';
  }
  const isText = !/[\0-\x08\x0e-\x1f]/.test(text);
  const advice = isText ? 'if it is text, name it .csv or add --format csv' : 'save it again as .xlsx';
  return `the file is not an Excel workbook; ${advice}`;
}

function whyNoBook(names: readonly string[]): string {
  const holds = (start: string): boolean => names.some((name) => name.startsWith(start));
  if (names.includes('content.xml')) {
    return 'the file is an OpenDocument spreadsheet (.ods); save it as .xlsx or as CSV (UTF-8)';
  }
  if (holds('index/') || holds('index.zip')) {
    return 'the file is an Apple Numbers document; export it as Excel or as CSV (UTF-8)';
  }
  return 'the file is a zip archive, not a workbook; unpack it and give the files in it';
}
