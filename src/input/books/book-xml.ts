import type { Readable } from 'node:stream';
import { SaxesParser } from 'saxes';
import { bookFault } from './book-archive.ts';

export type Attributes = Readonly<Record<string, string>>;

/** What is reported while a part is read; names come without their prefixes. */
interface XmlListener {
  open(name: string, attributes: Attributes): void;
  close(name: string): void;
  text(text: string): void;
}

const maxQuietBytes = 8 * 1024 ** 2;

/**
 * Reads a part of a workbook, piece by piece: the listener hears each piece before the generator yields for it.
 * Throws `Unreadable` for what is not XML, and for declarations of entities, which no workbook has.
 */
export async function* xmlPieces(
  stream: Readable,
  file: string,
  listener: XmlListener,
): AsyncGenerator<void> {
  let failed: Error | null = null;
  const parser = new SaxesParser({ position: false });
  const fail = (error: Error): void => {
    failed ??= error;
  };
  parser.on('error', fail);
  parser.on('doctype', () => fail(new Error('it declares a document type')));
  // A parser holds back what has no end yet: a text, a tag or a comment.
  let quietBytes = 0;
  parser.on('opentag', ({ name, attributes }) => {
    quietBytes = 0;
    if (failed === null) listener.open(localName(name), attributes as Attributes);
  });
  parser.on('closetag', ({ name }) => {
    quietBytes = 0;
    if (failed === null) listener.close(localName(name));
  });
  const hear = (text: string): void => {
    if (failed === null) listener.text(text);
  };
  parser.on('text', hear);
  parser.on('cdata', hear);

  let decoder: InstanceType<typeof TextDecoder> | null = null;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    quietBytes += chunk.length;
    if (quietBytes > maxQuietBytes) throw notXml(file, new Error('one of its texts has no end'));
    decoder ??= new TextDecoder(encodingOf(chunk));
    parser.write(decoder.decode(chunk, { stream: true }));
    if (failed !== null) throw notXml(file, failed);
    yield;
  }
  parser.close();
  if (failed !== null) throw notXml(file, failed);
}

export async function readXml(stream: Readable, file: string, listener: XmlListener): Promise<void> {
  for await (const _ of xmlPieces(stream, file, listener));
}

function encodingOf(head: Buffer): string {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  return head[0] === 0xfe && head[1] === 0xff ? 'utf-16be' : 'utf-8';
}

function localName(name: string): string {
  const colon = name.indexOf(':');
  return colon === -1 ? name : name.slice(colon + 1);
}

/** An attribute by its local name. */
export function attribute(attributes: Attributes, name: string): string | undefined {
  const plain = attributes[name];
  if (plain !== undefined) return plain;
  const prefixed = Object.keys(attributes).find((key) => localName(key) === name);
  return prefixed === undefined ? undefined : attributes[prefixed];
}

function notXml(file: string, { message }: Error): Error {
  const detail = message
    .replace(/\.$/, '')
    .replace(/^undefined:/, '')
    .slice(0, 120);
  return bookFault(file, `the workbook is damaged (${detail}); open it in Excel and save it again`);
}
