import { describe, expect } from 'vitest';
import { failure } from '../../../src/core/job/failures.ts';
import type { JobId, JobState, RequestId } from '../../../src/core/job/job.ts';
import type { SharedLedger } from '../../../src/core/sharing/shared-ledger.ts';
import type { SharedChange } from '../../../src/core/sharing/shared-rows.ts';
import type { Told } from '../../../src/core/sharing/verdicts.ts';
import { databaseForTest, postgresTest } from '../../support/postgres.ts';
import { queried } from '../../support/postgres-server.ts';
import { aSharedJob, at, cats, openedRuns, runner, sharedJobs } from './opened-runs.ts';

const requestId = 'r1' as RequestId;
const submitting: JobState = { status: 'submitting', attempt: 1, since: at };
const queued: JobState = { status: 'queued', attempt: 1, requestId, since: at, stalled: null };
const failed: JobState = {
  ...{ status: 'failed', attempt: 1, requestId, costUsd: null },
  failure: failure('generation_failed', 'It broke.'),
};

const all = { go: Number.POSITIVE_INFINITY, nextAt: null };

async function announced(ledger: SharedLedger, job: string, epoch: number) {
  return ledger.announce([{ job: job as JobId, epoch, at, state: submitting }], null, () => all);
}

async function read(ledger: SharedLedger): Promise<Map<string, SharedChange>> {
  const found = new Map<string, SharedChange>();
  await ledger.changes(null, (changes) => {
    for (const change of changes) found.set(change.job.id, change);
  });
  return found;
}

