import type { Instant, JobState, JobStatus } from '../../core/job/job.ts';
import { toColumns } from '../../core/job/state-columns.ts';
import { failureOf, isAtRest } from '../../core/job/state-facts.ts';
import { mergedAttempt } from './attempt-merging.ts';
import type { JobQueue, Queued } from './job-queue.ts';
import { type HeldRow, isOpen, type SharedAttempt, stateOf } from './job-rows.ts';
import { attemptColumns, attemptRecord, stateColumns, stateRecord } from './schema-sql.ts';
import type { Transaction } from './server/database.ts';

const setState = stateColumns
  .split(', ')
  .map((column) => `${column} = told.${column}`)
  .join(', ');

const setAttempt = attemptColumns
  .split(', ')
  .map((column) => `${column} = excluded.${column}`)
  .join(', ');

const writeSql = `WITH kept AS (
  INSERT INTO rcb.attempt (job, ${attemptColumns})
  SELECT * FROM json_to_recordset($2::json) AS told (job bigint, ${attemptRecord})
  ON CONFLICT (job, attempt) DO UPDATE SET ${setAttempt}
)
UPDATE rcb.job SET ${setState}, epoch = told.epoch, announced = told.announced, holder = told.holder,
  asleep = told.asleep, changed = pg_current_xact_id()
FROM json_to_recordset($1::json) AS told (num bigint, ${stateRecord}, epoch int, announced int, holder text,
  asleep boolean)
WHERE job.num = told.num`;

/** What a transaction makes of jobs that it has locked: read from here as it stands, and written at once at its end. */
export interface Desk {
  /** As it stands now. */
  row(job: string): HeldRow | undefined;
  state(job: string): JobState;
  /** Moves a job on. `at`: when it came about; null: no instant is to be kept. */
  move(job: string, state: JobState, at: Instant | null, change?: DeskChange): void;
  /** Changes an earlier attempt of it alone. */
  keepEarlier(job: string, state: JobState, at: Instant): void;
  change(job: string, change: DeskChange): void;
  /** Writes all that has changed, and brings the queue into line. */
  write(queue: JobQueue): Promise<void>;
}

type DeskChange = Partial<Pick<HeldRow, 'epoch' | 'announced' | 'holder' | 'asleep'>>;

/** `runner`: in whose folder files lie that come with a state. */
export function deskWith(tx: Transaction, locked: ReadonlyMap<string, HeldRow>, runner: string | null): Desk {
  const rows = new Map(locked);
  const attempts = new Map<string, { job: number } & SharedAttempt>();

  const at = (job: string): HeldRow => {
    const row = rows.get(job);
    if (row === undefined) throw new Error(`The transaction has not locked job ${job}.`);
    return row;
  };

  function keep(row: HeldRow, state: JobState, when: Instant | null): HeldRow {
    const attempt = mergedAttempt(row.attempts.get(state.attempt), state, when, runner);
    if (attempt === null) return row;
    attempts.set(`${row.num} ${attempt.attempt}`, { job: row.num, ...attempt });
    return { ...row, attempts: new Map(row.attempts).set(attempt.attempt, attempt) };
  }

  return {
    row: (job) => rows.get(job),
    state: (job) => stateOf(at(job)),
    move(job, state, when, change = {}) {
      const { estimated: _, started_at: __, ...columns } = toColumns(state);
      rows.set(job, { ...keep(at(job), state, when), ...columns, ...change });
    },
    keepEarlier(job, state, when) {
      rows.set(job, keep(at(job), state, when));
    },
    change(job, change) {
      rows.set(job, { ...at(job), ...change });
    },
    async write(queue) {
      const changed = [...rows].filter(([job, row]) => row !== locked.get(job)).map(([, row]) => row);
      if (changed.length === 0) return;
      await tx.query(writeSql, [
        JSON.stringify(changed.map(columnsIn)),
        JSON.stringify([...attempts.values()]),
      ]);
      for (const row of changed) {
        const [now, before] = [endingOf(row.state), endingOf((locked.get(row.id) as HeldRow).state)];
        tx.endings.ended += now.ended - before.ended;
        tx.endings.failed += now.failed - before.failed;
      }
      const moves = changed.map((row) => ({ row, before: locked.get(row.id) as HeldRow }));
      await queue.drop(
        tx,
        moves.filter(({ row, before }) => isQueued(before) && !isQueued(row)).map(({ row }) => row.num),
      );
      await queue.put(
        tx,
        moves.filter(isBack).map(({ row }) => queued(row)),
      );
    },
  };
}

/** What a job in this state adds to `Endings`. */
export function endingOf(state: JobStatus): { readonly ended: 0 | 1; readonly failed: 0 | 1 } {
  const isEnded = isAtRest(state);
  return { ended: isEnded ? 1 : 0, failed: isEnded && state !== 'done' ? 1 : 0 };
}

/** Whether the queue has it, be it in somebody's hands. */
const isQueued = (row: HeldRow): boolean => isOpen(row) && !row.asleep;

/** Whether it comes back for anybody: out of rest or sleep, or out of the hands of who held it. */
function isBack({ row, before }: { readonly row: HeldRow; readonly before: HeldRow }): boolean {
  return isQueued(row) && row.holder === null && (!isQueued(before) || before.holder !== null);
}

export const queued = ({ num, seq, state }: Pick<HeldRow, 'num' | 'seq' | 'state'>): Queued => ({
  ...{ num, seq, isKnown: state !== 'pending' },
});

function columnsIn(row: HeldRow) {
  const { num, state, attempt, request_id, since, cost, failure, notes, ref } = row;
  const { epoch, announced, holder, asleep } = row;
  return {
    num,
    state,
    attempt,
    request_id,
    since,
    cost,
    failure,
    notes,
    ref,
    epoch,
    announced,
    holder,
    asleep,
  };
}

/** Left to the next start of a runner. */
export const isStalled = (state: JobState): boolean => !isAtRest(state.status) && failureOf(state) !== null;
