import { posix } from 'node:path';
import { showCount } from '../../core/counts.ts';
import { maxRowLength } from '../reading.ts';
import { type BookArchive, bookFault } from './book-archive.ts';
import { type NumberKind, numberKind, unescaped } from './book-cells.ts';
import { type PackedTexts, packedTexts } from './book-texts.ts';
import { attribute, readXml } from './book-xml.ts';

/** What a workbook says about its sheets as a whole. */
export interface Book {
  readonly sheets: readonly BookSheet[];
  readonly isSince1904: boolean;
  /** Paths of the parts that all sheets share; null: there is none. */
  readonly texts: string | null;
  readonly styles: string | null;
}

export interface BookSheet {
  readonly name: string;
  readonly isHidden: boolean;
  readonly path: string;
}

interface Relation {
  readonly type: string;
  readonly path: string;
}

export async function readBookPart(archive: BookArchive, file: string): Promise<Book> {
  const roots = await relationsOf(archive, '', file);
  const root = [...roots.values()].find(({ type }) => type === 'officeDocument');
  const path = root?.path ?? 'xl/workbook.xml';
  if (/\.bin$/i.test(path)) {
    throw bookFault(file, 'the file is a binary Excel workbook (.xlsb); save it as .xlsx or as CSV (UTF-8)');
  }
  if (archive.find(path) === null || !/(^|\/)xl\//i.test(path)) {
    throw bookFault(file, 'the file is a document, not a workbook; save its list as CSV (UTF-8)');
  }
  const relations = await relationsOf(archive, path, file);
  const named: { name: string; isHidden: boolean; id: string }[] = [];
  let isSince1904 = false;
  await readXml(await archive.open(path, maxPartBytes), file, {
    open(tag, attributes) {
      if (tag === 'workbookPr') isSince1904 = /^(1|true)$/.test(attributes.date1904 ?? '');
      if (tag !== 'sheet' || named.length >= maxSheets) return;
      const isHidden = /hidden/i.test(attributes.state ?? '');
      named.push({ name: attributes.name ?? '', isHidden, id: attribute(attributes, 'id') ?? '' });
    },
    close() {},
    text() {},
  });
  const sheets = named.flatMap(({ id, ...sheet }) => {
    const relation = relations.get(id);
    // Sheets of charts have another type.
    return relation?.type === 'worksheet' ? [{ ...sheet, path: relation.path }] : [];
  });
  const partOf = (type: string): string | null =>
    [...relations.values()].find((relation) => relation.type === type)?.path ?? null;
  return { sheets, isSince1904, texts: partOf('sharedStrings'), styles: partOf('styles') };
}

const maxSheets = 10_000;
const maxPartBytes = 64 * 1024 ** 2;
const maxTextBytes = 256 * 1024 ** 2;
const maxTexts = 10_000_000;
const maxFormats = 100_000;

/** The parts that a part refers to, by the ids that it knows them by. */
async function relationsOf(
  archive: BookArchive,
  part: string,
  file: string,
): Promise<ReadonlyMap<string, Relation>> {
  const folder = posix.dirname(part);
  const found = new Map<string, Relation>();
  const path = archive.find(posix.join(folder, '_rels', `${posix.basename(part)}.rels`));
  if (path === null) return found;
  await readXml(await archive.open(path, maxPartBytes), file, {
    open(tag, { Id, Type, Target, TargetMode }) {
      if (tag !== 'Relationship' || Id === undefined || Target === undefined) return;
      if (TargetMode === 'External' || found.size >= maxSheets) return;
      const target = Target.startsWith('/') ? Target.slice(1) : posix.join(folder, Target);
      found.set(Id, { type: Type?.split('/').at(-1) ?? '', path: target });
    },
    close() {},
    text() {},
  });
  return found;
}

/** The texts that cells refer to by their numbers. */
export async function readTexts(archive: BookArchive, path: string, file: string): Promise<PackedTexts> {
  const texts = packedTexts();
  const text = textCollector(file);
  await readXml(await archive.open(path, maxTextBytes), file, {
    open: text.open,
    close(tag) {
      text.close(tag);
      if (tag !== 'si') return;
      if (texts.count() >= maxTexts) throw bookFault(file, `the workbook has more than ${maxTexts} texts`);
      texts.add(text.take());
    },
    text: text.text,
  });
  return texts;
}

/** Collects the text of a cell, its formatted pieces put together, without the readings of East Asian letters. */
export function textCollector(file: string) {
  let collected = '';
  let isInText = false;
  let isReading = false;
  return {
    open(tag: string): void {
      if (tag === 't') isInText = true;
      if (tag === 'rPh') isReading = true;
    },
    close(tag: string): void {
      if (tag === 't') isInText = false;
      if (tag === 'rPh') isReading = false;
    },
    text(text: string): void {
      if (!isInText || isReading) return;
      if (collected.length + text.length > maxRowLength) throw tooLongCell(file);
      collected += text;
    },
    take(): string {
      const taken = unescaped(collected);
      collected = '';
      return taken;
    },
  };
}

export function tooLongCell(file: string): Error {
  return bookFault(file, `a cell of the workbook is longer than ${showCount(maxRowLength)} characters`);
}

/** What kind of number each style of cells shows. */
export async function readStyles(
  archive: BookArchive,
  path: string,
  file: string,
): Promise<readonly NumberKind[]> {
  const codes = new Map<number, string>();
  const kinds: NumberKind[] = [];
  let isInCells = false;
  await readXml(await archive.open(path, maxPartBytes), file, {
    open(tag, { numFmtId, formatCode }) {
      const id = Number(numFmtId ?? 0);
      if (tag === 'numFmt' && codes.size < maxFormats) codes.set(id, formatCode ?? '');
      if (tag === 'cellXfs') isInCells = true;
      if (tag === 'xf' && isInCells && kinds.length < maxFormats) kinds.push(numberKind(id, codes.get(id)));
    },
    close(tag) {
      if (tag === 'cellXfs') isInCells = false;
    },
    text() {},
  });
  return kinds;
}