describe('several runners in PostgreSQL', () => {
  postgresTest('get each job once, and all of them, however they claim', async () => {
    const url = await databaseForTest();
    const runs = await openedRuns(url);
    await runs.begin(cats, sharedJobs(3_000));
    const got = await Promise.all(
      ['a', 'b', 'c'].map(async (name) => {
        const ledger = await (await openedRuns(url)).join('cats', runner(name), null);
        const ids: JobId[] = [];
        while (true) {
          const { claims, heldByOthers } = await ledger.claim(70);
          ids.push(...claims.map(({ job }) => job.id));
          const told = claims.map(({ job, epoch }): Told => ({ job: job.id, epoch, at, state: failed }));
          expect(new Set(await ledger.tell(told))).toEqual(new Set(claims.length > 0 ? ['taken'] : []));
          if (claims.length === 0 && heldByOthers === 0) return ids;
        }
      }),
    );
    const ids = got.flat();
    expect(ids.length).toBe(3_000);
    expect(new Set(ids).size).toBe(3_000);
    const [left] = await queried(url, `SELECT count(*)::int AS n FROM rcb_queue.job`);
    expect(left).toEqual({ n: 0 });
  });

  postgresTest('pass one gate while the run gets another account, and keep to its limits', async () => {
    const url = await databaseForTest();
    const runs = await openedRuns(url);
    await runs.begin(cats, sharedJobs(30));
    const names = ['a', 'b', 'c'];
    const ledgers = await Promise.all(
      names.map(async (name) => (await openedRuns(url)).join('cats', runner(name), null)),
    );
    const accounts = ['{"address":"one"}', '{"address":"two"}', null];
    let isOver = false;
    const amending = (async () => {
      for (let nth = 0; !isOver; nth += 1) await runs.amend('cats', { account: accounts[nth % 3] ?? null });
    })();
    await Promise.all(
      ledgers.map(async (ledger) => {
        const { claims } = await ledger.claim(10);
        for (const { job, epoch } of claims)
          await ledger.announce([{ job: job.id, epoch, at, state: submitting }], null, ({ inFlight }) => ({
            go: Math.max(0, 5 - inFlight),
            nextAt: null,
          }));
      }),
    );
    isOver = true;
    await amending;
    const [announcements] = await queried(
      url,
      `SELECT count(*)::int AS n FROM rcb.job WHERE state = 'submitting'`,
    );
    expect(announcements).toEqual({ n: 5 });
  });

  postgresTest('keep the account that was there first, of two that begin at once', async () => {
    const url = await databaseForTest();
    const runs = await openedRuns(url);
    await runs.begin(cats, sharedJobs(1));
    const given = ['{"address":"one"}', '{"address":"two"}'];
    const kept = await Promise.all(
      given.map(async (account) => runs.amend('cats', { account }, { account: null })),
    );
    const last = (await runs.find('cats'))?.account;
    expect(given).toContain(last);
    expect(kept.map(({ account }) => account)).toEqual([last, last]);
  });

  postgresTest('read every change, however late it is committed', async () => {
    const url = await databaseForTest();
    const runs = await openedRuns(url);
    await runs.begin(cats, sharedJobs(300));
    const reader = await runs.join('cats', runner('reader'), null);
    const writers = ['a', 'b', 'c'].map(async (name) => {
      const ledger = await (await openedRuns(url)).join('cats', runner(name), null);
      while (true) {
        const { claims } = await ledger.claim(5);
        if (claims.length === 0) return;
        // Groups of their own, in flight at once.
        await Promise.all(
          claims.map(({ job, epoch }) => ledger.tell([{ job: job.id, epoch, at, state: failed }])),
        );
      }
    });
    const mirror = new Map<string, string>();
    let horizon = await reader.changes(null, take);
    function take(changes: readonly SharedChange[]): void {
      for (const { job } of changes) mirror.set(job.id, job.state);
    }
    let isOver = false;
    const over = Promise.all(writers).then(() => {
      isOver = true;
    });
    while (!isOver) horizon = await reader.changes(horizon, take);
    await over;
    await reader.changes(horizon, take);
    expect(mirror.size).toBe(300);
    expect(new Set(mirror.values())).toEqual(new Set(['failed']));
  });

  postgresTest(
    'hold for the user what a runner announced before it was succeeded, until its answer comes',
    async () => {
      const url = await databaseForTest();
      const runs = await openedRuns(url);
      await runs.begin(cats, sharedJobs(2));
      const one = await runs.join('cats', runner('one'), null);
      expect((await one.claim(1)).claims).toHaveLength(1);
      expect(await announced(one, 'job0', 1)).toEqual([{ answer: 'go', epoch: 2 }]);
      // The same folder, another process: the first one has died.
      const again = await (await openedRuns(url)).join('cats', runner('one'), null);
      const { claims } = await again.claim(2);
      expect(claims.map(({ job }) => job.id)).toEqual(['job1']);
      expect((await read(again)).get('job0')).toMatchObject({
        job: { state: 'unknown', epoch: 3, announced: 2, holder: null },
        attempts: [{ state: 'unknown', submitted_at: at }],
      });
      // It had not died: what it knows is taken, and anybody may have the job.
      expect(await one.tell([{ job: 'job0' as JobId, epoch: 2, at, state: queued }])).toEqual(['taken']);
      expect((await one.renew()).lost).toEqual(['job0']);
      const two = await runs.join('cats', runner('two'), null);
      expect((await two.claim(5)).claims).toMatchObject([{ job: { id: 'job0' }, epoch: 4, state: queued }]);
    },
  );

  postgresTest(
    'leave what has stalled to the next start, and hand out first what the server knows',
    async () => {
      const url = await databaseForTest();
      const runs = await openedRuns(url);
      const since = 5;
      await runs.begin(cats, [
        ...sharedJobs(2),
        aSharedJob('known', 9, { state: 'queued', request_id: 'r9', since }),
        aSharedJob('left', 3, { in_plan: 0 }),
        aSharedJob('done', 4, { state: 'done', request_id: 'r4' }),
      ]);
      const one = await runs.join('cats', runner('one'), null);
      const { claims } = await one.claim(9);
      expect(claims.map(({ job }) => job.id)).toEqual(['known', 'job0', 'job1']);
      const stalled: JobState = { status: 'pending', attempt: 1, stalled: failure('unreachable', 'Away.') };
      expect(await one.tell([{ job: 'job0' as JobId, epoch: 1, at, state: stalled }])).toEqual(['taken']);
      await one.release(['job1' as JobId]);
      expect((await one.claim(9)).claims.map(({ job }) => job.id)).toEqual(['job1']);
      const two = await runs.join('cats', runner('two'), null);
      expect((await two.claim(9)).claims).toMatchObject([{ job: { id: 'job0' }, state: { stalled: null } }]);
    },
  );

  postgresTest('go on while another one plans, and announce nothing that has left the plan', async () => {
    const url = await databaseForTest();
    const runs = await openedRuns(url);
    await runs.begin(cats, sharedJobs(40));
    const one = await runs.join('cats', runner('one'), null);
    const { claims } = await one.claim(4);
    const planned = (ids: readonly string[]) =>
      ids.map((id, seq) => {
        const { state: _, ...job } = aSharedJob(id, seq).job;
        return job;
      });
    const ids = ['new0', ...Array.from({ length: 30 }, (_, index) => `job${index + 2}`), 'new1'];
    const [run] = await Promise.all([
      runs.adopt('cats', { planVersion: 1 }, '{"v":2}', planned(ids)),
      one.tell([{ job: 'job3' as JobId, epoch: 1, at, state: failed }]),
    ]);
    expect(run).toMatchObject({ planVersion: 2, plan: '{"v":2}' });
    expect(await runs.adopt('cats', { planVersion: 1 }, '{}', [])).toBeNull();
    const answers = await one.announce(
      claims.map(({ job, epoch }) => ({ job: job.id, epoch, at, state: submitting })),
      null,
      () => all,
    );
    expect(answers.map(({ answer }) => answer)).toEqual(['refused', 'refused', 'go', 'refused']);
    const two = await runs.join('cats', runner('two'), null);
    const rest = await two.claim(99);
    expect(rest.claims.map(({ job }) => job.id)).toEqual(ids.filter((id) => id !== 'job2' && id !== 'job3'));
    const rows = await read(two);
    expect(rows.size).toBe(42);
    expect(rows.get('job0')?.job).toMatchObject({ in_plan: 0, holder: null, epoch: 2 });
  });

  postgresTest('carry out orders on what the user saw, all of them or none', async () => {
    const url = await databaseForTest();
    const runs = await openedRuns(url);
    await runs.begin(cats, [
      aSharedJob('a', 0, {
        state: 'failed',
        failure: JSON.stringify(failure('generation_failed', 'It broke.')),
        request_id: 'r1',
      }),
      ...sharedJobs(1),
    ]);
    const one = await runs.join('cats', runner('one'), null);
    const again: JobState = { status: 'pending', attempt: 2, stalled: null };
    const orderA = { job: 'a' as JobId, seen: failed, state: again, at };
    const overtaken = { job: 'job0' as JobId, seen: queued, state: again, at };
    expect(await one.order([orderA, overtaken])).toEqual(['refused', 'refused']);
    expect((await read(one)).get('a')?.job).toMatchObject({ state: 'failed', attempt: 1 });
    expect(await one.order([orderA])).toEqual(['taken']);
    expect(await one.order([orderA])).toEqual(['known']);
    expect((await one.claim(5)).claims).toMatchObject([
      { job: { id: 'a' }, state: again, epoch: 2 },
      { job: { id: 'job0' } },
    ]);
  });
});
