import type { Instant } from '../../core/job/job.ts';
import type { Announced, DecideOn, GateView, Horizon } from '../../core/sharing/shared-ledger.ts';
import { type Told, verdictOn } from '../../core/sharing/verdicts.ts';
import { sinceSql } from './change-pages.ts';
import { waitsInQueueSql } from './job-queue.ts';
import { type ChangeRow, changeOf, changesSql, lockJobs } from './job-rows.ts';
import { type Desk, deskWith } from './job-writing.ts';
import type { RunPart } from './judging.ts';
import { horizonOf, snapshotIn } from './ledger-history.ts';
import { nowSql } from './schema-sql.ts';
import type { Transaction } from './server/database.ts';

/** Announces submissions, as `SharedLedger.announce` says. */
export async function announce(
  tx: Transaction,
  run: RunPart,
  asked: readonly Told[],
  since: Horizon | null,
  decide: DecideOn,
): Promise<readonly Announced[]> {
  // The jobs first, so that the gate is closed to others for as short as can be.
  const ids = [...new Set(asked.map(({ job }) => job))];
  const desk = deskWith(tx, await lockJobs(tx, run.num, { ids }), run.files);
  const { gate, view } = await closedGate(tx, run, since);
  if (gate.resting_until > gate.now) return asked.map((): Announced => ({ answer: 'wait' }));
  const places = asked.map((each): Place => placeOf(desk, run.runner, each));
  const eligible = places.flatMap((place, index) => (place === 'eligible' ? [index] : []));
  const { go, nextAt, isCrowded } = decide(
    view,
    eligible.map((index) => asked[index] as Told),
  );
  const leaving = new Set(eligible.slice(0, Math.max(0, go)));
  const answers = asked.map(({ job, state, at, epoch }, index): Announced => {
    if (places[index] === 'refused') return { answer: 'refused' };
    if (places[index] === 'eligible') {
      if (!leaving.has(index)) return { answer: 'wait' };
      desk.move(job, state, at, { epoch: epoch + 1, announced: epoch + 1 });
    }
    return { answer: 'go', epoch: epoch + 1 };
  });
  await desk.write(run.queue);
  const crowdedAt = isCrowded === true ? gate.now : null;
  await tx.query(
    'UPDATE rcb.runner SET crowded_at = $3 WHERE run = $1 AND name = $2 AND crowded_at IS DISTINCT FROM $3',
    [run.num, run.runner, crowdedAt],
  );
  if (nextAt !== null)
    await tx.query('UPDATE rcb.gate SET next_at = $2 WHERE account = $1', [gate.account, Math.ceil(nextAt)]);
  return answers;
}

type Place = 'eligible' | 'announced' | 'refused';

function placeOf(desk: Desk, runner: string, each: Told): Place {
  const { job, state, epoch } = each;
  const row = desk.row(job);
  if (row === undefined || row.holder !== runner || row.in_plan !== 1) return 'refused';
  const current = desk.state(job);
  // Its acknowledgement was lost.
  if (current.status === 'submitting' && current.attempt === state.attempt && row.epoch === epoch + 1)
    return 'announced';
  const verdict = verdictOn({ state: current, epoch: row.epoch, announced: row.announced }, each);
  return verdict === 'taken' ? 'eligible' : 'refused';
}

interface Gate {
  readonly account: string;
  readonly paused_until: number | null;
  readonly next_at: number | null;
  readonly resting_until: number;
  readonly now: number;
}

const gateSql = `SELECT gate.*, run.resting_until, ${nowSql} AS now
  FROM rcb.run JOIN rcb.gate ON gate.account = run.gate WHERE run.num = $1 FOR NO KEY UPDATE OF gate`;

const makeGateSql = `INSERT INTO rcb.gate (account) SELECT gate FROM rcb.run WHERE num = $1
  ON CONFLICT (account) DO UPDATE SET account = excluded.account RETURNING account`;

async function closeGate(tx: Transaction, run: number): Promise<Gate> {
  for (;;) {
    const [gate] = await tx.query<Gate>(gateSql, [run]);
    if (gate !== undefined) return gate;
    const [made] = await tx.query(makeGateSql, [run]);
    if (made === undefined) throw new Error('The run is not in the ledger any more.');
  }
}

