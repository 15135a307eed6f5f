import { fault, maxRowLength, tooLong } from '../reading.ts';
import { opensNegative, parametersIn, toldIn } from './infotexts.ts';
import type { TextLine } from './text-lines.ts';
import { blockEnd } from './txt-form.ts';
import { lineItem, promptRow, type TextItem, type TextList, toldRow } from './txt-items.ts';

/** Blocks of several lines, each up to a line of `---`. */
export async function* inBlocks(
  list: TextList,
  batches: AsyncIterable<readonly TextLine[]>,
): AsyncGenerator<TextItem> {
  let open: TextLine[] = [];
  let letters = 0;
  for await (const lines of batches) {
    for (const line of lines) {
      const text = line.text.trim();
      if (blockEnd.test(text)) {
        if (open.length > 0) yield blockRow(list, open);
        [open, letters] = [[], 0];
      } else if (line.tooLong || letters + line.text.length > maxRowLength) {
        list.report(fault(list.file, line.number, 'too_long', tooLong));
        yield 'wrong';
        [open, letters] = [[], 0];
      } else if (text.startsWith('#')) {
        list.notes.comment(line.number, text);
        yield 'comment';
      } else if (text !== '' || open.length > 0) {
        open.push(line);
        letters += line.text.length + 1;
      }
    }
  }
  if (open.some(({ text }) => text.trim() !== '')) yield blockRow(list, open);
}

function blockRow({ file }: TextList, lines: readonly TextLine[]): TextItem {
  const text = lines
    .map((line) =>
      line.text
        .replace(/^\ufeff/, '')
        .replace(/^\s*\\#/, '#')
        .trimEnd(),
    )
    .join('\n')
    .trim();
  return promptRow(file, lines[0] as TextLine, text);
}

/** What A1111 writes under its pictures: a prompt, perhaps a negative one, and a line of parameters. */
export async function* inPictures(
  list: TextList,
  batches: AsyncIterable<readonly TextLine[]>,
): AsyncGenerator<TextItem> {
  let open: TextLine[] = [];
  for await (const lines of batches) {
    for (const line of lines) {
      const text = line.text.trim();
      const ends = parametersIn(text) !== null;
      if (ends || text !== '') open.push({ ...line, text: line.text.replace(/^\ufeff/, '').trim() });
      // Nothing that belongs together has a blank line in it.
      if (ends || (text === '' && open.length > 0)) {
        yield* picture(list, open);
        open = [];
      }
    }
  }
  yield* picture(list, open);
}

function* picture(list: TextList, lines: readonly TextLine[]): Generator<TextItem> {
  const [first] = lines;
  if (first === undefined) return;
  const isPicture = lines.some(({ text }) => opensNegative(text) || parametersIn(text) !== null);
  if (!isPicture) {
    for (const line of lines) yield lineItem(list, line, line.text);
    return;
  }
  const told = toldIn({ lines });
  if (!told.some(({ name }) => name === 'prompt')) {
    list.report(fault(list.file, first.number, 'infotext', 'these parameters have no prompt above them.'));
    yield 'wrong';
    return;
  }
  list.notes.infotext(first.number);
  yield toldRow(list.file, first, told, new Map(lines.map(({ number, text }) => [number, text])));
}
