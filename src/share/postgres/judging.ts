import type { JobState } from '../../core/job/job.ts';
import { failureOf, isAtRest, requestIdOf } from '../../core/job/state-facts.ts';
import type { SharedOrder } from '../../core/sharing/shared-ledger.ts';
import { progress, type Told, type Verdict, verdictOn } from '../../core/sharing/verdicts.ts';
import type { JobQueue } from './job-queue.ts';
import { lockJobs } from './job-rows.ts';
import { type Desk, deskWith, isStalled } from './job-writing.ts';
import type { Transaction } from './server/database.ts';

/** A run as a transaction of one of its runners needs it. */
export interface RunPart {
  readonly num: number;
  readonly name: string;
  /** Tells it from another run to which a restored ledger has given its number. */
  readonly key: string;
  readonly queue: JobQueue;
  readonly runner: string;
  /** In whose folder files lie that this runner saves; null: in the run's common place. */
  readonly files: string | null;
}

/** Records what has happened, in its order. */
export async function tell(
  tx: Transaction,
  run: RunPart,
  told: readonly Told[],
): Promise<readonly Verdict[]> {
  const ids = [...new Set(told.map(({ job }) => job))];
  const desk = deskWith(tx, await lockJobs(tx, run.num, { ids }), run.files);
  const verdicts = told.map((each) => judge(desk, run.runner, each));
  await desk.write(run.queue);
  return verdicts;
}

function judge(desk: Desk, runner: string, { job, epoch, state, at }: Told): Verdict {
  const row = desk.row(job);
  // A restored ledger may be older than the job's plan.
  if (row === undefined) return 'refused';
  const current = desk.state(job);
  const verdict = verdictOn({ state: current, epoch: row.epoch, announced: row.announced }, { state, epoch });
  const isHolder = row.holder === runner && row.epoch === epoch;
  const isOver = isAtRest(state.status) || isStalled(state);
  switch (verdict) {
    case 'refused':
      return verdict;
    case 'earlier': {
      const known = row.attempts.get(state.attempt);
      if (known === undefined || progress[state.status] > progress[known.state])
        desk.keepEarlier(job, state, at);
      return verdict;
    }
    case 'known':
      // What it had stalled for before.
      if (isHolder && isStalled(state)) desk.change(job, { holder: null, asleep: true });
      return verdict;
    case 'taken': {
      // Whoever holds what was believed to be pending would submit it.
      const isLeft = isOver || (!isHolder && current.status === 'pending');
      const isAnnounced = state.status === 'submitting';
      desk.move(job, state, at, {
        holder: isLeft ? null : row.holder,
        asleep: isStalled(state),
        ...(isAnnounced ? { announced: epoch } : {}),
      });
      return verdict;
    }
  }
}

/** Carries out orders: all of them, or none. */
export async function order(
  tx: Transaction,
  run: RunPart,
  orders: readonly SharedOrder[],
): Promise<readonly Verdict[]> {
  const ids = [...new Set(orders.map(({ job }) => job))];
  const desk = deskWith(tx, await lockJobs(tx, run.num, { ids }), run.files);
  const verdicts = orders.map((each): Verdict => {
    const row = desk.row(each.job);
    if (row === undefined) return 'refused';
    const current = desk.state(each.job);
    if (isLike(current, each.state)) return 'known';
    if (!isLike(current, each.seen)) return 'refused';
    const change = { holder: null, asleep: false, epoch: row.epoch + 1 };
    desk.move(each.job, each.state, each.at, change);
    return 'taken';
  });
  if (verdicts.includes('refused')) return verdicts.map((each) => (each === 'known' ? each : 'refused'));
  await desk.write(run.queue);
  return verdicts;
}

/** Equal as far as a user can tell. */
function isLike(one: JobState, other: JobState): boolean {
  return (
    one.status === other.status &&
    one.attempt === other.attempt &&
    requestIdOf(one) === requestIdOf(other) &&
    failureOf(one)?.message === failureOf(other)?.message
  );
}
