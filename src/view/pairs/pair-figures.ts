/** What counts of a job where folders are compared. */
export interface PairedFacts {
  /** Index of its folder. */
  readonly folder: number;
  /** Equal for jobs of one pair. */
  readonly pair: string;
  readonly isDone: boolean;
  readonly costUsd: number | null;
  /** From submission to finish; null: unknown. */
  readonly tookMs: number | null;
}

/** A folder in figures. Money in US dollars; null: not known. */
export interface FolderFigures {
  readonly jobs: number;
  readonly done: number;
  /** Of the jobs whose cost is known. */
  readonly spentUsd: number;
  readonly medianMs: number | null;
  /** 95% finished within this time. */
  readonly slowMs: number | null;
}

/** A folder against the first one, by the pairs that both have done. */
export interface FolderDifference {
  /** Index of the folder. */
  readonly folder: number;
  /** Pairs of both, whether done or not. */
  readonly pairs: number;
  readonly onlyInFirst: number;
  readonly onlyInOther: number;
  /** Pairs whose costs are known on both sides, with the sum of each. */
  readonly priced: { readonly pairs: number; readonly firstUsd: number; readonly otherUsd: number };
  /** Pairs whose times are known on both sides, with the median of each. */
  readonly timed: {
    readonly pairs: number;
    readonly firstMs: number | null;
    readonly otherMs: number | null;
  };
}

export function folderFigures(jobs: readonly PairedFacts[], folders: number): readonly FolderFigures[] {
  return Array.from({ length: folders }, (_, folder) => {
    const own = jobs.filter((job) => job.folder === folder);
    const times = timesOf(own.filter(({ isDone }) => isDone));
    return {
      jobs: own.length,
      done: own.filter(({ isDone }) => isDone).length,
      spentUsd: own.reduce((sum, { costUsd }) => sum + (costUsd ?? 0), 0),
      medianMs: quantileOf(times, 0.5),
      slowMs: quantileOf(times, 0.95),
    };
  });
}

export function folderDifferences(
  jobs: readonly PairedFacts[],
  folders: number,
): readonly FolderDifference[] {
  const byFolder = Array.from({ length: folders }, () => new Map<string, PairedFacts>());
  for (const job of jobs) byFolder[job.folder]?.set(job.pair, job);
  const [first = new Map<string, PairedFacts>(), ...others] = byFolder;
  return others.map((other, index) => {
    const both = [...first].flatMap(([pair, one]) => {
      const two = other.get(pair);
      return two === undefined ? [] : [{ one, two }];
    });
    const done = both.filter(({ one, two }) => one.isDone && two.isDone);
    const priced = done.filter(({ one, two }) => one.costUsd !== null && two.costUsd !== null);
    const timed = done.filter(({ one, two }) => one.tookMs !== null && two.tookMs !== null);
    return {
      folder: index + 1,
      pairs: both.length,
      onlyInFirst: first.size - both.length,
      onlyInOther: other.size - both.length,
      priced: {
        pairs: priced.length,
        firstUsd: priced.reduce((sum, { one }) => sum + (one.costUsd ?? 0), 0),
        otherUsd: priced.reduce((sum, { two }) => sum + (two.costUsd ?? 0), 0),
      },
      timed: {
        pairs: timed.length,
        firstMs: quantileOf(timesOf(timed.map(({ one }) => one)), 0.5),
        otherMs: quantileOf(timesOf(timed.map(({ two }) => two)), 0.5),
      },
    };
  });
}

/** `1.6 ×`; null: there is nothing to compare with. */
export function ratioText(first: number | null, other: number | null): string | null {
  if (first === null || other === null || first <= 0) return null;
  const ratio = other / first;
  return `${ratio >= 10 ? Math.round(ratio) : ratio.toFixed(ratio >= 0.095 ? 1 : 2)} ×`;
}

function timesOf(jobs: readonly PairedFacts[]): readonly number[] {
  return jobs.flatMap(({ tookMs }) => tookMs ?? []).toSorted((a, b) => a - b);
}

/** Of sorted values. */
function quantileOf(values: readonly number[], share: number): number | null {
  return values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? null;
}
