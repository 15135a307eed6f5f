/** One limit that a server may have, and how certain it is. */
interface Belief<S> {
  readonly candidate: S;
  prior: number;
  share: number;
}

/**
 * Shares of a certainty of 1: for candidates, at most one of which is right, and for none of them. Evidence changes the
 * shares; over time they return to what they were before it, more slowly the longer they have held.
 */
export interface Beliefs<S> {
  readonly all: () => readonly Belief<S>[];
  /** The share of none of them being right. */
  readonly none: () => number;
  /** The share of those candidates together. */
  sum(those: (candidate: S) => boolean): number;
  /** Forgets all of them. */
  clear(): void;
  /** Adds candidates; their priors are shares of 1. */
  raise(candidates: readonly Candidacy<S>[], now: number): void;
  age(now: number): void;
  /** Weighs an observation: how likely it is under each candidate, and under none. */
  weigh(likelihood: (candidate: S) => number, withNone: number): void;
  mark(): void;
  /** Undoes what was weighed since `mark`. */
  takeBack(): void;
}

/** A new candidate. */
export interface Candidacy<S> {
  readonly candidate: S;
  /** Its share before any evidence. */
  readonly prior: number;
}

/** How long a belief lasts, in ms: as long as it has held so far, within these bounds. */
interface Ageing {
  readonly minMs: number;
  readonly maxMs: number;
}

/** A limit counts as such once it is more likely than not. */
export const even = 0.5;
/** If it is more certain than this that there is no limit, all candidates are dropped until the next refusal. */
export const certain = 0.97;

const negligible = 1e-7;

export function beliefs<S>({ minMs, maxMs }: Ageing): Beliefs<S> {
  let held: readonly Belief<S>[] = [];
  let none = { prior: 1, share: 1 };
  let [firstAt, agedAt] = [0, 0];
  let marked: { readonly shares: ReadonlyMap<S, number>; readonly none: number } | null = null;

  function normalise(): void {
    const sum = held.reduce((all, { share }) => all + share, none.share);
    none.share /= sum;
    for (const belief of held) belief.share /= sum;
  }

  return {
    all: () => held,
    none: () => none.share,
    sum: (those) => held.reduce((sum, { candidate, share }) => sum + (those(candidate) ? share : 0), 0),
    clear() {
      [held, none, marked] = [[], { prior: 1, share: 1 }, null];
    },
    raise(candidates, now) {
      if (held.length === 0) [firstAt, agedAt] = [now, now];
      const left = 1 - candidates.reduce((sum, { prior }) => sum + prior, 0);
      for (const belief of [none, ...held]) {
        belief.prior *= left;
        belief.share *= left;
      }
      const kept = held.filter(({ share }) => share > negligible);
      held = [...kept, ...candidates.map(({ candidate, prior }) => ({ candidate, prior, share: prior }))];
      normalise();
    },
    age(now) {
      const lifeMs = Math.min(Math.max(now - firstAt, minMs), maxMs);
      const kept = Math.exp(-Math.max(0, now - agedAt) / lifeMs);
      agedAt = Math.max(agedAt, now);
      none.share = kept * none.share + (1 - kept) * none.prior;
      for (const belief of held) belief.share = kept * belief.share + (1 - kept) * belief.prior;
    },
    weigh(likelihood, withNone) {
      none.share *= withNone;
      for (const belief of held) belief.share *= likelihood(belief.candidate);
      normalise();
    },
    mark() {
      marked = { shares: new Map(held.map(({ candidate, share }) => [candidate, share])), none: none.share };
    },
    takeBack() {
      if (marked === null) return;
      none.share = marked.none;
      for (const belief of held) belief.share = marked.shares.get(belief.candidate) ?? 0;
      marked = null;
      normalise();
    },
  };
}
