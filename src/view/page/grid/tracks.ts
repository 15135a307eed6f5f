import type { Line } from './cross-table.ts';

/** The positions of the grid's rows or columns, in CSS pixels from the edge of the first one. */
export interface Tracks {
  readonly count: number;
  /** Of one line, without the gap after it. */
  readonly size: number;
  readonly total: number;
  /** Adjacent lines that share a value of the outer axis. */
  readonly groups: readonly Group[];
  offsetOf(line: number): number;
  /** The lines that are at least partly between two edges; `last` < `first`: none. */
  span(from: number, to: number): Span;
}

export interface Span {
  readonly first: number;
  readonly last: number;
}

export interface Group extends Span {
  readonly above: number;
  readonly offset: number;
  readonly size: number;
}

export function tracks(lines: readonly Line[], size: number, gap: number, groupGap: number): Tracks {
  const offsets = new Float64Array(lines.length);
  const groups: Group[] = [];
  let at = 0;
  for (let first = 0; first < lines.length; ) {
    const { above } = lines[first] as Line;
    let last = first;
    while (lines[last + 1]?.above === above) last += 1;
    const offset = at;
    for (let line = first; line <= last; line += 1, at += size + gap) offsets[line] = at;
    groups.push({ above, first, last, offset, size: at - gap - offset });
    at += groupGap;
    first = last + 1;
  }

  /** The last line that starts at or before this edge; -1: none. */
  function before(edge: number): number {
    let [low, high] = [0, lines.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((offsets[middle] as number) <= edge) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  return {
    count: lines.length,
    size,
    total: lines.length === 0 ? 0 : at - gap - groupGap,
    groups,
    offsetOf: (line) => offsets[line] as number,
    span(from, to) {
      const near = before(from);
      const first = near >= 0 && (offsets[near] as number) + size > from ? near : near + 1;
      return { first, last: before(to) };
    },
  };
}
