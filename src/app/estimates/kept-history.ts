import { dirname, resolve } from 'node:path';
import type { Environment } from '../../core/environment.ts';
import { type Estimator, estimator } from '../../core/money/estimator.ts';
import type { PastFigures } from '../../core/money/past-figures.ts';
import { historyFile, readHistory } from '../../store/folder/history-file.ts';
import type { LedgerReader } from '../../store/ledger/reader.ts';
import { nameIn } from '../access/folder-provider.ts';
import { pricesOf } from '../planning/kept-plan.ts';

/** The API whose jobs count: what simulators charge says nothing of it, nor it of them. */
export interface HistoryOf {
  /** The provider's name. */
  readonly provider: string;
  /** null: a simulator of our own. */
  readonly address: string | null;
}

/** What jobs have cost and taken beside this folder, as far as it is known without reading any ledger. */
export function pastKeptBeside(dir: string, of: HistoryOf, env: Environment): readonly PastFigures[] {
  const own = resolve(dir);
  return [...readHistory(historyFile(env))].flatMap(([path, history]) =>
    path !== own && dirname(path) === dirname(own) && isOf(history, of) ? history.figures : [],
  );
}

/** Whether these are figures of that API. */
export function isOf({ provider, address }: HistoryOf, of: HistoryOf): boolean {
  return provider === of.provider && address === of.address;
}

/** For commands that only read a folder: uses what is already known of the folders beside it, and opens none of them. */
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
