import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import type { JobId, JobState, RequestId } from '../../../src/core/job/job.ts';
import { HistoryLost, LedgerAway } from '../../../src/core/sharing/shared-ledger.ts';
import { databaseForTest, ownPostgresTest, postgresTest } from '../../support/postgres.ts';
import { queried, startPostgres } from '../../support/postgres-server.ts';
import { tcpProxy } from '../../support/tcp-proxy.ts';
import { at, cats, openedRuns, runner, sharedJobs } from './opened-runs.ts';

const job = 'job0' as JobId;
const submitting: JobState = { status: 'submitting', attempt: 1, since: at };
const queued: JobState = {
  ...{ status: 'queued', attempt: 1, requestId: 'r1' as RequestId, since: at, stalled: null },
};
const all = () => ({ go: 9, nextAt: null });

describe('a ledger that has forgotten what it confirmed', () => {
  postgresTest('is told by a runner what it knows, before that runner decides anything', async () => {
    const url = await databaseForTest();
    const runs = await openedRuns(url);
    await runs.begin(cats, sharedJobs(3));
    const one = await runs.join('cats', runner('one'), null);
    await one.claim(1);
    await one.announce([{ job, epoch: 1, at, state: submitting }], null, all);
    await one.tell([{ job, epoch: 2, at, state: queued }]);
    // As if the disk of the server had been put back to before that.
    await queried(
      url,
      `UPDATE rcb.job SET state = 'pending', epoch = 0, announced = NULL, holder = NULL, request_id = NULL`,
      'DELETE FROM rcb.attempt',
      `UPDATE rcb_queue.job SET state = 'created', started_on = NULL`,
      'UPDATE rcb.runner SET beats = 0',
    );
    await expect(one.claim(1)).rejects.toThrow(HistoryLost);
    await expect(one.claim(1)).rejects.toThrow(HistoryLost);
    await expect(one.announce([{ job, epoch: 1, at, state: submitting }], null, all)).rejects.toThrow(
      HistoryLost,
    );
    expect(await one.tell([{ job, epoch: 2, at, state: queued }])).toEqual(['taken']);
    await one.replayed();
    const { claims } = await one.claim(9);
    expect(claims.find((each) => each.job.id === job)?.state).toMatchObject({
      status: 'queued',
      requestId: 'r1',
    });
  });

  postgresTest(
    'shows also by a failure in the middle of telling, and a runner that was dropped',
    async () => {
      const url = await databaseForTest();
      const runs = await openedRuns(url);
      await runs.begin(cats, sharedJobs(3));
      const one = await runs.join('cats', runner('one'), null);
      await one.claim(1);
      await queried(url, 'UPDATE rcb.runner SET beats = 0');
      expect(await one.tell([{ job, epoch: 1, at, state: queued }])).toEqual(['taken']);
      await expect(one.claim(1)).rejects.toThrow(HistoryLost);
    },
  );

  postgresTest('is known by a mirror that has seen more than there is', async () => {
    const runs = await openedRuns(await databaseForTest());
    await runs.begin(cats, sharedJobs(3));
    const one = await runs.join('cats', runner('one'), null);
    const horizon = await one.changes(null, () => {});
    const later = horizon.replace(/\|.*/, '|900000000:900000000:');
    expect((await (await runs.join('cats', runner('two'), horizon)).claim(1)).claims).toHaveLength(1);
    const three = await runs.join('cats', runner('three'), later);
    await expect(three.claim(1)).rejects.toThrow(HistoryLost);
    const seen: string[] = [];
    await three.changes(later, (changes) => seen.push(...changes.map((each) => each.job.id)));
    expect(seen).toHaveLength(3);
  });

  postgresTest(
    'gets to know a runner again that it has never heard of, and says so where the run is gone',
    async () => {
      const url = await databaseForTest();
      const runs = await openedRuns(url);
      await runs.begin(cats, sharedJobs(3));
      const one = await runs.join('cats', runner("it's"), null);
      await one.claim(1);
      await queried(url, 'DELETE FROM rcb.runner');
      await expect(one.claim(1)).rejects.toThrow(HistoryLost);
      expect(await one.tell([{ job, epoch: 1, at, state: queued }])).toEqual(['taken']);
      await one.replayed();
      expect((await one.claim(1)).claims).toHaveLength(1);
      // Its number is another run's by now.
      await queried(url, `UPDATE rcb.run SET key = 'other'`);
      await expect(one.tell([{ job, epoch: 1, at, state: queued }])).rejects.toThrow(HistoryLost);
      await expect(one.claim(1)).rejects.toThrow(HistoryLost);
      await expect(one.replayed()).rejects.toThrow('to a time before the run "cats" was shared');
    },
  );

  ownPostgresTest('is not claimed from by anybody for a while, and read anew, after a failover', async () => {
    const server = await startPostgres();
    onTestFinished(() => server.close());
    const { url } = await server.database();
    const runs = await openedRuns(url);
    await runs.begin(cats, sharedJobs(3));
    const one = await runs.join('cats', runner('one'), null);
    await one.claim(1);
    const horizon = await one.changes(null, () => {});
    await server.stop('fast');
    await expect(one.claim(1)).rejects.toThrow(LedgerAway);
    await expect(one.tell([{ job, epoch: 1, at, state: queued }])).rejects.toThrow(LedgerAway);
    writeFileSync(join(server.data, 'standby.signal'), '');
    await server.start();
    await queried(url, 'SELECT pg_promote()');
    await expect(one.claim(1)).rejects.toThrow(HistoryLost);
    const seen: string[] = [];
    await one.changes(horizon, (changes) => seen.push(...changes.map((each) => each.job.id)));
    expect(seen.sort()).toEqual(['job0', 'job1', 'job2']);
    await one.replayed();
    expect(await one.claim(9)).toEqual({ claims: [], heldByOthers: 1 });
    // A process that comes later, whose mirror has seen what was before.
    const two = await runs.join('cats', runner('two'), horizon);
    await expect(two.claim(9)).rejects.toThrow(HistoryLost);
    await two.replayed();
    expect(await two.claim(9)).toEqual({ claims: [], heldByOthers: 1 });
    // The wait is over.
    await queried(url, 'UPDATE rcb.run SET resting_until = 0');
    expect((await two.claim(9)).claims).toHaveLength(2);
  });
});

