/** One limit that a server may have, and how sure it is. */
export interface Belief<S> {
  readonly suspect: S;
  prior: number;
  share: number;
}

/**
 * Shares of certainty, 1 in all, for some suspects of which one at most is right, and for none of them. Evidence weighs
 * them; with time they go back to what they were before it, the more slowly the longer they have held.
 */
export interface Beliefs<S> {
  readonly all: () => readonly Belief<S>[];
  /** That none of them is right. */
  readonly none: () => number;
  /** Of those suspects. */
  sum(those: (suspect: S) => boolean): number;
  /** Forgets all of them. */
  clear(): void;
  /** Raises new ones beside those there are. Priors are of 1. */
  raise(suspects: readonly Suspicion<S>[], now: number): void;
  age(now: number): void;
  /** By how likely each of them makes what came, and how likely it is without any. */
  weigh(likelihood: (suspect: S) => number, withNone: number): void;
  /** Takes back what was weighed since `mark`. */
  mark(): void;
  takeBack(): void;
}

export interface Suspicion<S> {
  readonly suspect: S;
  /** Before any evidence. */
  readonly prior: number;
}

/** How long a belief lasts, in ms: as long as it has held, within these. */
export interface Ageing {
  readonly minMs: number;
  readonly maxMs: number;
}

const negligible = 1e-7;

export function beliefs<S>({ minMs, maxMs }: Ageing): Beliefs<S> {
  let held: readonly Belief<S>[] = [];
  let none = { prior: 1, share: 1 };
  let [bornAt, agedAt] = [0, 0];
  let marked: { readonly shares: ReadonlyMap<S, number>; readonly none: number } | null = null;

  function normalise(): void {
    const sum = held.reduce((all, { share }) => all + share, none.share);
    none.share /= sum;
    for (const belief of held) belief.share /= sum;
  }

  return {
    all: () => held,
    none: () => none.share,
    sum: (those) => held.reduce((sum, { suspect, share }) => sum + (those(suspect) ? share : 0), 0),
    clear() {
      [held, none, marked] = [[], { prior: 1, share: 1 }, null];
    },
    raise(suspects, now) {
      if (held.length === 0) [bornAt, agedAt] = [now, now];
      const left = 1 - suspects.reduce((sum, { prior }) => sum + prior, 0);
      for (const belief of [none, ...held]) {
        belief.prior *= left;
        belief.share *= left;
      }
      const kept = held.filter(({ share }) => share > negligible);
      held = [...kept, ...suspects.map(({ suspect, prior }) => ({ suspect, prior, share: prior }))];
      normalise();
    },
    age(now) {
      const lifeMs = Math.min(Math.max(now - bornAt, minMs), maxMs);
      const kept = Math.exp(-Math.max(0, now - agedAt) / lifeMs);
      agedAt = Math.max(agedAt, now);
      none.share = kept * none.share + (1 - kept) * none.prior;
      for (const belief of held) belief.share = kept * belief.share + (1 - kept) * belief.prior;
    },
    weigh(likelihood, withNone) {
      none.share *= withNone;
      for (const belief of held) belief.share *= likelihood(belief.suspect);
      normalise();
    },
    mark() {
      marked = { shares: new Map(held.map(({ suspect, share }) => [suspect, share])), none: none.share };
    },
    takeBack() {
      if (marked === null) return;
      none.share = marked.none;
      for (const belief of held) belief.share = marked.shares.get(belief.suspect) ?? 0;
      marked = null;
      normalise();
    },
  };
}
