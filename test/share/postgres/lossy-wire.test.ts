import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import type { JobId, JobState, RequestId } from '../../../src/core/job/job.ts';
import { LedgerAway, type SharedLedger } from '../../../src/core/sharing/shared-ledger.ts';
import { diceOf } from '../../support/dice.ts';
import { postgresTest, testDatabase } from '../../support/postgres.ts';
import { queried } from '../../support/postgres-server.ts';
import { type TcpProxy, tcpProxy } from '../../support/tcp-proxy.ts';
import { sized } from '../../support/tiers.ts';
import { at, cats, openedRuns, runner, sharedJobs } from './opened-runs.ts';

/** The same call again until the ledger answers. */
async function insisting<T>(call: () => Promise<T>): Promise<T> {
  while (true) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof LedgerAway)) throw error;
      await turn();
    }
  }
}

/** Works as a runner does: each `post` is money. */
async function work(ledger: SharedLedger, post: (job: JobId) => void): Promise<void> {
  const finish = async (job: JobId, epoch: number): Promise<void> => {
    const named = { attempt: 1, requestId: `r-${job}` as RequestId };
    const queued: JobState = { status: 'queued', ...named, since: at, stalled: null };
    const done: JobState = { status: 'done', ...named, files: [], costUsd: 0.1 };
    await insisting(() => ledger.tell([{ job, epoch, at, state: queued }]));
    await insisting(() => ledger.tell([{ job, epoch, at, state: done }]));
  };
  while (true) {
    const { claims, heldByOthers } = await insisting(() => ledger.claim(4));
    if (claims.length === 0 && heldByOthers === 0) return;
    if (claims.length === 0) await turn();
    await Promise.all(
      claims.map(async ({ job: { id: job }, epoch, state }) => {
        if (state.status !== 'pending') return finish(job, epoch);
        const asked = [
          { job, epoch, at, state: { status: 'submitting', attempt: 1, since: at } as JobState },
        ];
        const [answer] = await insisting(() =>
          ledger.announce(asked, null, (_, those) => ({ go: those.length, nextAt: null })),
        );
        if (answer?.answer !== 'go') return insisting(() => ledger.release([job]));
        post(job);
        await finish(job, answer.epoch);
      }),
    );
    await insisting(() => ledger.renew());
  }
}

postgresTest(
  'nothing is announced twice over wires that cut, swallow commits and outlast leases',
  async () => {
    const { url, drop } = await testDatabase();
    onTestFinished(drop);
    const count = sized(60, 300);
    await (await openedRuns(url)).begin(cats, sharedJobs(count));
    const roll = diceOf(18);
    const proxies: TcpProxy[] = [];
    const posts = new Map<JobId, number>();
    const workers = ['a', 'b', 'c'].map(async (name) => {
      const proxy = await tcpProxy(url);
      onTestFinished(() => proxy.close());
      const ledger = await (await openedRuns(proxy.through(url))).join('cats', runner(name), null);
      proxies.push(proxy);
      await work(ledger, (job) => posts.set(job, (posts.get(job) ?? 0) + 1));
    });
    let isOver = false;
    const chaos = (async () => {
      while (!isOver) {
        const proxy = proxies[Math.floor(roll() * proxies.length)];
        const what = roll();
        if (what < 0.3) proxy?.cut();
        else if (what < 0.8) proxy?.swallowCommits({ of: /rcb\.runner/, becomes: 'reset' });
        else
          await queried(
            url,
            `UPDATE rcb_queue.job SET heartbeat_on = now() - interval '1 hour' WHERE state = 'active'`,
          );
        // A while, as the server has it.
        await queried(url, `SELECT pg_sleep(${0.04 + roll() * 0.1})`);
        proxy?.heal();
      }
    })();
    await Promise.all(workers);
    isOver = true;
    await chaos;
    expect([...posts.values()].filter((times) => times > 1)).toEqual([]);
    const rows = (await queried(url, 'SELECT id, state FROM rcb.job')) as { id: JobId; state: string }[];
    // What was submitted is done; what was announced in vain is held for the user.
    expect(rows.filter(({ id, state }) => state !== (posts.has(id) ? 'done' : 'unknown'))).toEqual([]);
    expect(rows).toHaveLength(count);
    expect(posts.size).toBeGreaterThan(count / 2);
  },
);
