import { tooManyFailed } from '../../core/job/failure-cap.ts';
import { isAtRest } from '../../core/job/state-facts.ts';
import { budget } from '../../core/money/budget.ts';
import type { MachineTerms } from '../../core/money/machine-time.ts';
import type { Priced } from '../../core/money/past-attempts.ts';
import { showDuration } from '../../core/pacing/pace.ts';
import type { RunEvent } from '../../core/ports.ts';
import { type Admission, admission } from '../../engine/admission.ts';
import type { LedgerReader } from '../../store/ledger/reader.ts';
import type { Caps } from '../policies.ts';
import { realClock } from '../real-clock.ts';
import type { Stopper } from './stopper.ts';

/** The cap on cost, over the life of the folder and all its attempts. null: there is no cap. */
export function costCap(
  { usd }: Caps,
  reader: Pick<LedgerReader, 'pastAttempts'>,
  priceOf: (job: Priced) => number | null,
  machinesOf?: (model: string) => MachineTerms | null,
): Admission | null {
  return usd === null ? null : admission(budget(usd, reader.pastAttempts(), priceOf, machinesOf));
}

/** Ends submitting when the time limit is reached. Returns a function that cancels the watch. */
export function watchTime({ durationMs }: Caps, stopper: Stopper): () => void {
  const over = new AbortController();
  if (durationMs !== null) {
    realClock.sleep(durationMs, over.signal).then(
      () => stopper.drain(`Time limit of ${showDuration(durationMs)} reached.`),
      () => {},
    );
  }
  return () => over.abort(new Error('The run has ended.'));
}

/** Ends submitting when too many jobs fail. */
export function watchFailures({ failures }: Caps, stopper: Stopper): (event: RunEvent) => void {
  let [ended, failed] = [0, 0];
  return (event) => {
    if (failures === null || event.type !== 'advanced' || !isAtRest(event.state.status)) return;
    ended += 1;
    if (event.state.status !== 'done') failed += 1;
    const why = tooManyFailed(failures, { ended, failed });
    if (why !== null) stopper.drain(why);
  };
}
