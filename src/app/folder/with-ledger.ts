import { openLedger, type RunLedger } from '../../store/ledger/ledger.ts';
import type { WorkLedger } from '../running/work-ledger.ts';
import type { SharedPlace, SharedPlan } from '../shared/shared-place.ts';

/** Opens the ledger of a folder for orders and for work: its own, or with `place` that of the run which it shares. */
export async function openRun(dir: string, place?: SharedPlace): Promise<WorkLedger> {
  if (place === undefined) return openLedger(dir);
  const { openShared } = await import('../shared/shared-opening.ts');
  return openShared(place, dir);
}

/** The same for a plan that is about to be taken into it, which begins a shared run where there is none. */
export async function openForPlan(dir: string, sharing?: SharedPlan): Promise<WorkLedger> {
  if (sharing === undefined) return openLedger(dir);
  const { openToPlan } = await import('../shared/shared-opening.ts');
  return openToPlan(sharing, dir);
}

/** Opens a folder's ledger for the work and closes it after. Throws what `openLedger` throws. */
export async function withLedger<T>(
  dir: string,
  work: (ledger: RunLedger) => Promise<T>,
  place?: SharedPlace,
): Promise<T> {
  const ledger = await openRun(dir, place);
  try {
    return await work(ledger);
  } finally {
    await ledger.close();
  }
}

/** A ledger that has been given orders and stays open for the run that carries them out, which closes it. */
interface OrderedLedger<T> {
  readonly ledger: WorkLedger;
  readonly given: T;
}

/** Opens a folder's ledger for orders. null: `order` has given none, and the ledger is closed. */
export async function orderedLedger<T>(
  dir: string,
  order: (ledger: WorkLedger) => Promise<T | null>,
  place?: SharedPlace,
): Promise<OrderedLedger<T> | null> {
  const ledger = await openRun(dir, place);
  try {
    const given = await order(ledger);
    if (given !== null) return { ledger, given };
  } catch (error) {
    await ledger.close();
    throw error;
  }
  await ledger.close();
  return null;
}