/**
 * The gate of the account, closed to everybody else until the transaction ends, and what it shows then. The run may have
 * got another account while this waited, and with it another gate.
 */
async function closedGate(
  tx: Transaction,
  run: RunPart,
  since: Horizon | null,
): Promise<{ readonly gate: Gate; readonly view: GateView }> {
  for (;;) {
    const gate = await closeGate(tx, run.num);
    const { account, view } = await viewOf(tx, run, gate, since);
    if (account === gate.account) return { gate, view };
  }
}

// What a run that nobody works on any more has in flight has ended after this time.
const forgottenMs = 30 * 60_000;

// A runner that waits asks several times meanwhile.
const recentMs = 2_000;

// One statement, so one snapshot: all that it does not see is told the next time.
const viewSql = `SELECT pg_current_snapshot()::text AS snapshot, ${nowSql} AS now,
  (SELECT gate FROM rcb.run WHERE num = $1) AS account,
  flying.*,
  (SELECT count(*)::int FROM rcb.job WHERE run = $1 AND NOT asleep
    AND state IN ('submitting', 'queued', 'running', 'succeeded')
    AND (holder IS NULL OR ${waitsInQueueSql('$5')})) AS orphaned,
  (SELECT count(*)::int FROM rcb.runner JOIN rcb.run ON run.num = runner.run
    WHERE run.gate = $2 AND (runner.run <> $1 OR runner.name <> $4)
    AND runner.crowded_at > ${nowSql} - ${recentMs}) AS rivals,
  (SELECT ended FROM rcb.run WHERE num = $1)
    + coalesce((SELECT sum(ended)::int FROM rcb.runner WHERE run = $1), 0) AS ended,
  (SELECT failed FROM rcb.run WHERE num = $1)
    + coalesce((SELECT sum(failed)::int FROM rcb.runner WHERE run = $1), 0) AS failed,
  (SELECT json_agg(change) FROM (${changesSql} WHERE ${sinceSql('$1', '$3')}) change) AS changes
  FROM (SELECT count(*)::int AS in_flight,
      count(*) FILTER (WHERE job.state = 'submitting')::int AS unanswered,
      count(*) FILTER (WHERE job.run = $1 AND job.holder = $4)::int AS mine
    FROM rcb.job JOIN rcb.run ON run.num = job.run LEFT JOIN rcb.runner ON runner.run = job.run AND runner.name = job.holder
    WHERE run.gate = $2 AND job.state IN ('submitting', 'queued', 'running') AND NOT job.asleep
      AND (job.run = $1 OR greatest(job.since, runner.seen_at) > ${nowSql} - ${forgottenMs})) flying`;

interface ViewRow {
  readonly snapshot: string;
  /** The gate of the run by now. */
  readonly account: string;
  readonly now: number;
  readonly in_flight: number;
  readonly unanswered: number;
  readonly mine: number;
  readonly orphaned: number;
  readonly rivals: number;
  readonly failed: number;
  readonly ended: number;
  readonly changes: readonly ChangeRow[] | null;
}

async function viewOf(
  tx: Transaction,
  { num, runner, queue }: RunPart,
  gate: Gate,
  since: Horizon | null,
): Promise<{ readonly account: string; readonly view: GateView }> {
  const snapshot = snapshotIn(since, tx.history);
  const [view] = await tx.query<ViewRow>(viewSql, [num, gate.account, snapshot, runner, queue.name]);
  if (view === undefined) throw new Error('The gate shows nothing.');
  const { now, in_flight: inFlight, unanswered, mine, orphaned, rivals, failed, ended, changes } = view;
  return {
    account: view.account,
    view: {
      now: now as Instant,
      ...{ inFlight, unanswered, mine, orphaned, rivals, failed, ended },
      pausedUntil: laterThan(now, gate.paused_until),
      nextAt: laterThan(now, gate.next_at),
      changes: (changes ?? []).map(changeOf),
      horizon: horizonOf(tx.history, view.snapshot),
    },
  };
}

const laterThan = (now: number, at: number | null): Instant | null =>
  at !== null && at > now ? (at as Instant) : null;
