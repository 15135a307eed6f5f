import { openLedger, type RunLedger } from '../../store/ledger/ledger.ts';

/** Opens a folder's ledger for the work and closes it after. Throws what `openLedger` throws. */
export async function withLedger<T>(dir: string, work: (ledger: RunLedger) => Promise<T>): Promise<T> {
  const ledger = openLedger(dir);
  try {
    return await work(ledger);
  } finally {
    await ledger.close();
  }
}

/** A ledger that has been given orders and stays open for the run that carries them out, which closes it. */
interface OrderedLedger<T> {
  readonly ledger: RunLedger;
  readonly given: T;
}

/** Opens a folder's ledger for orders. null: `order` has given none, and the ledger is closed. */
export async function orderedLedger<T>(
  dir: string,
  order: (ledger: RunLedger) => Promise<T | null>,
): Promise<OrderedLedger<T> | null> {
  const ledger = openLedger(dir);
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
