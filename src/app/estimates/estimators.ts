import type { Environment } from '../../core/environment.ts';
import { type Estimator, estimator } from '../../core/money/estimator.ts';
import type { Price } from '../../core/money/prices.ts';
import { withReaderIfAny } from '../../store/ledger/with-reader.ts';
import { nameIn } from '../access/folder-provider.ts';
import { pastBeside } from './history.ts';
import { type HistoryOf, isOf } from './kept-history.ts';

type Prices = ReadonlyMap<string, Price | null>;

/** For jobs of this folder at this API: by these prices, else by what is known here and in the folders beside it. */
export function estimatorFor(dir: string, of: HistoryOf, prices: Prices, env: Environment): Estimator {
  const past = withReaderIfAny(dir, (reader) => reader.past(nameIn));
  const own = past !== null && isOf(past, of) ? past.figures : [];
  return estimator({ prices, own, others: pastBeside(dir, of, env) });
}
