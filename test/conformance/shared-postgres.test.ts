import { expect } from 'vitest';
import type { JobId } from '../../src/core/job/job.ts';
import { leaseMs } from '../../src/core/sharing/shared-ledger.ts';
import { openSharedRuns } from '../../src/share/postgres/postgres-runs.ts';
import { cats, runner, sharedJobs } from '../share/postgres/opened-runs.ts';
import { postgresTest, testDatabase } from '../support/postgres.ts';
import { queried } from '../support/postgres-server.ts';
import { waitLimitMs } from '../support/tiers.ts';
import { sharedLedgerConformance } from './shared-ledger-conformance.ts';

sharedLedgerConformance(
  'the ledger in PostgreSQL',
  async (count) => {
    const { url, drop } = await testDatabase();
    const runs = await openSharedRuns(url, {});
    await runs.begin(cats, sharedJobs(count));
    return {
      jobs: Array.from({ length: count }, (_, index) => `job${index}` as JobId),
      join: (name) => runs.join('cats', runner(name), null),
      async pass(ms) {
        await queried(url, `UPDATE rcb_queue.job SET heartbeat_on = heartbeat_on - interval '${ms} ms'`);
        const late = async () =>
          queried(
            url,
            `SELECT 1 FROM rcb_queue.job WHERE state = 'active' AND heartbeat_on < now() - interval '${leaseMs} ms'`,
          );
        await expect.poll(late, { timeout: waitLimitMs }).toEqual([]);
      },
      async close() {
        await runs.close();
        await drop();
      },
    };
  },
  (what, work) => postgresTest(what, work),
);
