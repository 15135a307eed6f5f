import type { Row } from '../../core/row.ts';
import { type Position, positionFinder } from '../positions.ts';
import { fault, maxRowLength, tooLong } from '../reading.ts';
import { type TextLine, textLines } from '../text/text-lines.ts';
import type { JsonFault } from './json-faults.ts';
import { valueEnd } from './json-outer.ts';
import { itemRow, type Told } from './json-row.ts';
import { skipSpace } from './json-walk.ts';
import { canFollow, lineBrackets, type OpenBrackets } from './jsonl-brackets.ts';

/** An object that continues on the next line. */
interface Begun {
  readonly lines: TextLine[];
  readonly length: number;
  readonly indent: number;
  readonly brackets: OpenBrackets;
}

interface ObjectLines {
  /** Takes the next line. Gives the rows that end in it. */
  take(line: TextLine): Row[];
  /** Gives the rows of what is still open when the input ends. */
  end(): Row[];
  /** Whether an object, or the rest of a broken one, continues on the next line. */
  isBusy(): boolean;
}

/**
 * Reads objects that span lines, several on one line, with commas after them, and texts. What is broken is
 * reported once, and ends where the next line of no greater indent starts an object. Memory is bounded by `maxRowLength`.
 */
export function objectLines(told: Told): ObjectLines {
  let begun: Begun | null = null;
  // The indent of a broken object, whose other lines are not rows of their own.
  let broken: number | null = null;

  return { take, end, isBusy: () => begun !== null || broken !== null };

  function take(line: TextLine): Row[] {
    const { text } = line;
    const indent = indentOf(text);
    const first = text[indent];
    if (first === undefined && !line.tooLong) {
      return begun === null ? [] : goesOn(begun, line, begun.brackets);
    }
    if (broken !== null && !line.tooLong) {
      if (indent > broken) return [];
      broken = null;
      if (first === '}' || first === ']') return [];
    }
    if (begun !== null) return further(begun, line, indent);
    if (line.tooLong) {
      told.report(fault(told.file, line.number, 'too_long', tooLong));
      return [];
    }
    const state = first === '{' ? lineBrackets(text, indent, null) : { kind: 'closed' as const };
    if (state.kind !== 'open') return pieceRows(told, [line]);
    begun = { lines: [line], length: text.length, indent, brackets: state.brackets };
    return [];
  }

  function further(open: Begun, line: TextLine, indent: number): Row[] {
    const { text } = line;
    if (line.tooLong || open.length + text.length > maxRowLength) {
      begun = null;
      broken = open.indent;
      told.report(fault(told.file, open.lines[0]?.number ?? 1, 'too_long', tooLong));
      return [];
    }
    const fits = canFollow(open.brackets, text[indent] as string);
    const state = fits ? lineBrackets(text, indent, open.brackets) : { kind: 'broken' as const };
    if (state.kind === 'closed') {
      begun = null;
      return pieceRows(told, [...open.lines, line]);
    }
    if (state.kind === 'broken') return giveUp(open, line);
    return goesOn(open, line, state.brackets);
  }

  function goesOn(open: Begun, line: TextLine, brackets: OpenBrackets): Row[] {
    open.lines.push(line);
    begun = { ...open, length: open.length + line.text.length + 1, brackets };
    return [];
  }

  /** Reports what is broken, and continues at the first line that may start another object. */
  function giveUp(open: Begun, line: TextLine | null): Row[] {
    begun = null;
    const all = line === null ? open.lines : [...open.lines, line];
    const next = all.findIndex(({ text }, at) => {
      return at > 0 && indentOf(text) <= open.indent && text[indentOf(text)] === '{';
    });
    if (next !== -1) {
      return [...pieceRows(told, all.slice(0, next)), ...all.slice(next).flatMap((each) => take(each))];
    }
    const rows = pieceRows(told, all);
    const closes =
      line !== null && indentOf(line.text) <= open.indent && /^[}\]]/.test(line.text.trimStart());
    if (line !== null && !closes) broken = open.indent;
    return rows;
  }

  function end(): Row[] {
    const rows: Row[] = [];
    // What is given up may hold the start of another object.
    while (begun !== null) rows.push(...giveUp(begun, null));
    return rows;
  }
}

/** The rows of a text whose objects follow each other. */
export async function* objectRows(told: Told, texts: readonly string[]): AsyncGenerator<Row> {
  const objects = objectLines(told);
  for await (const lines of textLines(eachOf(texts))) {
    for (const line of lines) yield* objects.take(line);
  }
  yield* objects.end();
}

async function* eachOf(texts: readonly string[]): AsyncGenerator<string> {
  yield* texts;
}

/** The rows of lines that belong together: none of them if any part is not JSON, which is reported. */
function pieceRows(told: Told, lines: readonly TextLine[]): Row[] {
  const text = lines.map(({ text, end }, at) => (at < lines.length - 1 ? text + end : text)).join('');
  const number = lines[0]?.number ?? 1;
  const positionOf = positionFinder(text);
  const positionAt = (at: number): Position => {
    const { line, column } = positionOf(at);
    return { line: line + number - 1, column };
  };
  const rows: Row[] = [];
  let at = indentOf(text);
  while (at < text.length) {
    const end = valueEnd(text, at);
    const item = itemRow(told, {
      text: text.slice(at, end),
      start: positionAt(at),
      piece: 'line',
    });
    if ('fault' in item) {
      const { at: within, kind, message }: JsonFault = item.fault;
      told.report(fault(told.file, positionAt(at + within), kind, message));
      return [];
    }
    if (item.row !== null) rows.push(item.row);
    // Numbers and lists are not rows: one of them in a line is reported, not each.
    else if (text[at] !== '{') return [];
    at = skipSpace(text, end);
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return rows;
}

/** The white space that a line starts with, and the byte order marks of files that were joined. */
function indentOf(text: string): number {
  return text.length - text.replace(leading, '').length;
}

const leading = /^[\s\ufeff]+/;
