import type { Place } from '../core/complaints.ts';
import type { Row } from '../core/row.ts';
import { positionAt } from './positions.ts';
import { emptyInput, fault, type Reader, tooLong, Unreadable } from './reading.ts';
import { type TextLine, textLines } from './text-lines.ts';

/**
 * One prompt per line, without the white space around it. Blank lines and those that start with `#` are left out;
 * `\#` starts a prompt with a `#`.
 */
export const readTxt: Reader = async function* readTxt({ file, texts, report }) {
  let empty = true;
  let comments = 0;
  for await (const lines of textLines(texts)) {
    for (const line of lines) {
      if (line.tooLong) {
        empty = false;
        report(fault(file, line.number, 'too_long', tooLong));
        continue;
      }
      const prompt = line.text.trim();
      if (prompt === '') continue;
      if (prompt.startsWith('#')) {
        comments += 1;
        continue;
      }
      empty = false;
      yield promptRow(file, line, prompt);
    }
  }
  if (!empty) return;
  if (comments === 0) throw emptyInput(file);
  throw new Unreadable(fault(file, 1, 'no_rows', 'there is no prompt: every line is blank or a comment.'));
};

function promptRow(file: string, { text, number }: TextLine, prompt: string): Row {
  const written = prompt.startsWith('\\#') ? prompt.slice(1) : prompt;
  return {
    file,
    line: number,
    cells: new Map([['prompt', { kind: 'text', text: written }]]),
    placeOf: (name): Place => {
      const column = name === 'prompt' ? positionAt(text, text.search(/\S/), 1).column : null;
      return { file, line: number, column };
    },
  };
}
