import type { Instant, Job, JobId, JobState } from '../job/job.ts';
import type { SharedChange } from './shared-rows.ts';
import type { Told, Verdict } from './verdicts.ts';

/** How long a runner holds a job without renewing its lease, by the clock of the ledger. */
export const leaseMs = 25_000;

/** A job that this runner holds from now on, until it gives it back or its lease ends. */
export interface SharedClaim {
  readonly job: Job;
  /** As it is since this claim: a decision that carries an older one is refused. */
  readonly epoch: number;
  /** As `resumed` reads it; a submission that its last holder left unanswered is never handed out. */
  readonly state: JobState;
}

export interface Claimed {
  readonly claims: readonly SharedClaim[];
  /** Jobs that others hold and that may come back: while there are any, a runner without work waits. */
  readonly heldByOthers: number;
}

/** A user's order: what the job is to be, if it still is what the user saw. */
export interface SharedOrder {
  readonly job: JobId;
  readonly seen: JobState;
  readonly state: JobState;
  readonly at: Instant;
}

/**
 * A point in the history of a ledger, behind which nothing is left to be read. Opaque. It tells of one history: `changes`
 * reads all again after a failover or a restored backup.
 */
export type Horizon = string;

/** What the gate shows to whoever wants to announce, while nobody else can. */
export interface GateView {
  /** By the clock of the ledger. */
  readonly now: Instant;
  /** Requests of the account, in all of its runs: announced, and not yet seen to have ended. */
  readonly inFlight: number;
  /** Those of them that this runner holds. */
  readonly mine: number;
  /** Jobs of the run that the server knows and no runner looks after: whoever held them has left or died. */
  readonly orphaned: number;
  /** Other runners of the account that were crowded (see `isCrowded`) recently, and have not announced anything since. */
  readonly rivals: number;
  /** Submissions of the account that are under way. */
  readonly unanswered: number;
  /** Jobs of the run that have failed, and that are at rest. */
  readonly failed: number;
  readonly ended: number;
  /** The server has asked the account to submit nothing before; null: it has not. */
  readonly pausedUntil: Instant | null;
  /** The submission rate of the account allows none before; null: it does. */
  readonly nextAt: Instant | null;
  /** All that has changed in the run since `since`, whoever changed it. */
  readonly changes: readonly SharedChange[];
  readonly horizon: Horizon;
}

/** Says how many of the announcements may leave. */
export type DecideOn = (view: GateView, asked: readonly Told[]) => GateDecision;

export interface GateDecision {
  /** How many of those asked about may leave now, from the first one on. */
  readonly go: number;
  /** From when on the next submission of the account may leave; null: as before. */
  readonly nextAt: Instant | null;
  /** This runner waits because of what others have in flight: who has more than its share leaves it room. */
  readonly isCrowded?: boolean;
}

/**
 * `go`: it is announced, durably, and `epoch` is that of the announcement. `wait`: the gate is closed to it. `refused`:
 * the runner no longer holds the job, or it is not pending any more.
 */
export type Announced =
  | { readonly answer: 'go'; readonly epoch: number }
  | { readonly answer: 'wait' | 'refused' };

/** What a runner still has after it has renewed its leases. */
interface Lease {
  /** The jobs that it had and has lost: another runner may hold them. */
  readonly lost: readonly JobId[];
  /** The clock of the ledger. */
  readonly now: Instant;
}

/**
 * The ledger of a run that several runners work on, as one of them sees it. Each method is one transaction: it has
 * happened durably when its promise resolves. Where it rejects with `LedgerAway`, it may have happened or not: every
 * method may be called again with the same arguments.
 */
export interface SharedLedger {
  /** The name of this runner. */
  readonly runner: string;
  /**
   * Takes up to `limit` jobs for this runner: first those known to the server, then the pending ones in the plan's
   * order. A submission that a runner announced and then disappeared becomes `unknown` here. Never waits for others.
   * What a call has taken that was rejected is handed out by the next one, also beyond `limit`.
   */
  claim(limit: number): Promise<Claimed>;
  /**
   * Announces submissions (`submitting`), as many as `decide` lets through, while no other runner of the account
   * announces any. `decide` is asked about those that may be announced at all, in their order: without those that are
   * refused, or that this runner has announced by an earlier such call. It may be called more than once. Answers in the
   * order of `asked`.
   */
  announce(asked: readonly Told[], since: Horizon | null, decide: DecideOn): Promise<readonly Announced[]>;
  /** Records what has happened, each as `verdictOn` judges it; in their order for one job. */
  tell(told: readonly Told[]): Promise<readonly Verdict[]>;
  /** Carries out orders: all of them, or none where one has been overtaken, which is `refused`. */
  order(orders: readonly SharedOrder[]): Promise<readonly Verdict[]>;
  /**
   * The runner has told everything again that its mirror knows, and nothing of it has been forgotten since. Needed after
   * `HistoryLost`, and harmless otherwise.
   */
  replayed(): Promise<void>;
  /** Renews the lease on all that this runner holds. */
  renew(): Promise<Lease>;
  /** Gives jobs back, so that any runner may have them at once; null: all that it holds. */
  release(jobs: readonly JobId[] | null): Promise<void>;
  /** The server wants no submissions of the account for this long. */
  pause(ms: number): Promise<void>;
  /**
   * Reads what has changed in the run since `since` (null: all there is), each job once, a page at a time, and gives
   * the next `since`. May tell of a change twice, never not at all.
   */
  changes(since: Horizon | null, page: (changes: readonly SharedChange[]) => void): Promise<Horizon>;
  /** Reads these jobs as they stand: a mirror may have been told of a change before it could take it over. */
  read(jobs: readonly JobId[]): Promise<readonly SharedChange[]>;
}

/** The shared ledger cannot be reached now. What was asked of it may have happened. */
export class LedgerAway extends Error {
  override readonly name = 'LedgerAway';
}

/**
 * The ledger may have forgotten what it had confirmed: it has failed over to another server, or was restored from a
 * backup. What it believes to be pending may have been paid. `claim` and `announce` reject with this until the runner has
 * told what its mirror knows, all of it and not its outbox alone, and has called `replayed`; `tell` works. For a time
 * that lets every living runner do so, `claim` hands out nothing to anybody.
 */
export class HistoryLost extends Error {
  override readonly name = 'HistoryLost';

  constructor() {
    super('The shared ledger has failed over or was restored, and may have forgotten what it had confirmed.');
  }
}

/** Another runner holds the job by now: whoever worked on it lets go of it. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
  readonly job: JobId;

  constructor(job: JobId) {
    super(`Another runner holds job ${job} by now.`);
    this.job = job;
  }
}
