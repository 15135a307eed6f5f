import type { FlatImage, Overview } from '../core/overview.ts';
import type { LedgerReader } from '../store/reader.ts';

/** What a folder amounts to. `flats`: its images of one colour, as far as they are known. */
export function overviewOf(reader: LedgerReader, flats: readonly FlatImage[]): Overview {
  const { spentUsd, unpriced } = reader.holdings();
  const flat = flats.flatMap(({ path, colour }) => {
    const job = reader.findByFile(path)?.job;
    return job === undefined ? [] : [{ job, path, colour }];
  });
  return {
    spentUsd,
    unpriced,
    runs: [],
    reused: 0,
    reusedUsd: 0,
    failures: [],
    duds: { same: [], flat },
  };
}
