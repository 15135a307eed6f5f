/** Where a quote breaks the rules of RFC 4180; offsets count from the start of the record's text. */
export interface QuoteFault {
  /** `unclosed`: no closing quote. `after`: text follows it. `inside`: a quote in a cell that is not quoted. */
  readonly kind: 'unclosed' | 'after' | 'inside';
  readonly at: number;
  /** Where the cell starts. */
  readonly cell: number;
}

export interface RecordWalk {
  /** The offset at which each cell starts, its quote included. */
  readonly starts: readonly number[];
  readonly fault: QuoteFault | null;
}

/** Walks over the one record at the start of `text`: for messages alone, since csv-parse does the reading. */
export function walkRecord(text: string, delimiter: string): RecordWalk {
  const starts: number[] = [];
  let at = 0;
  for (;;) {
    const cell = at;
    starts.push(cell);
    if (text[cell] === '"') {
      const closing = closingQuote(text, cell);
      if (closing === -1) return { starts, fault: { kind: 'unclosed', at: cell, cell } };
      at = closing + 1;
      if (endsCell(text, at, delimiter)) {
        if (text[at] !== delimiter) return { starts, fault: null };
        at += 1;
        continue;
      }
      return { starts, fault: { kind: 'after', at: closing, cell } };
    }
    while (!endsCell(text, at, delimiter)) {
      if (text[at] === '"') return { starts, fault: { kind: 'inside', at, cell } };
      at += 1;
    }
    if (text[at] !== delimiter) return { starts, fault: null };
    at += 1;
  }
}

function closingQuote(text: string, opening: number): number {
  let at = text.indexOf('"', opening + 1);
  while (at !== -1 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at;
}

function endsCell(text: string, at: number, delimiter: string): boolean {
  const letter = text[at];
  return letter === undefined || letter === delimiter || letter === '\n' || letter === '\r';
}
