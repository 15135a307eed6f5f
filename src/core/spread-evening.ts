/** What candidates differ in. */
export interface Dimension {
  readonly codes: Map<string, number>;
  /** By code: how many of the chosen jobs have the value. */
  used: Uint32Array;
  /** By code: whether the value is one of those that are spread over a dimension with more values than jobs. */
  preferred: Uint8Array;
  /** The codes that candidates have. */
  values: readonly number[];
  /** Each of its values can be chosen. */
  isCoverable: boolean;
}

/** The dimensions on which they have more than one value; `d` is the place of their codes. */
export type Varying = readonly { readonly each: Dimension; readonly d: number }[];

const maxExchanges = 50;
// What is tried for each of them takes some tenths of a second.
const maxTries = 3_000_000;

/** Exchanges chosen jobs for others, as long as that makes values occur more evenly: choosing one by one may lead nowhere. */
export function even(
  positions: number[],
  isTaken: Uint8Array,
  candidates: readonly number[][],
  varying: Varying,
): void {
  const stride = Math.ceil((positions.length * candidates.length) / maxTries);
  for (let nth = 0; nth < maxExchanges && varying.some(isUneven); nth += 1) {
    let best: { readonly at: number; readonly position: number; readonly gain: number } | null = null;
    for (const [at, chosen] of positions.entries()) {
      for (let position = (at + nth) % stride; position < candidates.length; position += stride) {
        if (isTaken[position] === 1) continue;
        const gain = gainOf(candidates[chosen] as number[], candidates[position] as number[], varying);
        if (gain > (best?.gain ?? 0)) best = { at, position, gain };
      }
    }
    if (best === null) return;
    const left = positions[best.at] as number;
    for (const { each, d } of varying) {
      const [out, put] = [candidates[left]?.[d] as number, candidates[best.position]?.[d] as number];
      each.used[out] = (each.used[out] as number) - 1;
      each.used[put] = (each.used[put] as number) + 1;
    }
    isTaken[left] = 0;
    isTaken[best.position] = 1;
    positions[best.at] = best.position;
  }
}

/** Whether one of its values occurs more often than another one by two or more. */
function isUneven({ each: { used, values } }: Varying[number]): boolean {
  let [most, least] = [0, Number.POSITIVE_INFINITY];
  for (const code of values) {
    most = Math.max(most, used[code] as number);
    least = Math.min(least, used[code] as number);
  }
  return most - least > 1;
}

/** By how much the squares of the counts fall when the one is exchanged for the other; 0 where a value would be missing. */
function gainOf(out: readonly number[], put: readonly number[], varying: Varying): number {
  let gain = 0;
  for (const { each, d } of varying) {
    const [from, to] = [out[d] as number, put[d] as number];
    if (from === to) continue;
    const [less, more] = [each.used[from] as number, each.used[to] as number];
    if (less === 1 && more > 0 && each.isCoverable) return 0;
    gain += 2 * (less - more - 1);
  }
  return gain;
}
