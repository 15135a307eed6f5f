import type { Ledger } from '../core/ports.ts';
import { canBeAskedAgain } from '../core/second-asking.ts';
import { groupCommit } from './group-commit.ts';
import type { LedgerEntry } from './recording.ts';

export interface LedgerRecords {
  readonly record: Ledger['record'];
  /** Commits what waits, at once. */
  flush(): void;
  /** Throws what kept entries from being committed, unless somebody has been told. */
  tell(): void;
}

/** Records of one ledger: those that can be asked again are waited for by nobody. */
export function ledgerRecords(commit: (entries: readonly LedgerEntry[]) => void): LedgerRecords {
  let untold: { readonly error: unknown } | null = null;
  const group = groupCommit<LedgerEntry>({
    commit,
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

  return {
    async record(job, state, at) {
      const entry = { job, state, at };
      // Nothing has happened yet: it need not be kept, nor the submit be made.
      if (state.status === 'submitting') tell();
      if (canBeAskedAgain(state.status)) group.addLate(entry);
      else await group.add(entry);
      tell();
    },
    flush: group.flush,
    tell,
  };
}
