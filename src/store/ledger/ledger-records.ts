import type { Instant } from '../../core/job/job.ts';
import { isRecoverable } from '../../core/job/recoverable-states.ts';
import type { Ledger, Observer, Stop } from '../../core/ports.ts';
import { type HeldWaits, heldWaits } from '../files/held-waits.ts';
import { groupCommit, type Refusal } from './group-commit.ts';
import { announces } from './record-commits.ts';
import type { LedgerEntry } from './recording.ts';

export interface LedgerRecords {
  readonly record: Ledger['record'];
  /** The same of an entry as it is. */
  keep(entry: LedgerEntry, stop?: Stop): Promise<Instant>;
  /** Keeps an entry that nobody waits for, a little later. */
  note(entry: LedgerEntry): void;
  /** From now on, waits for a ledger that another program holds, and reports it to the observer. */
  wait(observe: Observer): void;
  /** Commits what waits now. */
  flush(): void;
  /** Removes and returns what still waits. */
  take(): readonly LedgerEntry[];
  /** Throws the error that kept entries from being committed, unless a caller has had it. */
  tell(): void;
}

/** Writes to the ledger at `path`. States that can be read from the server again are not awaited. */
export function ledgerRecords(
  path: string,
  commit: (entries: readonly LedgerEntry[]) => Refusal<LedgerEntry> | null,
): LedgerRecords {
  let untold: { readonly error: unknown } | null = null;
  let waits: HeldWaits | null = null;
  let stop: Stop | null = null;

  const group = groupCommit<LedgerEntry>({
    commit(entries) {
      const refusal = commit(entries);
      waits?.freed();
      return refusal;
    },
    putOff(error) {
      const againMs = waits?.held(error, stop?.leave.aborted === true) ?? null;
      const givenUp = waits?.givenUp() ?? null;
      // Later, when the entries just put off are back among the others.
      if (givenUp !== null) setImmediate(() => group.letGo(announces, givenUp));
      return againMs;
    },
    keyOf: ({ job }) => job,
    unheard(error) {
      untold ??= { error };
    },
    now: () => performance.now(),
  });

  function tell(): void {
    if (untold === null) return;
    const { error } = untold;
    untold = null;
    throw error;
  }

  async function keep(entry: LedgerEntry, runStop?: Stop): Promise<Instant> {
    stop = runStop ?? stop;
    const givenUp = waits?.givenUp() ?? null;
    // Nothing has happened yet: the entry can be dropped, and the submission is not made.
    if (announces(entry)) {
      tell();
      if (givenUp !== null) throw givenUp;
    }
    if (givenUp !== null || isRecoverable(entry.state.status)) group.addLate(entry);
    else await group.add(entry, announces(entry) ? runStop?.drain : undefined);
    tell();
    return entry.at;
  }

  return {
    record: (job, state, at, runStop) => keep({ job, state, at }, runStop),
    keep,
    note: group.addLate,
    wait(observe) {
      waits ??= heldWaits(path, { observe, now: () => Date.now() as Instant });
    },
    flush: group.flush,
    take: group.take,
    tell,
  };
}
