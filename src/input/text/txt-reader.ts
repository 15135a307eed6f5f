import type { Row } from '../../core/row.ts';
import { rowsIn } from '../../core/row-batches.ts';
import { readJson } from '../json/json-reader.ts';
import { readJsonl } from '../json/jsonl-reader.ts';
import { emptyInput, fault, maxRowLength, type Reading, tooLong, Unreadable } from '../reading.ts';
import { readCsv } from '../tables/csv-reader.ts';
import { readTsv } from '../tables/tsv-reader.ts';
import { type TextLine, textLines } from './text-lines.ts';
import { inBlocks, inPictures } from './txt-blocks.ts';
import { formOf, jsonString, type TextForm } from './txt-form.ts';
import { warnOfBullets, withoutHeading } from './txt-headings.ts';
import { lineItem, promptRow, type TextItem, type TextList } from './txt-items.ts';
import { textListNotes } from './txt-notes.ts';

const maxLinesAhead = 1_000;

/**
 * A list of prompts, one per line without the white space around it. Blank lines and those that start with `#` are left
 * out; `\#` starts a prompt with a `#`. Lists in other forms are recognized by their first lines: blocks that `---` ends,
 * parameters as A1111 writes them, lines of its flags, and tables or JSON under the name of a text.
 */
export async function* readTxt(reading: Reading): AsyncGenerator<Row> {
  if (reading.literal === true) {
    yield* literalLines(reading);
    return;
  }
  const { ahead, rest } = await lookAhead(reading);
  const form = formOf(ahead);
  if (form.kind === 'table' || form.kind === 'json' || form.kind === 'jsonl') {
    yield* asOtherFormat(reading, form, allTexts(ahead, rest));
    return;
  }
  const notes = textListNotes(reading);
  const list = { ...reading, notes };
  let isEmpty = true;
  let isAllComments = false;
  for await (const row of rowsOf(list, form.kind, ahead, rest)) {
    if (row === 'comment') isAllComments = true;
    else {
      isEmpty = false;
      if (row !== 'wrong') yield row;
    }
  }
  if (!isEmpty) {
    notes.report();
    return;
  }
  if (!isAllComments) throw emptyInput(reading.file);
  const message = 'there is no prompt: every line is blank or a comment.';
  throw new Unreadable(fault(reading.file, 1, 'no_rows', message));
}

type Batches = AsyncIterator<readonly TextLine[]>;

async function lookAhead({ texts }: Reading): Promise<{ ahead: readonly TextLine[]; rest: Batches }> {
  const rest = textLines(texts)[Symbol.asyncIterator]();
  const ahead: TextLine[] = [];
  let letters = 0;
  while (ahead.length < maxLinesAhead && letters < maxRowLength) {
    const next = await rest.next().catch((error: unknown) => ({ error }));
    // What stands before an unreadable byte is read anyway.
    if ('error' in next) return { ahead, rest: failing(next.error) };
    if (next.done === true) break;
    for (const line of next.value) letters += line.text.length;
    ahead.push(...next.value);
  }
  return { ahead, rest };
}

async function* failing(error: unknown): AsyncGenerator<readonly TextLine[]> {
  yield* [];
  throw error;
}

async function* allLines(ahead: readonly TextLine[], rest: Batches): AsyncGenerator<readonly TextLine[]> {
  yield ahead;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

async function* allTexts(ahead: readonly TextLine[], rest: Batches): AsyncGenerator<string> {
  for await (const lines of allLines(ahead, rest)) {
    yield lines
      .map(({ text, end, tooLong }) => (tooLong ? 'x'.repeat(maxRowLength + 1) : text) + end)
      .join('');
  }
}

type OtherForm = Exclude<TextForm, { kind: ListKind }>;
type ListKind = 'lines' | 'blocks' | 'strings' | 'infotexts';

/** A table or JSON that is called a text. */
async function* asOtherFormat(
  reading: Reading,
  form: OtherForm,
  texts: AsyncIterable<string>,
): AsyncGenerator<Row> {
  const { file, report } = reading;
  const what =
    form.kind === 'table' ? 'a table with a header' : `${form.kind === 'json' ? 'JSON' : 'JSON lines'}`;
  const message = `the file is read as ${what}, as its first lines say; --literal reads one prompt per line.`;
  report({ ...fault(file, 1, 'text_form', message), severity: 'note' });
  const other = { ...reading, texts };
  switch (form.kind) {
    case 'json':
      yield* readJson(other);
      return;
    case 'jsonl':
      yield* readJsonl(other);
      return;
    case 'table':
      yield* rowsIn(form.delimiter === '\t' ? readTsv(other) : readCsv(other));
  }
}

async function* rowsOf(
  list: TextList,
  kind: ListKind,
  ahead: readonly TextLine[],
  rest: Batches,
): AsyncGenerator<TextItem> {
  const lines = allLines(ahead, rest);
  switch (kind) {
    case 'blocks':
      yield* inBlocks(list, lines);
      return;
    case 'infotexts':
      yield* inPictures(list, lines);
      return;
    case 'strings':
      list.notes.say(
        'note',
        ahead[0]?.number ?? 1,
        'strings',
        'every line is a text in quotes, and is read without them.',
      );
      yield* oneByOne(list, lines, true);
      return;
    case 'lines':
      warnOfBullets(list, ahead);
      yield* oneByOne(list, withoutHeading(list, lines), false);
  }
}

async function* oneByOne(
  list: TextList,
  batches: AsyncIterable<readonly TextLine[]>,
  inQuotes: boolean,
): AsyncGenerator<TextItem> {
  for await (const lines of batches) {
    for (const line of lines) {
      if (line.tooLong) {
        list.report(fault(list.file, line.number, 'too_long', tooLong));
        yield 'wrong';
        continue;
      }
      const text = line.text.replace(/^\ufeff/, '').trim();
      if (text === '') continue;
      yield inQuotes ? promptRow(list.file, line, jsonString(text) ?? text) : lineItem(list, line, text);
    }
  }
}

/** Every line as it is, but for the white space around it. */
async function* literalLines({ file, texts, report }: Reading): AsyncGenerator<Row> {
  let isEmpty = true;
  for await (const lines of textLines(texts)) {
    for (const line of lines) {
      if (!line.tooLong && line.text.trim() === '') continue;
      isEmpty = false;
      if (line.tooLong) report(fault(file, line.number, 'too_long', tooLong));
      else yield promptRow(file, line, line.text.trim());
    }
  }
  if (isEmpty) throw emptyInput(file);
}
