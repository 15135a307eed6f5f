import { describe, expect } from 'vitest';
import type { JobId, JobState, RequestId } from '../../../src/core/job/job.ts';
import type { DecideOn, GateView } from '../../../src/core/sharing/shared-ledger.ts';
import type { SharedChange } from '../../../src/core/sharing/shared-rows.ts';
import { databaseForTest, postgresTest } from '../../support/postgres.ts';
import { queried } from '../../support/postgres-server.ts';
import { at, cats, openedRuns, runner, sharedJobs } from './opened-runs.ts';

describe('a shared run in PostgreSQL', () => {
  postgresTest('begins, is found, and hands out its jobs in the order of the plan', async () => {
    const runs = await openedRuns(await databaseForTest());
    expect(await runs.find('cats')).toBeNull();
    await runs.begin(cats, sharedJobs(5));
    expect(await runs.find('cats')).toMatchObject({ name: 'cats', planVersion: 1, isDetached: false });
    const one = await runs.join('cats', runner('one'), null);
    const two = await runs.join('cats', runner('two'), null);
    const first = await one.claim(2);
    expect(first.claims.map(({ job }) => job.id)).toEqual(['job0', 'job1']);
    expect(first.heldByOthers).toBe(0);
    const second = await two.claim(9);
    expect(second.claims.map(({ job }) => job.id)).toEqual(['job2', 'job3', 'job4']);
    expect(second.heldByOthers).toBe(2);
    await one.release(null);
    expect((await two.claim(9)).claims.map(({ job, epoch }) => [job.id, epoch])).toEqual([
      ['job0', 2],
      ['job1', 2],
    ]);
  });

  postgresTest('announces behind the gate, is told what comes of it, and says so to others', async () => {
    const runs = await openedRuns(await databaseForTest());
    await runs.begin(cats, sharedJobs(3));
    const one = await runs.join('cats', runner('one'), null);
    const { claims } = await one.claim(3);
    const asked = claims.map(({ job, epoch }) => ({
      job: job.id,
      epoch,
      at,
      state: { status: 'submitting', attempt: 1, since: at } as JobState,
    }));
    const views: (GateView & { eligible: JobId[] })[] = [];
    const decide: DecideOn = (view, eligible) => {
      views.push({ ...view, eligible: eligible.map(({ job }) => job) });
      return { go: 2, nextAt: null };
    };
    const answers = await one.announce(asked, null, decide);
    expect(answers).toEqual([{ answer: 'go', epoch: 2 }, { answer: 'go', epoch: 2 }, { answer: 'wait' }]);
    expect(await one.announce(asked, views[0]?.horizon ?? null, decide)).toEqual([
      { answer: 'go', epoch: 2 },
      { answer: 'go', epoch: 2 },
      { answer: 'go', epoch: 2 },
    ]);
    expect(views.map(({ inFlight, mine, eligible }) => [inFlight, mine, eligible])).toEqual([
      [0, 0, ['job0', 'job1', 'job2']],
      [2, 2, ['job2']],
    ]);
    expect(views[1]?.changes.map(({ job }) => [job.id, job.state]).sort()).toEqual([
      ['job0', 'submitting'],
      ['job1', 'submitting'],
    ]);
    const requestId = 'r1' as RequestId;
    const queued: JobState = { status: 'queued', attempt: 1, requestId, since: at, stalled: null };
    const file = {
      path: 'a.png',
      bytes: 3,
      sha256: 'f'.repeat(64),
      original_sha256: null,
      mime: 'image/png',
    };
    const files = [{ ...file, width: 1, height: null }];
    const done: JobState = { status: 'done', attempt: 1, requestId, files, costUsd: 0.1 };
    const told = (state: JobState) => ({ job: 'job0' as JobId, epoch: 2, at, state });
    expect(await one.tell([told(queued), told(done)])).toEqual(['taken', 'taken']);
    expect(await one.tell([told(queued), told(done)])).toEqual(['known', 'known']);
    const seen: SharedChange[] = [];
    const horizon = await one.changes(views[1]?.horizon ?? null, (changes) => seen.push(...changes));
    expect(seen.find(({ job }) => job.id === 'job0')).toMatchObject({
      job: { state: 'done', epoch: 2, announced: 2, holder: null, request_id: 'r1', cost: 0.1 },
      attempts: [
        { job: 'job0', submitted_at: 1000, done_at: 1000, runner: 'one', outputs: JSON.stringify(files) },
      ],
    });
    const again: SharedChange[] = [];
    await one.changes(horizon, (changes) => again.push(...changes));
    expect(again).toEqual([]);
    expect(await one.renew()).toMatchObject({ lost: [] });
    expect(await runs.runners('cats')).toMatchObject([{ name: 'one', holds: 2, files: 1 }]);
  });

  postgresTest('becomes a folder again, once nobody else works on it, and may be shared anew', async () => {
    const url = await databaseForTest();
    const runs = await openedRuns(url);
    await runs.begin(cats, sharedJobs(2));
    await expect(runs.begin(cats, [])).rejects.toThrow('has a run "cats" already');
    const one = await runs.join('cats', runner('one'), null);
    const two = await runs.join('cats', runner('two'), null);
    await two.claim(1);
    await one.claim(1);
    const give = (page: (changes: readonly SharedChange[]) => void) => runs.detach('cats', 'one', null, page);
    await expect(give(() => {})).rejects.toThrow('is still shared: "two" holds 1 of its jobs.');
    await two.release(null);
    await expect(give(() => {})).rejects.toThrow(
      'is still shared: "two" worked on it less than 60 seconds ago.',
    );
    const alone = (page: (changes: readonly SharedChange[]) => void) =>
      runs.detach('cats', 'two', null, page);
    await one.release(null);
    await expect(alone(() => {})).rejects.toThrow('"one" worked on it');
    await queried(url, `UPDATE rcb.runner SET seen_at = seen_at - 60000 WHERE name = 'one'`);
    const seen: string[] = [];
    await alone((changes) => seen.push(...changes.map(({ job }) => job.id)));
    expect(seen.sort()).toEqual(['job0', 'job1']);
    expect(await runs.find('cats')).toMatchObject({ isDetached: true });
    expect(await one.claim(5)).toEqual({ claims: [], heldByOthers: 0 });
    await expect(runs.join('cats', runner('three'), null)).rejects.toThrow('is not shared any more');
    await expect(runs.adopt('cats', { planVersion: 1 }, '{}', [])).rejects.toThrow('is not shared any more');
    await runs.begin(cats, sharedJobs(4));
    expect((await (await runs.join('cats', runner('one'), null)).claim(9)).claims).toHaveLength(4);
  });

  postgresTest('keeps inputs, limits and its account, and tells two accounts apart', async () => {
    const runs = await openedRuns(await databaseForTest());
    await runs.begin(cats, sharedJobs(1));
    await runs.begin({ ...cats, name: 'dogs', key: 'k2' }, sharedJobs(1));
    const bytes = new Uint8Array([0, 255, 10, 13]);
    await runs.putInput('cats', 'ab', bytes);
    await runs.putInput('cats', 'ab', bytes);
    expect([...((await runs.input('cats', 'ab')) ?? [])]).toEqual([...bytes]);
    expect(await runs.input('dogs', 'ab')).toBeNull();
    await runs.amend('cats', {
      limits: { jobs: 3 },
      account: '{"address":"a","token":{"salt":"s","mark":"m"}}',
    });
    await runs.amend('dogs', { account: '{"address":"a","token":{"salt":"s","mark":"m"},"since":7}' });
    expect(await runs.list()).toMatchObject([
      { name: 'cats', limits: { jobs: 3 } },
      { name: 'dogs', limits: {} },
    ]);
    const [one, two] = [
      await runs.join('cats', runner('a'), null),
      await runs.join('dogs', runner('a'), null),
    ];
    await one.pause(50_000);
    const { claims } = await two.claim(1);
    let waits = false;
    const asked = claims.map(({ job, epoch }) => ({ job: job.id, epoch, at }));
    const state: JobState = { status: 'submitting', attempt: 1, since: at };
    await two.announce(
      asked.map((each) => ({ ...each, state })),
      null,
      ({ pausedUntil }) => {
        waits = pausedUntil !== null;
        return { go: 0, nextAt: null };
      },
    );
    expect(waits).toBe(true);
    await expect(runs.join('birds', runner('a'), null)).rejects.toThrow(
      'There is no run "birds" in the ledger at',
    );
  });
});
