/**
 * Ages of a request, grouped by their logarithm: each group is longer than the one before by the same share, so that
 * seconds and hours are known equally well.
 */
const ratio = 1.02;
export const minAgeMs = 50;
const maxAgeMs = 24 * 3_600_000;

/** How many groups of ages there are. */
export const ageGroups = Math.ceil(Math.log(maxAgeMs / minAgeMs) / Math.log(ratio)) + 1;

/** Where the groups begin and end, in ms: group `n` reaches from edge `n` to edge `n + 1`. */
export const ageEdges: Float64Array = Float64Array.from({ length: ageGroups + 1 }, (_, n) =>
  n === 0 ? 0 : minAgeMs * ratio ** (n - 1),
);

/** The group that an age belongs to; beyond the oldest, the last one. */
export function ageGroup(ageMs: number): number {
  if (ageMs < minAgeMs) return 0;
  return Math.min(ageGroups - 1, 1 + Math.floor(Math.log(ageMs / minAgeMs) / Math.log(ratio)));
}

/**
 * When to poll something that ends by chance, if a poll costs as much as not knowing for `costMs` that it has ended:
 * for each edge of an age group, the age of the next poll if it was unfinished at that edge. `rates` are the hazards of
 * the groups per ms: the chance that what has not ended yet ends in the next moment. No other schedule costs less in
 * polls and lag together (optimal inspection: Barlow, Hunter and Proschan 1963, here by dynamic programming from the
 * oldest age down).
 */
export function inspectionAges(rates: Float64Array, costMs: number): Float64Array {
  const next = new Float64Array(ageGroups + 1);
  const costs = new Float64Array(ageGroups + 1);
  next[ageGroups] = (ageEdges[ageGroups] as number) * ratio;
  costs[ageGroups] = costMs;
  for (let from = ageGroups - 1; from >= 0; from -= 1) {
    let minCost = Number.POSITIVE_INFINITY;
    let chosen = from + 1;
    let lagMs = 0;
    let unfinished = 1;
    for (let to = from + 1; to <= ageGroups; to += 1) {
      const width = (ageEdges[to] as number) - (ageEdges[to - 1] as number);
      const later = unfinished * Math.exp(-(rates[to - 1] as number) * width);
      // Whatever ended before `to` has been waiting since: the ended share, summed over time.
      lagMs += width * (1 - (unfinished + later) / 2);
      unfinished = later;
      const cost = costMs + lagMs + unfinished * (costs[to] as number);
      if (cost < minCost) {
        minCost = cost;
        chosen = to;
      }
      if (costMs + lagMs > minCost) break;
    }
    costs[from] = minCost;
    next[from] = ageEdges[chosen] as number;
  }
  return next;
}

/** The age of the next poll of what is unfinished at `ageMs`, interpolated between the two edges around that age. */
export function nextAgeMs(ages: Float64Array, ageMs: number): number {
  const group = ageGroup(ageMs);
  const [start, end] = [ageEdges[group] as number, ageEdges[group + 1] as number];
  const share = Math.min(1, Math.max(0, (ageMs - start) / (end - start)));
  const aged = (ages[group] as number) * (1 - share) + (ages[group + 1] as number) * share;
  return Math.max(aged, ageMs);
}
