// Widths are string-width's; cutting, wrapping and flowing are our own, since they work on toned spans and file names.
import { createRequire } from 'node:module';
import type stringWidth from 'string-width';
import type { Terminal, Tone } from './terminal.ts';
import { toned } from './terminal.ts';

// Both are loaded when they are first needed, since their tables take longer to load than a short help.
let segmenter: Intl.Segmenter | null = null;
let library: typeof stringWidth | null = null;

/** Letters, punctuation and bars of one column each, in whatever order; every other character is for the library. */
const narrow = /^[\x20-\x7e\xa1-\xa8\xaa-\xac\xaf-\u02ff\u2010-\u2027\u2190-\u2193\u2500-\u259f]*$/;

/** How many columns a text without escapes takes on a terminal. */
export function textWidth(text: string): number {
  if (narrow.test(text)) return text.length;
  library ??= (createRequire(import.meta.url)('string-width') as { default: typeof stringWidth }).default;
  return library(text, { countAnsiEscapeCodes: true });
}

function charactersOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter();
  return segmenter.segment(text);
}

/** The text, or as many whole characters of it as fit together with a closing `…`. */
export function cutText(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  if (columns < 1) return '';
  return `${leading(text, columns - 1)}…`;
}

/** Like `cutText`, keeping the end, where file names differ. */
export function cutStart(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  if (columns < 1) return '';
  const kept: string[] = [];
  let room = columns - 1;
  for (const { segment } of [...charactersOf(text)].reverse()) {
    room -= textWidth(segment);
    if (room < 0) break;
    kept.unshift(segment);
  }
  return `…${kept.join('')}`;
}

function leading(text: string, columns: number): string {
  let room = columns;
  let end = 0;
  for (const { segment, index } of charactersOf(text)) {
    room -= textWidth(segment);
    if (room < 0) break;
    end = index + segment.length;
  }
  return text.slice(0, end);
}

export function padText(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - textWidth(text)));
}

/** Lines of at most `columns`, broken between words; a word that is longer is broken anywhere. */
export function wrapText(text: string, columns: number): readonly string[] {
  if (textWidth(text) <= columns) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (textWidth(joined) <= columns) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (textWidth(line) > columns) {
      const head = leading(line, columns) || [...line].slice(0, 1).join('');
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  return line === '' ? lines : [...lines, line];
}

/** A piece of a line that is shown in one tone. */
export interface Span {
  readonly text: string;
  readonly tone?: Tone | undefined;
}

/** Spans as one line that is never wider than `columns`. */
export function spanLine(terminal: Terminal, spans: readonly Span[], columns: number): string {
  let room = columns;
  let line = '';
  for (const { text, tone } of spans) {
    const shown = cutText(text, room);
    line += toned(terminal, tone, shown);
    room -= textWidth(shown);
    if (shown !== text) break;
  }
  return line;
}

/** Sets groups of spans side by side, three columns apart, on as many lines as needed. */
export function flowSpans(groups: readonly (readonly Span[])[], columns: number): readonly Span[][] {
  const lines: Span[][] = [];
  let used = 0;
  for (const group of groups) {
    const width = group.reduce((sum, { text }) => sum + textWidth(text), 0);
    const line = lines.at(-1);
    if (line && used + 3 + width <= columns) {
      line.push({ text: '   ' }, ...group);
      used += 3 + width;
    } else {
      lines.push([...group]);
      used = width;
    }
  }
  return lines;
}
