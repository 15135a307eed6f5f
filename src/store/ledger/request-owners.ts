import type { DatabaseSync } from 'node:sqlite';
import type { JobId, RequestId } from '../../core/job/job.ts';

const ownerSql = `SELECT job.id FROM attempt JOIN job ON job.num = attempt.job
WHERE attempt.request_id = ? ORDER BY attempt.attempt DESC LIMIT 1`;

/** Finds the job that has a request id, or had it in an earlier attempt; null: none. */
export function findsOwner(db: DatabaseSync): (requestId: string) => JobId | null {
  const owner = db.prepare(ownerSql);
  return (requestId) => {
    const row = owner.get(requestId);
    return row === undefined ? null : (String(row.id) as JobId);
  };
}

/** Which job has which request: by the ledger, or before the ledger has it. */
interface RequestOwners {
  /** Gives the id to a job. The job that has it already, if that is another one. */
  take(requestId: RequestId, job: JobId): JobId | null;
  /** The ledger has it now. */
  recorded(requestId: RequestId): void;
}

export function requestOwners(db: DatabaseSync): RequestOwners {
  const ownerOf = findsOwner(db);
  /** Answers that are on their way into the ledger. */
  const taken = new Map<RequestId, JobId>();
  return {
    take(requestId, job) {
      const owner = taken.get(requestId) ?? ownerOf(requestId) ?? job;
      if (owner !== job) return owner;
      taken.set(requestId, job);
      return null;
    },
    recorded: (requestId) => void taken.delete(requestId),
  };
}
