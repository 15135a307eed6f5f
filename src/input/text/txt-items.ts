import type { Place } from '../../core/complaints.ts';
import type { Cell, Row } from '../../core/row.ts';
import { positionAt } from '../positions.ts';
import { fault, type Reading } from '../reading.ts';
import { opensNegative, parametersIn, type Told } from './infotexts.ts';
import { flagValues, isFlagLine } from './prompt-flags.ts';
import type { TextLine } from './text-lines.ts';
import { blockEnd } from './txt-form.ts';
import type { TextListNotes } from './txt-notes.ts';

/** A text list that is being read. */
export interface TextList extends Reading {
  readonly notes: TextListNotes;
}

/** What a line or a block comes to. `wrong`: it was reported. */
export type TextItem = Row | 'comment' | 'wrong';

/** What a line of a list is: a prompt, a comment, or flags as A1111 reads them. */
export function lineItem(list: TextList, line: TextLine, text: string): TextItem {
  if (text.startsWith('#')) {
    list.notes.comment(line.number, text);
    return 'comment';
  }
  const late = lateForm(text);
  if (late !== null) {
    list.report(fault(list.file, line.number, 'text_form', late));
    return 'wrong';
  }
  if (isFlagLine(text)) return flagRow(list, line);
  return promptRow(list.file, line, text.startsWith('\\#') ? text.slice(1) : text);
}

/** Of what the first lines of a list had none: a form that the rest cannot be read in any more. */
function lateForm(text: string): string | null {
  if (blockEnd.test(text))
    return 'this line ends a block, and the lines far above it are read one by one; split the file.';
  if (parametersIn(text) === null && !opensNegative(text)) return null;
  return 'this line holds parameters of a picture, and the lines far above it hold none; split the file, or add --literal.';
}

/** A line of A1111's flags. */
function flagRow(list: TextList, line: TextLine): TextItem {
  const { file, report, notes } = list;
  const read = flagValues(line.text);
  if ('openQuote' in read) {
    const where = positionAt(line.text, read.openQuote, line.number);
    report(
      fault(
        file,
        where,
        'quote',
        'the quote that opens here is never closed; close it before the end of the line.',
      ),
    );
    return 'wrong';
  }
  const values = read.values.filter(({ text }) => text !== '');
  if (!values.some(({ name }) => name === 'prompt')) {
    report(fault(file, line.number, 'flag_lines', 'a line of flags needs --prompt "…".'));
    return 'wrong';
  }
  notes.flags(line.number);
  const told = values.map(({ name, text, at }): Told => ({ name, text, spot: { line: line.number, at } }));
  return toldRow(file, line, told, new Map([[line.number, line.text]]));
}

/** The row that several values make, each at its own place. `texts` are their lines by number. */
export function toldRow(
  file: string,
  { number }: TextLine,
  told: readonly Told[],
  texts: ReadonlyMap<number, string>,
): Row {
  return {
    file,
    line: number,
    cells: new Map(told.map(({ name, text }): [string, Cell] => [name, { kind: 'text', text }])),
    placeOf(name): Place {
      const spot = told.find((each) => each.name === name)?.spot;
      if (spot === undefined) return { file, line: number, column: null };
      return { file, ...positionAt(texts.get(spot.line) ?? '', spot.at, 1), line: spot.line };
    },
  };
}

/** A row of one prompt, which stands in this line. */
export function promptRow(file: string, { text, number }: TextLine, prompt: string): Row {
  return {
    file,
    line: number,
    cells: new Map([['prompt', { kind: 'text', text: prompt }]]),
    placeOf: (name): Place => {
      const column = name === 'prompt' ? positionAt(text, Math.max(0, text.search(/\S/)), 1).column : null;
      return { file, line: number, column };
    },
  };
}
