import { expect } from 'vitest';
import type { JobState } from '../../../src/core/job/job.ts';
import { bouncerBefore, bouncerTest } from '../../support/pgbouncer.ts';
import { databaseForTest } from '../../support/postgres.ts';
import { aSharedJob, at, cats, openedRuns, runner, sharedJobs } from './opened-runs.ts';

bouncerTest(
  'a shared run lives behind PgBouncer in transaction mode, with fewer sessions than clients',
  async () => {
    const url = await bouncerBefore(await databaseForTest(), { default_pool_size: 2 });
    const runs = await openedRuns(url);
    await runs.begin(cats, sharedJobs(30));
    const ledgers = await Promise.all(
      ['a', 'b', 'c'].map(async (name) => (await openedRuns(url)).join('cats', runner(name), null)),
    );
    const state: JobState = { status: 'submitting', attempt: 1, since: at };
    const announced = await Promise.all(
      ledgers.map(async (ledger) => {
        const { claims } = await ledger.claim(10);
        const asked = claims.map(({ job, epoch }) => ({ job: job.id, epoch, at, state }));
        return ledger.announce(asked, null, (_, those) => ({ go: those.length, nextAt: null }));
      }),
    );
    expect(announced.flat().map(({ answer }) => answer)).toEqual(Array(30).fill('go'));
    const { state: _, ...planned } = aSharedJob('new', 0).job;
    expect(await runs.adopt('cats', { planVersion: 1 }, '{}', [planned])).toMatchObject({ planVersion: 2 });
    let count = 0;
    await ledgers[0]?.changes(null, (changes) => {
      count += changes.length;
    });
    expect(count).toBe(31);
  },
);
