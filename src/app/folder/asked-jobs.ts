import { type Condition, conditionIn, type KnownKeys, unknownKey } from '../../core/job/conditions.ts';
import type { JobStatus } from '../../core/job/job.ts';
import type { LineFilter } from '../../store/exports/manifest-lines.ts';
import type { LedgerReader } from '../../store/ledger/reader.ts';

/** The jobs of a folder that a command is asked for, as its words and flags say it. */
export interface AskedJobs {
  readonly states?: readonly JobStatus[];
  /** Conditions such as `prompt~corgi`: all must hold. */
  readonly where: readonly string[];
  readonly words?: readonly string[];
}

// The first jobs of a folder have almost always every key that there is, and all of a million take seconds.
const firstJobs = 1_000;

/** The same for the ledger. Throws `UserError` (`usage`) for a key that no job has. */
export function filterOf(reader: LedgerReader, { states, where, words = [] }: AskedJobs): LineFilter {
  return {
    ...(states === undefined ? {} : { states }),
    words,
    conditions: conditionsOf(reader, where),
  };
}

function conditionsOf(reader: LedgerReader, where: readonly string[]): readonly Condition[] {
  if (where.length === 0) return [];
  const usual = reader.keys(firstJobs);
  let all: KnownKeys | null = null;
  return where.map((given) => {
    const early = conditionIn(given, usual);
    if (early !== null) return early;
    all ??= reader.keys();
    const late = conditionIn(given, all);
    if (late === null) throw unknownKey(given, all);
    return late;
  });
}
