/** Where a quote breaks the rules of RFC 4180; offsets count from the start of the record's text. */
export interface QuoteFault {
  /**
   * `unclosed`: no closing quote. `after`: text follows it. `between`: a delimiter stands between two quotes in a text
   * that is not quoted. `stray`: a quote in such a text closes what nothing has opened.
   */
  readonly kind: 'unclosed' | 'after' | 'between' | 'stray';
  readonly at: number;
  /** Where the cell starts. */
  readonly cell: number;
}

/**
 * The offset at which each cell of the one record at the start of `text` starts, its quote included: for messages
 * alone, since csv-parse has read it by RFC 4180.
 */
export function cellStarts(text: string, delimiter: string): readonly number[] {
  const starts: number[] = [];
  for (let at = 0; ; at += 1) {
    starts.push(at);
    if (text[at] === '"') at = closingQuote(text, at) + 1;
    while (!endsCell(text, at, delimiter)) at += 1;
    if (text[at] !== delimiter) return starts;
  }
}

function closingQuote(text: string, opening: number): number {
  let at = text.indexOf('"', opening + 1);
  while (at !== -1 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at === -1 ? text.length : at;
}

export function endsCell(text: string, at: number, delimiter: string): boolean {
  const letter = text[at];
  return letter === undefined || letter === delimiter || letter === '\n' || letter === '\r';
}
