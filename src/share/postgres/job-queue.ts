import { setTimeout as sleep } from 'node:timers/promises';
import { PgBoss } from 'pg-boss';
import { leaseMs } from '../../core/sharing/shared-ledger.ts';
import { queueSchemaName } from './schema-setup.ts';
import type { Database, Transaction } from './server/database.ts';
import { rewritten } from './server/server-words.ts';

/** What puts a job into its place in the queue. */
export interface Queued {
  readonly num: number;
  readonly seq: number;
  /** Known to the server: such jobs come first. */
  readonly isKnown: boolean;
}

/** The queue of one run. It wakes somebody up; what is to be done with a job, its row says. */
export interface JobQueue {
  readonly name: string;
  /** The numbers of up to `limit` jobs that nobody else holds by now, in no order. */
  take(tx: Transaction, limit: number): Promise<readonly number[]>;
  /** Puts jobs back, as if they had never been fetched. */
  put(tx: Transaction, jobs: readonly Queued[]): Promise<void>;
  drop(tx: Transaction, nums: readonly number[]): Promise<void>;
  /** Renews the lease, also where it has ended and nobody has taken the job since. Gives those that are held by now. */
  touch(tx: Transaction, nums: readonly number[]): Promise<ReadonlySet<number>>;
}

/** What a query of `job` joins to see whether a job waits in the queue, or is held. */
export const isQueuedSql = (queue: string): string => `EXISTS (SELECT 1 FROM ${queueSchemaName}.job q
  WHERE q.name = '${queue}' AND q.id = lpad(to_hex(job.num), 32, '0')::uuid AND q.state <= 'active')`;

/** The same for a job that waits there, and that nobody holds by now; `queue` is a parameter of the query. */
export const waitsInQueueSql = (queue: string): string => `EXISTS (SELECT 1 FROM ${queueSchemaName}.job q
  WHERE q.name = ${queue} AND q.id = lpad(to_hex(job.num), 32, '0')::uuid AND q.state < 'active')`;

/** Those that wait and are in nobody's hands, locked. */
export const waitingSql = (queue: string): string => `SELECT id FROM ${queueSchemaName}.job
  WHERE name = '${queue}' AND state < 'active' FOR UPDATE SKIP LOCKED`;

// Of what pg-boss does not offer: to take a certain job.
const retakeSql = `UPDATE ${queueSchemaName}.job SET state = 'active', started_on = now(), heartbeat_on = now()
  WHERE name = $1 AND id = ANY($2::uuid[]) AND state < 'active' RETURNING id`;

// The number is the id, so that a job is never in the queue twice.
function idOf(num: number): string {
  const hex = num.toString(16).padStart(32, '0');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

export const numOf = (id: string): number => Number.parseInt(id.slice(-12), 16);

// What is added to a plan counts from far behind it, and the queue counts in 32 bits.
const firstAdded = 1_000_000_000_000;
const half = 1_000_000_000;

const placeOf = (seq: number): number =>
  seq < firstAdded ? Math.min(seq, half) : half + Math.min(seq - firstAdded, half);

const queueOptions = {
  heartbeatSeconds: leaseMs / 1000,
  // As long as it allows; a job that is known takes days at most. The row is put back if it ends too early.
  expireInSeconds: 24 * 3600 - 1,
  retentionSeconds: 10 * 365 * 24 * 3600,
  deleteAfterSeconds: 60,
  retryLimit: 1_000_000,
  retryDelay: 0,
} as const;

/** Queues, in a database whose schema is set up. */
export interface Queues {
  /** Makes the queue of a run, where there is none. */
  create(name: string): Promise<void>;
  of(name: string): JobQueue;
  stop(): Promise<void>;
}

export function queuesIn(database: Database): Queues {
  let starting: Promise<PgBoss> | null = null;

  async function start(): Promise<PgBoss> {
    const boss = new PgBoss({
      db: { executeSql: (text, values) => database.run(text, values) as Promise<{ rows: never[] }> },
      schema: queueSchemaName,
      ...{ migrate: false, createSchema: false, schedule: false, registerInstance: false, reindex: false },
      ...{ superviseIntervalSeconds: 5, monitorIntervalSeconds: 5, maintenanceIntervalSeconds: 600 },
      ...{ monitorVacuum: false, openTelemetry: { enabled: false } },
    });
    // What it does in the background it does again: the database may be away.
    boss.on('error', () => {});
    return boss.start();
  }

  function started(): Promise<PgBoss> {
    starting ??= start().catch((error) => {
      starting = null;
      throw error;
    });
    return starting;
  }

  return {
    async create(name) {
      try {
        await (await started()).createQueue(name, queueOptions);
      } catch (error) {
        throw rewritten(error, database.address);
      }
    },
    of: (name) => queueOf(name, started),
    async stop() {
      const boss = await starting?.catch(() => null);
      // It waits for what it is doing, which may wait for a server that is away.
      const stopped = boss?.stop({ graceful: false, close: false }).catch(() => {});
      await Promise.race([stopped, sleep(2_000, undefined, { ref: false })]);
    },
  };
}

function queueOf(name: string, started: () => Promise<PgBoss>): JobQueue {
  const within = (tx: Transaction) => ({
    db: {
      executeSql: (text: string, values?: unknown[]) => tx.run(text, values) as Promise<{ rows: never[] }>,
    },
  });

  async function drop(tx: Transaction, nums: readonly number[]): Promise<void> {
    if (nums.length > 0) await (await started()).deleteJob(name, nums.map(idOf), within(tx));
  }

  return {
    name,
    async take(tx, limit) {
      if (limit < 1) return [];
      const jobs = await (await started()).fetch(name, { batchSize: limit, ...within(tx) });
      return jobs.map(({ id }) => numOf(id));
    },
    async put(tx, jobs) {
      if (jobs.length === 0) return;
      await drop(
        tx,
        jobs.map(({ num }) => num),
      );
      const rows = jobs.map(({ num, seq, isKnown }) => ({
        id: idOf(num),
        priority: (isKnown ? 2 * half : 0) - placeOf(seq),
      }));
      await (await started()).insert(name, rows, within(tx));
    },
    drop,
    async touch(tx, nums) {
      if (nums.length === 0) return new Set();
      const touched = await (await started()).touch(name, nums.map(idOf), within(tx));
      const kept = new Set(((touched as { settled?: string[] }).settled ?? []).map(numOf));
      const ended = nums.filter((num) => !kept.has(num));
      if (ended.length === 0) return kept;
      const again = await tx.query<{ id: string }>(retakeSql, [name, ended.map(idOf)]);
      return new Set([...kept, ...again.map(({ id }) => numOf(id))]);
    },
  };
}
