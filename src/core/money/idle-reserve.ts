import { idleUsd, type MachineTerms, machinesFor } from './machine-time.ts';

interface Attempts {
  readonly model: string;
  readonly attempts: number;
}

/** What earlier runs have submitted. */
interface PastUse {
  readonly runs?: number;
  readonly named: readonly Attempts[];
  readonly unnamed: readonly Attempts[];
}

/**
 * What a cap sets aside for machines to start and to stay warm, which is billed beside the jobs and named nowhere: for
 * as many machines as there have been jobs at once, in this run and in each one before. No server starts more.
 */
export interface IdleReserve {
  /** A job of the model that an earlier run has submitted is in flight yet. */
  held(model: string): void;
  /** A job that was in flight has left without an outcome: it may keep a machine busy beside those that follow. */
  doubted(model: string): void;
  /** This many jobs of the model are in flight now. */
  seen(model: string, jobs: number): void;
  /** In dollars, if as many jobs as these were in flight beside those that have been. */
  usd(inFlight?: ReadonlyMap<string, number>): number;
}

export function idleReserve(
  termsOf: (model: string) => MachineTerms | null,
  { runs = 0, named, unnamed }: PastUse,
): IdleReserve {
  const most = new Map<string, number>();
  const before = attemptsOf([...named, ...unnamed]);
  const doubts = new Map<string, number>();
  const atOnce = (model: string, inFlight: number): number => inFlight + (doubts.get(model) ?? 0);

  function sum(jobsAtOnce: ReadonlyMap<string, number>): number {
    return [...jobsAtOnce].reduce((usd, [model, jobs]) => {
      const terms = termsOf(model);
      return terms === null ? usd : usd + machinesFor(terms, jobs) * idleUsd(terms);
    }, 0);
  }

  return {
    held: (model) => void before.set(model, 1 + (before.get(model) ?? 0)),
    doubted: (model) => void doubts.set(model, 1 + (doubts.get(model) ?? 0)),
    seen: (model, jobs) => void most.set(model, Math.max(atOnce(model, jobs), most.get(model) ?? 0)),
    usd(inFlight = new Map()) {
      const all = new Map(most);
      for (const [model, jobs] of inFlight) {
        all.set(model, Math.max(atOnce(model, jobs), all.get(model) ?? 0));
      }
      return runs * sum(before) + sum(all);
    },
  };
}

function attemptsOf(groups: readonly Attempts[]): Map<string, number> {
  const all = new Map<string, number>();
  for (const { model, attempts } of groups) all.set(model, (all.get(model) ?? 0) + attempts);
  return all;
}
