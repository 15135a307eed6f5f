import { budget } from '../core/budget.ts';
import type { Job } from '../core/job.ts';
import { isAtRest } from '../core/lifecycle.ts';
import { showDuration } from '../core/pace.ts';
import type { RunEvent } from '../core/ports.ts';
import { basePriceUsd, type Price } from '../core/prices.ts';
import { type Admission, admission } from '../engine/admission.ts';
import type { LedgerReader } from '../store/reader.ts';
import type { Interrupts } from './interrupts.ts';
import { realClock } from './real-clock.ts';
import type { Caps } from './settings.ts';

/**
 * The cap on cost, over the life of the folder: what was spent, and at its price what was paid for, or may have been,
 * without the server saying how much.
 * null: there is no cap.
 */
export function costCap(
  { usd }: Caps,
  reader: LedgerReader,
  prices: ReadonlyMap<string, Price | null>,
): Admission | null {
  if (usd === null) return null;
  const dearest = reader.dearest();
  function priceOf({ model, input }: Pick<Job, 'model' | 'input'>): number | null {
    const known = [basePriceUsd(prices.get(model) ?? null, input), dearest.get(model) ?? null];
    const usd = known.filter((price) => price !== null);
    return usd.length === 0 ? null : Math.max(...usd);
  }
  let spentUsd = reader.holdings().spentUsd;
  const states = ['done', 'failed', 'lost', 'unknown'] as const;
  for (const line of reader.lines({ states, withoutCostOnly: true })) {
    const isRefused = line.state === 'failed' && line.request_id === null;
    if (!isRefused) spentUsd += priceOf(line) ?? 0;
  }
  return admission(budget(usd, spentUsd, priceOf));
}

/** Ends submitting when the time is over. Returns what calls it off. */
export function watchTime({ durationMs }: Caps, interrupts: Interrupts): () => void {
  const over = new AbortController();
  if (durationMs !== null) {
    realClock.sleep(durationMs, over.signal).then(
      () => interrupts.drain(`The time of ${showDuration(durationMs)} is over.`),
      () => {},
    );
  }
  return () => over.abort(new Error('The run has ended.'));
}

// A share means nothing before so many jobs have ended.
const fewestForShare = 20;

/** Ends submitting when too much fails. */
export function watchFailures({ failures }: Caps, interrupts: Interrupts): (event: RunEvent) => void {
  let [ended, failed] = [0, 0];
  return (event) => {
    if (failures === null || event.type !== 'advanced' || !isAtRest(event.state.status)) return;
    ended += 1;
    if (event.state.status !== 'done') failed += 1;
    if ('jobs' in failures) {
      if (failed >= failures.jobs) interrupts.drain(`${failed} jobs did not succeed.`);
    } else if (ended >= fewestForShare && failed / ended > failures.share) {
      interrupts.drain(`${failed} of ${ended} jobs did not succeed.`);
    }
  };
}
