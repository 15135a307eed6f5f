import { UserError } from '../../core/complaints.ts';
import { type Estimate, estimateOf } from '../../core/money/estimate.ts';
import type { Estimator } from '../../core/money/estimator.ts';
import type { HeldJob } from '../../store/ledger/held-jobs.ts';
import type { RunLedger } from '../../store/ledger/ledger.ts';
import type { FolderApi } from '../running/folder-api.ts';
import { giveOrder, named } from './order-jobs.ts';
import { isMuch, spendingFor } from './spending.ts';

/** What is done with submissions of unknown outcome that are not adopted. */
export type Settlement = 'resubmit' | 'write-off';

/** Submissions that are to be settled in one way. */
export interface Settling {
  readonly jobs: readonly HeldJob[];
  /** Jobs that are no longer planned, so that they cannot be submitted again. */
  readonly unplanned: number;
  readonly stake: Estimate;
  /** There is so much at stake that the user has to agree to it. */
  readonly needsConsent: boolean;
}

/** `names`: ids of unknown jobs, or their beginnings, or `all`. Throws `UserError` (`usage`) for a wrong one. */
export function settlingOf(
  ledger: RunLedger,
  settlement: Settlement,
  names: readonly string[],
  { access }: Pick<FolderApi, 'access'>,
  estimator: Estimator,
): Settling {
  const all = chosen(ledger, names);
  const jobs = settlement === 'resubmit' ? all.filter(({ isPlanned }) => isPlanned) : all;
  const [gone] = all.filter(({ isPlanned }) => !isPlanned);
  if (settlement === 'resubmit' && gone !== undefined && !names.includes('all')) {
    throw new UserError(
      'usage',
      `Job ${gone.job.id} is no longer planned, so it would never be submitted.`,
      'Write it off, or restore its row and run again.',
    );
  }
  const stake = estimateOf(
    jobs.map(({ job }) => ({ ...job, jobs: 1 })),
    estimator,
  );
  return {
    jobs,
    unplanned: all.length - jobs.length,
    stake,
    needsConsent: !access.loopback && isMuch(spendingFor(stake)),
  };
}

export function settle(ledger: RunLedger, settlement: Settlement, { jobs }: Settling): Promise<void> {
  return giveOrder(ledger, jobs, { type: settlement === 'resubmit' ? 'resubmit' : 'write_off' });
}

function chosen(ledger: RunLedger, names: readonly string[]): readonly HeldJob[] {
  const held = ledger.held(['unknown']);
  return names.includes('all') ? held : [...new Set(named(held, names, 'unknown'))];
}
