/**
 * Tells which jobs can still be among the first of a plan, ordered by rank and then by arrival, so that the others
 * need not be made. It remembers the ids of at most a few times `limit` jobs.
 */
export interface JobLimit {
  /** No new job of this rank, or a later one, can be among them any more. */
  isClosed(rank: number): boolean;
  /** A job arrived. Equal ones count once. */
  add(id: string, rank: number): void;
}

export function jobLimit(limit: number | null): JobLimit {
  if (limit === null) return { isClosed: () => false, add: () => {} };
  const ids = new Set<string>();
  const counts = new Map<number, number>();
  let open = 0;
  let closedFrom = limit > 0 ? Number.POSITIVE_INFINITY : 0;
  return {
    isClosed: (rank) => rank >= closedFrom,
    add(id, rank) {
      if (rank >= closedFrom || ids.has(id)) return;
      ids.add(id);
      counts.set(rank, (counts.get(rank) ?? 0) + 1);
      open += 1;
      if (open < limit) return;
      let last = 0;
      for (const each of counts.keys()) last = Math.max(last, each);
      closedFrom = last;
      open -= counts.get(last) ?? 0;
      counts.delete(last);
    },
  };
}
