import type { Problem } from '../../core/complaints.ts';
import { suggestion } from '../../core/nearby.ts';
import type { Row } from '../../core/row.ts';
import { fault, shown } from '../reading.ts';
import type { InputSource } from '../sources/sources.ts';
import { noDelimiter, type TableRecord } from '../tables/table-record.ts';
import { tableRows } from '../tables/table-rows.ts';
import { asBookFault, type BookArchive, bookFault, openBook } from './book-archive.ts';
import { columnLetters } from './book-cells.ts';
import { type Book, type BookSheet, readBookPart, readStyles, readTexts } from './book-parts.ts';
import { type SheetFacts, type SheetRow, sheetRows } from './book-sheet.ts';

/**
 * The rows of a sheet of a workbook: of its first one that is not hidden, or of the one that the source names. The
 * first row with a value is the header. Throws `Unreadable`.
 */
export async function* readBook(
  source: InputSource,
  report: (problem: Problem) => void,
): AsyncGenerator<Iterable<Row>> {
  const { name: file } = source;
  let archive: BookArchive | null = null;
  try {
    archive = await openBook(source);
    const book = await readBookPart(archive, file);
    const sheet = sheetOf(book, source, report);
    const context = {
      file,
      isSince1904: book.isSince1904,
      texts: book.texts === null ? null : await readTexts(archive, book.texts, file),
      kinds: book.styles === null ? [] : await readStyles(archive, book.styles, file),
    };
    const { rows, facts } = sheetRows(await archive.open(sheet.path), context);
    yield* tableRows({ file, report }, records(rows, facts, { file, report }), () => null);
    const merged = facts.merged();
    if (merged !== null) report(mergedNote(file, merged));
  } catch (error) {
    throw asBookFault(file, error);
  } finally {
    archive?.close();
  }
}

function sheetOf(
  { sheets }: Book,
  { name: file, sheet: wanted }: InputSource,
  report: (problem: Problem) => void,
): BookSheet {
  const names = sheets.map(({ name }) => name);
  if (wanted !== undefined) {
    const found =
      sheets.find(({ name }) => name === wanted) ?? sheets.find((sheet) => isCalled(sheet, wanted));
    if (found !== undefined) return found;
    const near = suggestion(wanted, names);
    const meant = near === null ? '' : `; did you mean ${shown(near)}?`;
    throw bookFault(file, `there is no sheet ${shown(wanted)}: there is ${listed(names)}${meant}`);
  }
  const chosen = sheets.find(({ isHidden }) => !isHidden) ?? sheets[0];
  if (chosen === undefined) throw bookFault(file, 'the workbook has no sheet');
  if (sheets.length > 1) {
    const others = listed(names.filter((name) => name !== chosen.name));
    const message = `reads the sheet ${shown(chosen.name)}; to read another, add its name as in ${file}#NAME: ${others}`;
    report({ severity: 'note', place: { file, line: 0, column: null }, kind: 'sheet', message });
  }
  return chosen;
}

function isCalled({ name }: BookSheet, wanted: string): boolean {
  return name.trim().toLowerCase() === wanted.trim().toLowerCase();
}

function listed(names: readonly string[]): string {
  const first = names.slice(0, 10).map(shown).join(', ');
  return names.length > 10 ? `${first} and ${names.length - 10} more` : first;
}

// A row of a hostile sheet costs no more than its header is wide, and sheets say themselves how wide they are.
const maxUnnamed = 1_000;

async function* records(
  batches: AsyncIterable<readonly SheetRow[]>,
  facts: SheetFacts,
  told: { readonly file: string; readonly report: (problem: Problem) => void },
): AsyncGenerator<readonly TableRecord[]> {
  let header: { readonly row: number; readonly width: number } | null = null;
  for await (const batch of batches) {
    const ready: TableRecord[] = [];
    for (const row of batch) {
      if (header === null) {
        const named = Math.max(-1, ...row.cells.keys()) + 1;
        header = { row: row.row, width: Math.max(named, Math.min(facts.width(), maxUnnamed)) };
      }
      const problem = rowProblem(row, header, told.file);
      if (problem === null) ready.push(recordOf(row, header.width));
      else told.report(problem);
    }
    if (ready.length > 0) yield ready;
  }
}

function rowProblem(
  { row, cells, unsolved }: SheetRow,
  header: { readonly row: number; readonly width: number },
  file: string,
): Problem | null {
  const [formula] = unsolved;
  if (formula !== undefined) {
    const where = { line: row, column: formula + 1 };
    const cell = `${columnLetters(formula + 1)}${row}`;
    const message = `the formula in ${cell} has no value yet; open the workbook in Excel or LibreOffice and save it.`;
    return fault(file, where, 'formula', message);
  }
  const surplus = [...cells].find(([at, text]) => at >= header.width && text.trim() !== '');
  if (surplus === undefined) return null;
  const [at, text] = surplus;
  const letters = columnLetters(at + 1);
  const message = `${letters}${row} holds ${shown(text)}, but column ${letters} has no name in row ${header.row}.`;
  return fault(file, { line: row, column: at + 1 }, 'ragged', message);
}

function recordOf({ row, cells }: SheetRow, width: number): TableRecord {
  const fields = Array.from({ length: width }, (_, at) => cells.get(at) ?? '');
  return {
    fields,
    line: row,
    // No text of a sheet is cut anywhere.
    delimiter: noDelimiter,
    spans: false,
    raw: () => fields.join('\t'),
    starts: () => fields.map((_, at) => ({ line: row, column: at + 1 })),
  };
}

function mergedNote(file: string, range: string): Problem {
  const message = `${range} is one merged cell: only its first row has the value, the other rows have none`;
  return { severity: 'note', place: { file, line: 0, column: null }, kind: 'merged', message };
}
