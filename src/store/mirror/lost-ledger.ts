import type { DatabaseSync } from 'node:sqlite';
import { UserError } from '../../core/complaints.ts';
import { type Failure, failure } from '../../core/job/failures.ts';
import type { Instant } from '../../core/job/job.ts';
import { blamingDisk } from '../folder/storage-faults.ts';
import { ledgerOn, openFolder } from '../ledger/ledger.ts';
import { recorder } from '../ledger/recording.ts';
import { handoverIn, mirrorMarkIn, removeMirrorMark, type SharedWith } from './mirror-mark.ts';
import { readSharing } from './mirror-reading.ts';

/** How a folder left a shared ledger that nobody can ask any more. */
export interface LeftLedger {
  /** What it was shared as. */
  readonly as: SharedWith;
  /** How many jobs it holds as unclear from now on. */
  readonly held: number;
}

/**
 * Makes a mirror the run without asking its shared ledger, durably and all at once. The mirror lacks what others did after
 * it was last brought up to date, also where nobody held a job then: so whatever has no request yet is held as unclear.
 * Requests that are known stay as they are, since to ask for them costs nothing. Throws `UserError` as `openLedger` does,
 * and `usage` for a folder that is not shared.
 */
export async function leaveLostLedger(dir: string, at: Instant): Promise<LeftLedger> {
  const { mark, handover } = readSharing(dir);
  if (mark === null && handover === null)
    throw new UserError('usage', `${dir} is not shared: it is a run of its own.`, 'Work on it as before.');
  let left: LeftLedger | null = null;
  const ledger = openFolder(dir, (opened) => {
    const { db, path, owner } = opened;
    owner.admit();
    blamingDisk(path, () =>
      owner.transact((loss) => {
        const as = mirrorMarkIn(db) ?? handoverIn(db);
        if (loss !== null || as === null) return;
        const held = holdUnsent(db, at);
        removeMirrorMark(db);
        left = { as, held };
      }),
    );
    return ledgerOn(opened, recorder(db).record).ledger;
  });
  await ledger.close();
  if (left === null)
    throw new UserError(
      'output',
      `${dir} was moved, or something else has changed it.`,
      'Look at it with rcb status, then try again.',
    );
  return left;
}

const whySent: Failure = failure(
  'unanswered',
  'This submission was announced, and the shared ledger was lost before its answer was recorded here: it may be running and billed.',
);
const whyPending: Failure = failure(
  'unanswered',
  'The shared ledger was lost: another machine may have submitted this job meanwhile, and been billed for it.',
);

const unsent = `state IN ('pending', 'submitting')`;
const reason = `iif(state = 'pending', ?, ?)`;
const keepAttempts = `INSERT INTO attempt (job, attempt, state, submitted_at, failure)
  SELECT num, attempt, 'unknown', coalesce(since, ?), ${reason} FROM job WHERE ${unsent}
  ON CONFLICT (job, attempt) DO UPDATE SET state = 'unknown', failure = excluded.failure,
    submitted_at = coalesce(submitted_at, excluded.submitted_at)`;
const hold = `UPDATE job SET failure = ${reason}, since = coalesce(since, ?), state = 'unknown' WHERE ${unsent}`;

function holdUnsent(db: DatabaseSync, at: Instant): number {
  const [pending, sent] = [JSON.stringify(whyPending), JSON.stringify(whySent)];
  db.prepare(keepAttempts).run(at, pending, sent);
  return Number(db.prepare(hold).run(pending, sent, at).changes);
}
