import type { Row } from '../core/row.ts';
import { jsonRow, parseJson } from './json-row.ts';
import { positionAt } from './positions.ts';
import { emptyInput, fault, type Reader, type Reading, tooLong } from './reading.ts';
import { type TextLine, textLines } from './text-lines.ts';

/** One JSON object per line. Blank lines are left out. */
export const readJsonl: Reader = async function* readJsonl(reading) {
  let blank = true;
  for await (const lines of textLines(reading.texts)) {
    for (const line of lines) {
      if (!line.tooLong && line.text.trim() === '') continue;
      blank = false;
      const row = jsonlRow(reading, line);
      if (row !== null) yield row;
    }
  }
  if (blank) throw emptyInput(reading.file);
};

function jsonlRow(reading: Reading, { text, number, tooLong: dropped }: TextLine): Row | null {
  const { file, report } = reading;
  if (dropped) {
    report(fault(file, number, 'too_long', tooLong));
    return null;
  }
  const parsed = parseJson(text, 'line');
  if ('fault' in parsed) {
    const { at, kind, message } = parsed.fault;
    report(fault(file, positionAt(text, at, number), kind, message));
    return null;
  }
  return jsonRow(reading, { text, start: { line: number, column: 1 }, piece: 'line' }, parsed.value);
}