describe('a ledger that is away', () => {
  postgresTest('says so, and goes on when it is back; what it was asked may have happened', async () => {
    const url = await databaseForTest();
    const proxy = await tcpProxy(url);
    onTestFinished(() => proxy.close());
    await (await openedRuns(url)).begin(cats, sharedJobs(9));
    const there = await openedRuns(proxy.through(url));
    const one = await there.join('cats', runner('one'), null);
    proxy.cut();
    await expect(one.claim(2)).rejects.toThrow(LedgerAway);
    proxy.heal();
    proxy.swallowCommits({ of: /rcb\.runner/, becomes: 'reset' });
    await expect(one.claim(2)).rejects.toThrow(LedgerAway);
    // It was given two jobs of which it never heard: it gives them back itself, and gets them.
    const { claims } = await one.claim(2);
    expect(claims.map((each) => [each.job.id, each.epoch])).toEqual([
      ['job0', 2],
      ['job1', 2],
    ]);
    const asked = [{ job, epoch: 2, at, state: submitting }];
    proxy.swallowCommits({ of: /rcb\.runner/, becomes: 'reset' });
    await expect(one.announce(asked, null, all)).rejects.toThrow(LedgerAway);
    expect(await one.announce(asked, null, all)).toEqual([{ answer: 'go', epoch: 3 }]);
    const told = [{ job, epoch: 3, at, state: queued }];
    proxy.swallowCommits({ of: /rcb\.runner/, becomes: 'reset' });
    await expect(one.tell(told)).rejects.toThrow(LedgerAway);
    expect(await one.tell(told)).toEqual(['known']);
    expect((await one.renew()).lost).toEqual([]);
    proxy.darken();
    await there.close();
  });
});
