import { UserError } from '../../core/complaints.ts';
import { LedgerAway } from '../../core/sharing/shared-ledger.ts';
import type { SharedRuns } from '../../core/sharing/shared-runs.ts';
import { queuesIn } from './job-queue.ts';
import { watchHistory } from './ledger-history.ts';
import { adopt } from './plan-merging.ts';
import { joinedLedger } from './postgres-ledger.ts';
import { begin } from './run-beginning.ts';
import { detach, runnersOf } from './run-detaching.ts';
import { findRun, gateOf, notShared, type RunRow, runNamed, sharedRunOf } from './run-rows.ts';
import { setUpSchema } from './schema-setup.ts';
import { connectTo, type Database } from './server/database.ts';
import { ledgerAddress } from './server/ledger-address.ts';

/**
 * Opens the ledger in a PostgreSQL database, and makes its tables where there are none. Throws UserError for what the
 * user can fix, a server that cannot be reached included. `env`: PGPASSWORD and the like.
 */
export async function openSharedRuns(
  url: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<SharedRuns> {
  const database = connectTo(ledgerAddress(url, env));
  try {
    const { salt } = await setUpSchema(database);
    await watchHistory(database);
    return sharedRuns(database, salt);
  } catch (error) {
    await database.close();
    if (!(error instanceof LedgerAway)) throw error;
    throw new UserError(
      'api_unreachable',
      error.message,
      'Check the address of the ledger, and that its server runs.',
      error.cause,
    );
  }
}

function sharedRuns(database: Database, salt: string): SharedRuns {
  const { shown } = database.address;
  const queues = queuesIn(database);
  const reading = { isReading: true };

  return {
    address: shown,
    salt,
    find: (name) =>
      database.transaction(async (tx) => {
        const row = await findRun(tx, name);
        return row === null ? null : sharedRunOf(row);
      }, reading),
    list: () =>
      database.transaction(async (tx) => {
        const rows = await tx.query<RunRow>('SELECT * FROM rcb.run ORDER BY num');
        return rows.map(sharedRunOf);
      }, reading),
    begin: (run, jobs) => begin(database, queues, run, jobs),
    adopt: (name, seen, plan, jobs) => adopt(database, queues, name, seen, plan, jobs),
    amend: (name, change, seen) =>
      database.transaction(async (tx) => {
        const row = await runNamed(tx, name, shown, 'FOR UPDATE');
        if (seen !== undefined && seen.account !== row.account) return sharedRunOf(row);
        const { account = row.account, files = row.files, limits } = change;
        const kept = limits === undefined ? row.limits : JSON.stringify(limits);
        const gate = gateOf(account, row.key);
        // Whoever announces behind the old gate does so before, or finds the new one.
        if (gate !== row.gate)
          await tx.query('SELECT 1 FROM rcb.gate WHERE account = $1 FOR UPDATE', [row.gate]);
        await tx.query('UPDATE rcb.run SET account = $2, gate = $3, limits = $4, files = $5 WHERE num = $1', [
          ...[row.num, account, gate, kept, files],
        ]);
        return { ...sharedRunOf(row), ...change };
      }),
    detach: (name, runner, since, page) => detach(database, name, runner, since, page),
    runners: (name) =>
      database.transaction(async (tx) => runnersOf(tx, (await runNamed(tx, name, shown)).num), reading),
    putInput: (name, sha256, bytes) =>
      database.transaction(async (tx) => {
        const { num } = await runNamed(tx, name, shown);
        await tx.query(
          'INSERT INTO rcb.input (run, sha256, bytes) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
          [...[num, sha256, Buffer.from(bytes)]],
        );
      }),
    input: (name, sha256) =>
      database.transaction(async (tx) => {
        const { num } = await runNamed(tx, name, shown);
        const [kept] = await tx.query<{ bytes: Buffer }>(
          'SELECT bytes FROM rcb.input WHERE run = $1 AND sha256 = $2',
          [num, sha256],
        );
        return kept?.bytes ?? null;
      }, reading),
    async join(name, { name: runner, host, version }, since) {
      const row = await database.transaction((tx) => runNamed(tx, name, shown), reading);
      if (row.detached_at !== null) throw notShared(name);
      await queues.create(row.queue);
      const queue = queues.of(row.queue);
      const files = row.files === null ? runner : null;
      return joinedLedger(
        database,
        { num: row.num, name, key: row.key, queue, runner, files },
        { host, version },
        since,
      );
    },
    async close() {
      await queues.stop();
      await database.close();
    },
  };
}
