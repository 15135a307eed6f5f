import { isJsonObject, type JsonValue } from '../../core/json.ts';
import type { Row } from '../../core/row.ts';
import { positionAt } from '../positions.ts';
import { emptyInput, maxRowLength, type Reading } from '../reading.ts';
import { textLines } from '../text/text-lines.ts';
import { wholeText } from '../text/whole-text.ts';
import { jsonRows } from './json-reader.ts';
import { jsonRow, type Told, toldOnce } from './json-row.ts';
import { objectLines } from './jsonl-objects.ts';

/**
 * One JSON object per line, in constant memory; blank lines are left out. Objects over several lines, texts and
 * commas behind the lines are taken too, and so is a file that is one JSON array.
 */
export async function* readJsonl(reading: Reading): AsyncGenerator<Row> {
  const told = toldOnce(reading);
  const { head, texts } = await peeked(reading.texts);
  if (head.trimStart().startsWith('[')) {
    told.note(() => positionAt(head, head.indexOf('['), 1), 'list', 'read as one list of rows.');
    yield* jsonRows(told, await wholeText({ file: reading.file, texts }));
    return;
  }
  const objects = objectLines(told);
  let blank = true;
  for await (const lines of textLines(texts)) {
    for (const line of lines) {
      if (!line.tooLong && line.text.trim() === '') {
        objects.take(line);
        continue;
      }
      blank = false;
      const value = line.tooLong || objects.isBusy() ? undefined : parsed(line.text);
      if (isJsonObject(value)) {
        const row = plainRow(told, line.text, line.number, value);
        if (row !== null) yield row;
      } else yield* objects.take(line);
    }
  }
  yield* objects.end();
  if (blank) throw emptyInput(reading.file);
}

function plainRow(told: Told, text: string, number: number, value: JsonValue): Row | null {
  return jsonRow(told, { text, start: { line: number, column: 1 }, piece: 'line' }, value);
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

/** The start of a text, to its first character that is not white space, and the whole text again. */
async function peeked(
  texts: AsyncIterable<string>,
): Promise<{ readonly head: string; readonly texts: AsyncIterable<string> }> {
  const iterator = texts[Symbol.asyncIterator]();
  const pieces: string[] = [];
  let length = 0;
  let isOver = false;
  while (!isOver && length <= maxRowLength && (pieces.at(-1) ?? '').trim() === '') {
    const next = await iterator.next();
    isOver = next.done === true;
    if (next.done !== true) {
      pieces.push(next.value);
      length += next.value.length;
    }
  }
  async function* again(): AsyncGenerator<string> {
    try {
      yield* pieces;
      while (!isOver) {
        const next = await iterator.next();
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      await iterator.return?.();
    }
  }
  return { head: pieces.join(''), texts: again() };
}
