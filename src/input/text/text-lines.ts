import { maxRowLength } from '../reading.ts';

export interface TextLine {
  /** Counts from 1. */
  readonly number: number;
  /** Without its end; empty for a line that is too long. */
  readonly text: string;
  /** LF, CRLF, CR, or nothing at the end of the input. */
  readonly end: string;
  /** The line was longer than `maxRowLength` and has been dropped while it was read. */
  readonly tooLong: boolean;
}

const lineEnd = /\r\n|\n|\r/g;

/**
 * Cuts text into lines, in batches of what one piece completes. U+2028 and its like are not line ends: JSON and
 * prompts may hold them. Memory is bounded by `maxRowLength`, whatever the input.
 */
export async function* textLines(texts: AsyncIterable<string>): AsyncGenerator<readonly TextLine[]> {
  let open = '';
  let overflowing = false;
  let number = 0;

  const close = (text: string, end: string): TextLine => {
    const tooLong = overflowing || open.length + text.length > maxRowLength;
    const line = { number: ++number, text: tooLong ? '' : open + text, end, tooLong };
    open = '';
    overflowing = false;
    return line;
  };

  for await (const text of texts) {
    const lines: TextLine[] = [];
    let from = 0;
    for (const match of text.matchAll(lineEnd)) {
      lines.push(close(text.slice(from, match.index), match[0]));
      from = match.index + match[0].length;
    }
    if (open.length + text.length - from > maxRowLength) {
      overflowing = true;
      open = '';
    }
    if (!overflowing) open += text.slice(from);
    if (lines.length > 0) yield lines;
  }
  if (open !== '' || overflowing) yield [close('', '')];
}
