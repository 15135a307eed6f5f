import type { Problem } from '../../core/complaints.ts';
import { positionAt } from '../positions.ts';
import { fault } from '../reading.ts';
import type { QuoteFault } from './csv-walk.ts';
import { delimiterName } from './table-record.ts';

/** What is wrong with the quotes of the record at `from` in a text, which stands in `line`. */
export function quoteProblem(
  text: string,
  from: number,
  found: QuoteFault,
  { file, line, delimiter }: { readonly file: string; readonly line: number; readonly delimiter: string },
): Problem {
  const cell = positionAt(text.slice(from, found.cell), found.cell - from, line);
  const quote = positionAt(text.slice(from, found.at), found.at - from, line);
  switch (found.kind) {
    case 'unclosed':
      return fault(
        file,
        cell,
        'quote',
        'the quote that opens here is never closed; end the cell with a quote.',
      );
    case 'stray': {
      const message = 'nothing opens the quote that closes here; put one at the start of the cell as well.';
      return fault(file, quote, 'quote', message);
    }
    case 'between': {
      const mark = delimiterName(delimiter);
      const message = `a ${mark} stands between quotes in a cell that is not quoted; write the cell as "… ""word${delimiter} word"" …".`;
      return fault(file, quote, 'quote', message);
    }
    case 'after': {
      if (quote.line === cell.line) {
        if (text[found.at - 1] === delimiter) {
          const message = `the quote in column ${cell.column} is not closed before this one; close it, or write a quote inside the cell twice: "".`;
          return fault(file, quote, 'quote', message);
        }
        const message = 'text follows the quote that closes the cell; write a quote inside it twice: "".';
        return fault(file, quote, 'quote', message);
      }
      const message = `the quote that opens here is not closed before the one in line ${quote.line}; close it, or write a quote inside the cell twice: "".`;
      return fault(file, cell, 'quote', message);
    }
  }
}
