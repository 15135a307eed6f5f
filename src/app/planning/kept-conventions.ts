import { randomBytes } from 'node:crypto';
import { UserError } from '../../core/complaints.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Conventions } from '../../plan/conventions.ts';
import { withReaderIfAny } from '../../store/ledger/with-reader.ts';
import type { PlanRecord } from '../../store/stage/stage.ts';

/**
 * How the input of this run folder is read: as its plan was made, or by the latest rules where it has none. A new
 * salt is kept by whoever keeps the plan (`keepsPlan`). `isShard`: other folders have the rest of the plan, and all of
 * them draw the same seeds.
 */
export function conventionsOf(dir: string, keepsPlan: boolean, isShard = false): Conventions {
  const { edition, salt } = keptIn(dir);
  if (isShard) return { edition, salt: salt ?? saltOfShards, isKept: true };
  return { edition, salt: salt ?? randomBytes(8).toString('hex'), isKept: keepsPlan || salt !== null };
}

// Machines that know nothing of each other have nothing else in common, and the input may change on the way.
const saltOfShards = 'shards';

/** As the plan's settings keep them. */
export function conventionsAsJson({ edition, salt }: Conventions): JsonObject {
  return { edition, salt };
}

/** The same plan in a folder that draws from this salt from now on. */
export function withConventions(record: PlanRecord, conventions: Conventions): PlanRecord {
  return { ...record, settings: { ...record.settings, ...conventionsAsJson(conventions) } };
}

/**
 * Throws `UserError` where the folder has been planned in another way since: the same input would be other jobs, and
 * paid for again. Called while the folder is locked.
 */
export function refuseOtherConventions(dir: string, planned: Conventions): void {
  const { edition, salt } = keptIn(dir);
  if (edition === planned.edition && (salt === null || salt === planned.salt)) return;
  throw new UserError(
    'usage',
    `Another run has planned ${dir} in the meantime.`,
    'Run the same command again: it continues from there.',
  );
}

function keptIn(dir: string): { readonly edition: 1 | 2; readonly salt: string | null } {
  const settings = withReaderIfAny(dir, (reader) => reader.planRecord()?.settings ?? null);
  return {
    edition: settings === null || settings.edition === 2 ? 2 : 1,
    salt: typeof settings?.salt === 'string' ? settings.salt : null,
  };
}
