import type { Terminal, Tone } from './terminal.ts';
import { toned } from './terminal.ts';

const characters = new Intl.Segmenter();
const printableAscii = /^[\x20-\x7e]*$/;
const emoji = /\p{Emoji_Presentation}|\p{Regional_Indicator}|\ufe0f/u;
// Combining marks, joiners, and the vowels and finals of Hangul, which sit in the cell of their first letter.
const widthless = /[\p{Mn}\p{Me}\p{Cf}\p{Cc}]|[\u1160-\u11ff]|\p{Variation_Selector}/u;
// The blocks that Unicode's East Asian Width calls wide or fullwidth; emoji are recognised by their own property.
const wide =
  /[\u1100-\u115f\u2329\u232a\u2630-\u2637\u268a-\u268f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1d300}-\u{1d37f}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]/u;

/** How many columns a text without escapes takes on a terminal. */
export function textWidth(text: string): number {
  if (printableAscii.test(text)) return text.length;
  let width = 0;
  for (const { segment } of characters.segment(text)) width += characterWidth(segment);
  return width;
}

function characterWidth(character: string): number {
  if (character.length === 1 && printableAscii.test(character)) return 1;
  if (emoji.test(character)) return 2;
  let width = 0;
  for (const point of character) width += widthless.test(point) ? 0 : wide.test(point) ? 2 : 1;
  return width;
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
  for (const { segment } of [...characters.segment(text)].reverse()) {
    room -= characterWidth(segment);
    if (room < 0) break;
    kept.unshift(segment);
  }
  return `…${kept.join('')}`;
}

function leading(text: string, columns: number): string {
  let room = columns;
  let end = 0;
  for (const { segment, index } of characters.segment(text)) {
    room -= characterWidth(segment);
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
