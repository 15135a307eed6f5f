/*
 * Own code: a choice of a few jobs that stands for a whole grid. Designs of experiments (Latin hypercubes, orthogonal
 * arrays) presume a full grid, and people's grids have holes: excluded cells, linked axes, rows with values of their own.
 */

import { type Dimension, even, type Varying } from './spread-evening.ts';

/** What a job has on the dimensions of its grid, by their names. */
export type Facets = Readonly<Record<string, string>>;

/** Gathers candidates, in the order of the plan. Memory grows with their number. */
interface Spreading {
  add(facets: Facets): void;
  /** What is chosen already, beside the candidates. */
  take(facets: Facets): void;
  /** The positions of `n` candidates, or of all where there are fewer, in the order in which they were chosen. */
  choose(n: number): readonly number[];
}

// Comparing all pairs of dimensions takes time, so that only this many of equally good candidates are compared.
const maxCompared = 200;

/**
 * Chooses jobs so that every value of every dimension occurs as evenly as their number allows: on a full grid the counts
 * of two values differ by one at most, so that as many jobs as a dimension has values cover each. Of dimensions with more
 * values than jobs, evenly spaced ones are taken. Then pairs of values are varied. The same candidates give the same
 * choice.
 */
export function spreading(): Spreading {
  const dimensions = new Map<string, Dimension>();
  const candidates: number[][] = [];
  const taken: number[][] = [];

  function dimension(name: string): Dimension {
    const known = dimensions.get(name);
    if (known !== undefined) return known;
    // Code 0: the job has no such value.
    const codes = new Map<string, number>();
    const made: Dimension = {
      codes,
      used: new Uint32Array(),
      preferred: new Uint8Array(),
      values: [],
      isCoverable: false,
    };
    dimensions.set(name, made);
    return made;
  }

  function coded(facets: Facets): number[] {
    for (const name of Object.keys(facets)) dimension(name);
    return [...dimensions].map(([name, { codes }]) => {
      const value = facets[name];
      if (value === undefined) return 0;
      const code = codes.get(value) ?? codes.size + 1;
      codes.set(value, code);
      return code;
    });
  }

  return {
    add: (facets) => void candidates.push(coded(facets)),
    take: (facets) => void taken.push(coded(facets)),
    choose(n) {
      if (n >= candidates.length) return candidates.map((_, position) => position);
      return chosen(candidates, taken, [...dimensions.values()], n);
    },
  };
}

function chosen(
  candidates: readonly number[][],
  taken: readonly number[][],
  all: readonly Dimension[],
  n: number,
): number[] {
  // Candidates that came before a dimension did lack its code.
  for (const codes of [...candidates, ...taken]) while (codes.length < all.length) codes.push(0);
  const sizes = all.map((_, d) => valuesOf(candidates, d));
  const varying = all.flatMap((each, d) => ((sizes[d] as Values).codes.length > 1 ? [{ each, d }] : []));
  for (const { each, d } of varying) prepare(each, sizes[d] as Values, n + taken.length);
  const pairs = new Map<string, number>();
  const isTaken = new Uint8Array(candidates.length);

  function use(codes: readonly number[]): void {
    for (const { each, d } of varying) {
      const code = codes[d] as number;
      each.used[code] = (each.used[code] as number) + 1;
    }
    for (const pair of pairsOf(codes)) pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }

  function* pairsOf(codes: readonly number[]): Iterable<string> {
    for (const [nth, { d }] of varying.entries()) {
      for (const { d: other } of varying.slice(nth + 1)) yield `${d} ${codes[d]} ${other} ${codes[other]}`;
    }
  }

  function seen(position: number): number {
    let sum = 0;
    for (const pair of pairsOf(candidates[position] as number[])) sum += pairs.get(pair) ?? 0;
    return sum;
  }

  function next(): number {
    let best: Score | null = null;
    let equals: number[] = [];
    for (let position = 0; position < candidates.length; position += 1) {
      if (isTaken[position] === 1) continue;
      const score = scoreOf(candidates[position] as number[], varying);
      const order = best === null ? -1 : compare(score, best);
      if (order < 0) [best, equals] = [score, [position]];
      else if (order === 0) equals.push(position);
    }
    const step = Math.max(1, Math.floor(equals.length / maxCompared));
    const compared = equals.filter((_, nth) => nth % step === 0);
    const counts = compared.map(seen);
    return compared[counts.indexOf(Math.min(...counts))] as number;
  }

  for (const codes of taken) use(codes);
  const positions: number[] = [];
  while (positions.length < n) {
    const position = next();
    isTaken[position] = 1;
    use(candidates[position] as number[]);
    positions.push(position);
  }
  even(positions, isTaken, candidates, varying);
  return positions;
}

interface Values {
  /** In the order in which the candidates have them. */
  readonly codes: readonly number[];
  readonly max: number;
}

function valuesOf(candidates: readonly number[][], d: number): Values {
  const codes = new Set<number>();
  let max = 0;
  for (const candidate of candidates) {
    const code = candidate[d] as number;
    codes.add(code);
    if (code > max) max = code;
  }
  return { codes: [...codes], max };
}

function prepare(dimension: Dimension, { codes, max }: Values, n: number): void {
  const size = Math.max(max, dimension.codes.size) + 1;
  dimension.used = new Uint32Array(size);
  dimension.preferred = new Uint8Array(size);
  dimension.values = codes;
  dimension.isCoverable = codes.length <= n;
  if (dimension.isCoverable) return;
  for (let nth = 0; nth < n; nth += 1) {
    dimension.preferred[codes[Math.floor(((nth + 0.5) * codes.length) / n)] as number] = 1;
  }
}

interface Score {
  /** Values that no chosen job has yet, of dimensions all of whose values can be chosen. */
  readonly covers: number;
  /** How often the chosen jobs have its values. */
  readonly used: number;
  readonly preferred: number;
}

function scoreOf(codes: readonly number[], varying: Varying): Score {
  let [covers, used, preferred] = [0, 0, 0];
  for (const { each, d } of varying) {
    const code = codes[d] as number;
    const times = each.used[code] as number;
    if (times === 0 && each.isCoverable) covers += 1;
    used += times;
    preferred += each.preferred[code] as number;
  }
  return { covers, used, preferred };
}

/** Below 0: `a` is the better one. */
function compare(a: Score, b: Score): number {
  return b.covers - a.covers || a.used - b.used || b.preferred - a.preferred;
}
