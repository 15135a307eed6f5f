import type { Environment } from '../../core/environment.ts';
import { type Estimator, estimator } from '../../core/money/estimator.ts';
import type { PastFigures } from '../../core/money/past-figures.ts';
import type { Price } from '../../core/money/prices.ts';
import type { LedgerReader } from '../../store/ledger/reader.ts';
import { withReaderIfAny } from '../../store/ledger/with-reader.ts';
import { nameIn } from '../access/folder-provider.ts';
import { pricesOf } from '../planning/kept-plan.ts';
import { type HistoryOf, isOf, pastBeside, pastKeptBeside } from './history.ts';

type Prices = ReadonlyMap<string, Price | null>;

/** For jobs of this folder at this API: by these prices, else by what is known here and in the folders beside it. */
export function estimatorFor(dir: string, of: HistoryOf, prices: Prices, env: Environment): Estimator {
  const past = withReaderIfAny(dir, (reader) => reader.past(nameIn));
  const own = past !== null && isOf(past, of) ? past.figures : [];
  return estimator({ prices, own, others: pastBeside(dir, of, env) });
}

/** The same for who only looks at a folder: quickly, and by what is known already of the folders beside it. */
export function estimatorIn(reader: LedgerReader, env: Environment): Estimator {
  const record = reader.planRecord();
  let past: ReturnType<LedgerReader['past']> | null = null;
  const pastHere = () => {
    past ??= reader.past(nameIn);
    return past;
  };
  return estimator({
    prices: record === null ? new Map() : pricesOf(record),
    get own(): readonly PastFigures[] {
      return pastHere().figures;
    },
    get others(): readonly PastFigures[] {
      return pastKeptBeside(reader.dir, pastHere(), env);
    },
  });
}
