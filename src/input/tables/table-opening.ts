import { fault, maxRowLength, type Reading, Unreadable } from '../reading.ts';
import { holdsDialect, sepLength } from './csv-dialect.ts';
import { isInputName } from './table-recognition.ts';

/** The lines above a header that are comments: how many, and where the first one is. */
export interface OpeningComments {
  readonly count: number;
  readonly line: number;
}

export interface OpenedTable {
  /** Unchanged, except that the first one holds the opening: the header, and enough below it to tell the dialect. */
  readonly texts: AsyncIterable<string>;
  /** null: there are none. Known once the first text is there. */
  comments(): OpeningComments | null;
}

/**
 * Looks into the opening of a table. Comment lines above the header become blank, so that positions stay the same.
 * `texts` throws `Unreadable` for a text that is clearly in another format.
 */
export function openTable({ file, texts }: Reading): OpenedTable {
  let found: OpeningComments | null = null;
  const prepared = (opening: string): string => {
    const looks = otherFormat(opening);
    if (looks !== null) throw new Unreadable(fault(file, 1, 'format', looks));
    const { text, comments } = withoutComments(opening);
    found = comments;
    return text;
  };
  async function* opened(): AsyncGenerator<string> {
    let opening: string | null = '';
    for await (const text of texts) {
      if (opening === null) {
        yield text;
        continue;
      }
      opening += text;
      const { text: table, isSettled } = withoutComments(opening);
      const isKnown = isSettled && holdsDialect(table) && showsFormat(opening);
      if (!isKnown && opening.length <= maxRowLength) continue;
      yield prepared(opening);
      opening = null;
    }
    if (opening !== null) yield prepared(opening);
  }
  return { texts: opened(), comments: () => found };
}

/** Whether what `otherFormat` says of a text holds whatever follows: its first line that is not blank is whole. */
function showsFormat(opening: string): boolean {
  const start = opening.trimStart();
  return /[\r\n]/.test(start) && !/^[[{]\s*$/.test(start);
}

/** What a text that is named as a table really is, as a sentence. */
function otherFormat(opening: string): string | null {
  const start = opening.slice(0, 1000).trimStart();
  if (/^<(!doctype|html|head|body|\?xml)\b/i.test(start)) {
    return 'this is a web page, not a table; download or export the file itself.';
  }
  if (start.startsWith('{\\rtf')) return 'this is rich text (RTF), not a table; save it as plain text.';
  if (/^\[\s*[[{"]/.test(start)) return 'this looks like JSON, not like a table; add --format json.';
  if (!/^\{\s*"/.test(start)) return null;
  const [line] = opening.trimStart().split(/[\r\n]/, 1);
  const format = isJson(line ?? '') ? 'jsonl' : 'json';
  return `this looks like ${format.toUpperCase()}, not like a table; add --format ${format}.`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

interface Uncommented {
  readonly text: string;
  readonly comments: OpeningComments | null;
  /** Reading more of the text would change nothing. */
  readonly isSettled: boolean;
}

/** A text without the content of the lines above its header that begin with `#`. */
function withoutComments(opening: string): Uncommented {
  const start = sepLength(opening);
  if (!/^[\s\ufeff"]*#/.test(opening.slice(start))) return { text: opening, comments: null, isSettled: true };
  // Line ends stand between the lines, at odd indexes.
  const parts = opening.slice(start).split(/(\r\n|\n|\r)/);
  const commented: number[] = [];
  let below: string | null = null;
  let at = 0;
  for (; at < parts.length && below === null; at += 2) {
    const line = parts[at] as string;
    if (/^[\s\ufeff]*"?\s*#/.test(line)) commented.push(at);
    else if (line.trim() !== '') below = line;
  }
  const isSettled = below !== null && at < parts.length;
  const header =
    below === null || namesInput(below) ? undefined : commented.find((index) => isHeader(parts[index]));
  const end = header ?? (below === null ? 0 : Number.POSITIVE_INFINITY);
  const comments = commented.filter((index) => index < end);
  const [first] = comments;
  if (first === undefined) return { text: opening, comments: null, isSettled };
  for (const index of comments) parts[index] = '';
  const line = (start === 0 ? 1 : 2) + first / 2;
  const text = opening.slice(0, start) + parts.join('');
  return { text, comments: { count: comments.length, line }, isSettled };
}

/** Whether a line that begins with `#` is itself the header: `#,prompt`, as of numbered rows, or `# prompt,seed`. */
function isHeader(line: string | undefined): boolean {
  return line !== undefined && (/^[\s\ufeff]*"?#"?\s*[,;\t|]/.test(line) || namesInput(line));
}

function namesInput(line: string): boolean {
  const cells = line.split(/[,;\t|]/);
  return cells.some((cell) => isInputName(cell.replaceAll(/^[\s\ufeff"]*#?\s*|[\s"]*$/g, '')));
}
