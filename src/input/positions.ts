/** Lines and columns count from 1; columns are characters (code points). */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** How many line breaks a text holds: LF, CRLF and a lone CR count as one each. */
export function lineBreaks(text: string): number {
  let breaks = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) breaks += 1;
  for (let at = text.indexOf('\r'); at !== -1; at = text.indexOf('\r', at + 1)) {
    if (text.charCodeAt(at + 1) !== 0x0a) breaks += 1;
  }
  return breaks;
}

/** Where the offset of a text stands, when the text starts in the first column of `line`. */
export function positionAt(text: string, offset: number, line: number): Position {
  const before = text.slice(0, offset);
  const lineStart = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1;
  return { line: line + lineBreaks(before), column: characters(before.slice(lineStart)) + 1 };
}

/** The same for many offsets, in ascending order, at the cost of one. */
export function positionsOf(text: string, offsets: readonly number[], line: number): readonly Position[] {
  let from = 0;
  let reached: Position = { line, column: 1 };
  return offsets.map((offset) => {
    const { line: next, column } = positionAt(text.slice(from, offset), offset - from, reached.line);
    reached = { line: next, column: next === reached.line ? reached.column + column - 1 : column };
    from = offset;
    return reached;
  });
}

function characters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

// Far enough apart to cost no memory, near enough to be walked to from the one before.
const stride = 4096;

/** Where any offset of a text stands, at a small cost each, in lines of any length: the text is walked over once. */
export function positionFinder(text: string): (offset: number) => Position {
  let marks: Position[] | null = null;

  const walk = (from: number, to: number, { line, column }: Position): Position => {
    const reached = { line, column };
    for (let at = from; at < to; at += 1) {
      const unit = text.charCodeAt(at);
      if (unit === 0x0a || (unit === 0x0d && text.charCodeAt(at + 1) !== 0x0a)) {
        reached.line += 1;
        reached.column = 1;
      } else if (!isSecondHalf(text, at)) reached.column += 1;
    }
    return reached;
  };

  const allMarks = (): Position[] => {
    const all: Position[] = [{ line: 1, column: 1 }];
    for (let at = stride; at <= text.length; at += stride) {
      all.push(walk(at - stride, at, all[all.length - 1] as Position));
    }
    return all;
  };

  return (offset) => {
    marks ??= allMarks();
    const mark = Math.floor(offset / stride);
    return walk(mark * stride, offset, marks[mark] as Position);
  };
}

function isSecondHalf(text: string, at: number): boolean {
  return isBetween(text.charCodeAt(at), 0xdc00, 0xdfff) && isBetween(text.charCodeAt(at - 1), 0xd800, 0xdbff);
}

function isBetween(unit: number, from: number, to: number): boolean {
  return from <= unit && unit <= to;
}
