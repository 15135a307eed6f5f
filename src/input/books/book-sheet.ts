import type { Readable } from 'node:stream';
import { maxRowLength } from '../reading.ts';
import { bookFault } from './book-archive.ts';
import { cellPosition, maxColumns, maxRows, type NumberKind, numberText, unescaped } from './book-cells.ts';
import { textCollector, tooLongCell } from './book-parts.ts';
import type { PackedTexts } from './book-texts.ts';
import { type Attributes, xmlPieces } from './book-xml.ts';

/** A row of a sheet, as text by column, from 0. */
export interface SheetRow {
  /** Its number in the sheet, from 1. */
  readonly row: number;
  readonly cells: ReadonlyMap<number, string>;
  /** Columns with a formula that has not been calculated. */
  readonly unsolved: readonly number[];
}

/** What is needed to read a sheet. */
interface SheetContext {
  readonly file: string;
  readonly texts: PackedTexts | null;
  readonly kinds: readonly NumberKind[];
  readonly isSince1904: boolean;
}

export interface SheetFacts {
  /** Number of columns that the sheet declares; 0: it does not say. */
  readonly width: () => number;
  /** The first merged cell that spans several rows, such as `A2:A4`. */
  readonly merged: () => string | null;
}

/**
 * Reads a sheet row by row, in batches. Rows without a value are left out. Memory is bounded by the longest row.
 * Throws `Unreadable`.
 */
export function sheetRows(
  stream: Readable,
  context: SheetContext,
): { readonly rows: AsyncGenerator<readonly SheetRow[]>; readonly facts: SheetFacts } {
  const reader = sheetReader(context);
  async function* rows(): AsyncGenerator<readonly SheetRow[]> {
    for await (const _ of xmlPieces(stream, context.file, reader)) yield reader.taken();
    yield reader.taken();
  }
  return { rows: rows(), facts: reader.facts };
}

interface OpenCell {
  readonly column: number;
  readonly type: string;
  readonly kind: NumberKind;
}

function sheetReader(context: SheetContext) {
  const { file } = context;
  const inline = textCollector(file);
  let done: SheetRow[] = [];
  let [row, column, width] = [0, 0, 0];
  let merged: string | null = null;
  let cells = new Map<number, string>();
  let unsolved: number[] = [];
  let characters = 0;
  let cell: OpenCell | null = null;
  let [value, hasValue, hasFormula, isInValue] = ['', false, false, false];

  function openCell({ r, t = 'n', s = '0' }: Attributes): void {
    const at = r === undefined ? { column: column + 1, row } : cellPosition(r);
    if (at === null || at.row !== row || at.column > maxColumns) {
      throw bookFault(file, `the workbook is damaged: row ${row} holds a cell ${JSON.stringify(r ?? '')}`);
    }
    column = at.column;
    cell = { column: column - 1, type: t, kind: context.kinds[Number(s)] ?? 'number' };
    [value, hasValue, hasFormula] = ['', false, false];
    inline.take();
  }

  function closeCell({ column: at, type, kind }: OpenCell): void {
    const text =
      type === 'inlineStr' ? inline.take() : hasValue ? textOf({ type, kind, value, row }, context) : '';
    // The result may be an empty text, but not an empty number.
    const isSolved = hasValue && (value !== '' || type === 'str');
    if (hasFormula && !isSolved && type !== 'inlineStr') unsolved.push(at);
    if (text === '') return;
    characters += text.length;
    if (characters > maxRowLength) throw tooLongCell(file);
    cells.set(at, text);
  }

  return {
    facts: { width: () => width, merged: () => merged },
    taken(): readonly SheetRow[] {
      const rows = done;
      done = [];
      return rows;
    },
    open(tag: string, attributes: Attributes): void {
      switch (tag) {
        case 'dimension':
          width = cellPosition(attributes.ref?.split(':').at(-1) ?? '')?.column ?? 0;
          return;
        case 'row':
          row = attributes.r === undefined ? row + 1 : Number(attributes.r);
          if (!Number.isSafeInteger(row) || row < 1 || row > maxRows) {
            throw bookFault(
              file,
              `the workbook is damaged: it has a row ${JSON.stringify(attributes.r ?? row)}`,
            );
          }
          [column, characters] = [0, 0];
          return;
        case 'c':
          openCell(attributes);
          return;
        case 'v':
          hasValue = cell !== null;
          isInValue = true;
          return;
        case 'f':
          hasFormula = cell !== null;
          return;
        case 'mergeCell':
          if (isOfRows(attributes.ref ?? '')) merged ??= attributes.ref ?? null;
          return;
        default:
          inline.open(tag);
      }
    },
    close(tag: string): void {
      if (tag === 'v') isInValue = false;
      else if (tag === 'c' && cell !== null) {
        closeCell(cell);
        cell = null;
      } else if (tag === 'row') {
        if (cells.size > 0 || unsolved.length > 0) done.push({ row, cells, unsolved });
        [cells, unsolved] = [new Map(), []];
      } else inline.close(tag);
    },
    text(text: string): void {
      inline.text(text);
      if (!isInValue || cell === null) return;
      if (value.length + text.length > maxRowLength) throw tooLongCell(file);
      value += text;
    },
  };
}

/** What a cell with a value of this type shows. */
function textOf(
  {
    type,
    kind,
    value,
    row,
  }: Pick<OpenCell, 'type' | 'kind'> & { readonly value: string; readonly row: number },
  { file, texts, isSince1904 }: SheetContext,
): string {
  switch (type) {
    case 's': {
      const text = /^\s*\d+\s*$/.test(value) ? texts?.at(Number(value)) : undefined;
      if (text !== undefined) return text;
      throw bookFault(file, `the workbook is damaged: row ${row} refers to a text that is not there`);
    }
    case 'str':
      return unescaped(value);
    case 'b':
      // As Excel writes them into CSV.
      return /^\s*(0|false)\s*$/i.test(value) ? 'FALSE' : 'TRUE';
    case 'e':
      return value.trim();
    case 'd':
      return value.trim().replace(/T00:00(:00(\.0+)?)?Z?$/, '');
    default:
      return numberText(value, kind, isSince1904);
  }
}

/** Whether a range such as `A2:B4` spans several rows. */
function isOfRows(range: string): boolean {
  const [from, to] = range.split(':').map(cellPosition);
  return from != null && to != null && to.row > from.row;
}
