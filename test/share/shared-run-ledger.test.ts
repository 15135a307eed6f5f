import { describe, expect, test } from 'vitest';
import { failure, JobFailure } from '../../src/core/job/failures.ts';
import type { Job, JobState, RequestId } from '../../src/core/job/job.ts';
import type { RunEvent } from '../../src/core/ports.ts';
import { Unsent } from '../../src/core/provider.ts';
import type { Gate, GateAnswer } from '../../src/core/sharing/gate.ts';
import { LeaseLost, LedgerAway, leaseMs, type SharedLedger } from '../../src/core/sharing/shared-ledger.ts';
import { type SharedRunLedger, sharedRunLedger } from '../../src/share/runner/shared-run-ledger.ts';
import { aJob, at } from '../support/builders.ts';
import { type MirrorDisk, mirrorDisk, openMirrorIn } from '../support/mirror-memory.ts';
import { handles } from '../support/running.ts';
import { sharedMemory } from '../support/shared-memory.ts';
import { virtualClock } from '../support/virtual-clock.ts';
import { world } from '../support/world.ts';

const never = new AbortController().signal;
const submitting: JobState = { status: 'submitting', attempt: 1, since: at(1) };
const queued = (id: string): JobState => ({
  ...{ status: 'queued', attempt: 1, requestId: id as RequestId, since: at(1) },
  stalled: null,
});
const open: GateAnswer = { go: 99, nextAt: null, waitsFor: null, waitMs: null, capped: null, giveBack: 0 };

/** A runner of a run of these jobs, whose link and gate a test sets. */
function aRun(jobs: number) {
  const clock = virtualClock();
  const memory = sharedMemory(clock.now);
  const cats = Array.from({ length: jobs }, (_, seed) => aJob({ prompt: 'a cat', seed }));
  memory.put(cats);

  function runner(name: string, disk: MirrorDisk = mirrorDisk(), patienceMs: number | null = null) {
    const joined = memory.join(name);
    const opened = openMirrorIn(disk, clock);
    const events: RunEvent[] = [];
    const calls: string[] = [];
    const set: { link: 'good' | 'cut' | 'mute'; gate: Partial<GateAnswer> } = { link: 'good', gate: {} };
    const shared = Object.fromEntries(
      Object.entries(joined).map(([method, call]) => [
        method,
        typeof call !== 'function'
          ? call
          : async (...args: unknown[]) => {
              calls.push(method);
              await clock.sleep(5, never);
              if (set.link === 'cut') throw new LedgerAway();
              const answer = await (call as (...all: unknown[]) => Promise<unknown>)(...args);
              if (set.link === 'mute') throw new LedgerAway();
              return answer;
            },
      ]),
    ) as unknown as SharedLedger;
    const gateOf = (apply: Parameters<Parameters<typeof sharedRunLedger>[0]['gateOf']>[0]): Gate => ({
      decide(view) {
        apply(view);
        return { ...open, ...set.gate };
      },
      ...{
        settled() {},
        moved() {},
        hold() {},
        crossed: () => null,
        isCapped: false,
        others: () => 0,
        bound() {},
      },
    });
    const run: SharedRunLedger = sharedRunLedger({
      ...{ shared, mirror: opened.mirror, take: opened.take, gateOf, clock, steadyMs: clock.now },
      ...{ dice: () => 0.5, observe: (event) => events.push(event), patienceMs },
    });
    const { stop, drain } = handles();
    return { run, set, events, calls, disk, stop, drain, die: opened.die };
  }

  return {
    ...{ clock, memory, cats, runner },
    stateOf: (index: number) => memory.stateOf((cats[index] as Job).id).status,
    within: <T>(work: () => Promise<T>): Promise<T> => clock.run(work()),
    sleep: (ms: number) => clock.sleep(ms, never),
  };
}

describe('the ledger of a shared run', () => {
  test('waits while another runner holds a job that may come back, and ends when it is at rest', async () => {
    const { runner, within, memory, cats, sleep } = aRun(1);
    const [one, two] = [runner('one'), runner('two')];
    await within(async () => {
      await one.run.ledger.claim(1, one.stop);
      const claiming = two.run.ledger.claim(1, two.stop);
      expect(await Promise.race([claiming, sleep(60_000)])).toBeUndefined();
      await one.run.close();
      expect((await claiming).map(({ job }) => job)).toEqual(cats);
      const three = runner('three');
      const again = three.run.ledger.claim(1, three.stop);
      await memory.join('four').tell([
        {
          job: (cats[0] as Job).id,
          epoch: 0,
          at: at(1),
          state: { ...queued('r'), status: 'done', costUsd: 0, files: [] } as JobState,
        },
      ]);
      expect(await again).toEqual([]);
    });
  });

  test('hands out nothing more once it is drained, and only what the server knows where it is from the beginning', async () => {
    const { runner, within, memory, cats } = aRun(2);
    await within(async () => {
      const before = memory.join('before');
      await before.claim(1);
      await before.tell([{ job: (cats[0] as Job).id, epoch: 1, at: at(1), state: queued('r') }]);
      await before.release(null);
      const collecting = runner('one');
      collecting.drain.abort(new Error('only collects'));
      const claims = await collecting.run.ledger.claim(5, collecting.stop);
      expect(claims.map(({ job }) => job)).toEqual([cats[0]]);
      await collecting.run.close();
      const draining = runner('two');
      const claiming = draining.run.ledger.claim(5, draining.stop);
      draining.drain.abort(new Error('Ctrl-C'));
      expect(await claiming).toEqual([]);
    });
  });

  test('announces all that waits in one call, and raises the epoch of what follows', async () => {
    const { runner, within, cats, memory, stateOf } = aRun(3);
    const one = runner('one');
    await within(async () => {
      await one.run.ledger.claim(3, one.stop);
      await Promise.all(cats.map(({ id }) => one.run.ledger.record(id, submitting, at(1), one.stop)));
      expect(one.calls.filter((call) => call === 'announce')).toHaveLength(1);
      await Promise.all(cats.map(({ id }) => one.run.ledger.record(id, queued(`r-${id}`), at(2), one.stop)));
      await one.run.close();
    });
    expect(memory.jobs().map(({ epoch, announced }) => [epoch, announced])).toEqual(Array(3).fill([2, 2]));
    expect([0, 1, 2].map(stateOf)).toEqual(Array(3).fill('queued'));
  });

  test('asks a closed gate again, and lets a stop end that wait', async () => {
    const { runner, within, cats, sleep, stateOf, memory, clock } = aRun(2);
    const one = runner('one');
    const [first, second] = cats as [Job, Job];
    await within(async () => {
      await one.run.ledger.claim(2, one.stop);
      one.set.gate = { go: 0 };
      const waits = one.run.ledger.record(first.id, submitting, at(1), one.stop);
      await sleep(30_000);
      expect(stateOf(0)).toBe('pending');
      const opened = clock.now();
      one.set.gate = {};
      const since = await waits;
      expect(since).toBeGreaterThanOrEqual(opened);
      expect(memory.stateOf(first.id)).toEqual({ ...submitting, since });
      one.set.gate = { go: 0, waitMs: 3_600_000 };
      const stopped = one.run.ledger.record(second.id, submitting, at(1), one.stop);
      await sleep(1_000);
      const reason = new Error('Ctrl-C');
      one.drain.abort(reason);
      await expect(stopped).rejects.toBe(reason);
    });
    expect(stateOf(1)).toBe('pending');
  });

  test('stalls a job by the failure of the gate', async () => {
    const { runner, within, cats } = aRun(1);
    const one = runner('one');
    const capped = failure('capped', 'The cap has no room.');
    one.set.gate = { go: 0, capped };
    await within(async () => {
      await one.run.ledger.claim(1, one.stop);
      const refused = one.run.ledger.record((cats[0] as Job).id, submitting, at(1), one.stop);
      await expect(refused).rejects.toMatchObject({ failure: capped });
      await expect(refused).rejects.toBeInstanceOf(JobFailure);
    });
  });

  test('says when the shared ledger is away and back, and announces nothing meanwhile', async () => {
    const { runner, within, cats, sleep, stateOf } = aRun(1);
    const one = runner('one');
    await within(async () => {
      await one.run.ledger.claim(1, one.stop);
      one.set.link = 'cut';
      let isAnnounced = false;
      const announcing = one.run.ledger.record((cats[0] as Job).id, submitting, at(1), one.stop);
      announcing.then(() => {
        isAnnounced = true;
      });
      await sleep(10_000);
      expect(isAnnounced).toBe(false);
      expect(one.events).toMatchObject([{ type: 'waiting', for: 'ledger', until: null }]);
      one.set.link = 'good';
      await announcing;
    });
    expect(stateOf(0)).toBe('submitting');
    expect(one.events).toMatchObject([{ type: 'waiting' }, { type: 'resumed', for: 'ledger' }]);
  });

  test('gives up after its patience, with a failure that ends the run', async () => {
    const { runner, within, cats } = aRun(1);
    const one = runner('one', mirrorDisk(), 60_000);
    await within(async () => {
      await one.run.ledger.claim(1, one.stop);
      one.set.link = 'cut';
      const refused = one.run.ledger.record((cats[0] as Job).id, submitting, at(1), one.stop);
      await expect(refused).rejects.toMatchObject({ failure: { kind: 'outage' } });
      expect(await one.run.ledger.claim(1, one.stop)).toEqual([]);
    });
  });

  test('asks again after a lost acknowledgement, and proves later that nothing left where it was stopped', async () => {
    const { runner, within, cats, sleep, stateOf, memory } = aRun(2);
    const [first, second] = cats as [Job, Job];
    const one = runner('one');
    await within(async () => {
      await one.run.ledger.claim(2, one.stop);
      one.set.link = 'mute';
      const announcing = one.run.ledger.record(first.id, submitting, at(1), one.stop);
      await sleep(100);
      expect(stateOf(0)).toBe('submitting');
      one.set.link = 'good';
      expect(memory.stateOf(first.id)).toEqual({ ...submitting, since: await announcing });
      one.set.link = 'mute';
      const stopped = one.run.ledger.record(second.id, submitting, at(1), one.stop);
      await sleep(100);
      expect(stateOf(1)).toBe('submitting');
      one.drain.abort(new Error('Ctrl-C'));
      await expect(stopped).rejects.toThrow('Ctrl-C');
      one.set.link = 'good';
      await one.run.close();
    });
    expect(stateOf(1)).toBe('pending');
  });

  test('keeps what has happened to a job that another runner holds, tells it, and lets go of the job', async () => {
    const { runner, within, cats, sleep, stateOf, memory } = aRun(1);
    const one = runner('one');
    const { id } = cats[0] as Job;
    const lost: LeaseLost[] = [];
    one.run.ledger.tenure?.onLost((each) => lost.push(each));
    await within(async () => {
      await one.run.ledger.claim(1, one.stop);
      await one.run.ledger.record(id, submitting, at(1), one.stop);
      one.set.link = 'cut';
      await sleep(leaseMs + 1_000);
      await memory.join('two').claim(1);
      expect(stateOf(0)).toBe('unknown');
      one.set.link = 'good';
      await sleep(10_000);
      expect(lost.map(({ job }) => job)).toEqual([id]);
      await one.run.ledger.record(id, queued('r-1'), at(2), one.stop);
      expect(() => one.run.ledger.tenure?.check(id)).toThrow(LeaseLost);
      one.run.ledger.tenure?.ended(id);
      await sleep(5_000);
      expect(stateOf(0)).toBe('queued');
      const [again] = await one.run.ledger.claim(1, one.stop);
      expect(again?.state).toMatchObject({ status: 'queued', requestId: 'r-1' });
    });
  });

  test('gives a job that it gets back to the engine only when that has let go of it', async () => {
    const { runner, within, cats, sleep, memory } = aRun(1);
    const one = runner('one');
    const { id } = cats[0] as Job;
    await within(async () => {
      await one.run.ledger.claim(1, one.stop);
      one.set.link = 'cut';
      await sleep(leaseMs + 1_000);
      const two = memory.join('two');
      await two.claim(1);
      await two.release(null);
      one.set.link = 'good';
      const claiming = one.run.ledger.claim(1, one.stop);
      expect(await Promise.race([claiming, sleep(20_000)])).toBeUndefined();
      await expect(one.run.ledger.record(id, submitting, at(1), one.stop)).rejects.toBeInstanceOf(LeaseLost);
      one.run.ledger.tenure?.ended(id);
      expect((await claiming).map(({ job }) => job.id)).toEqual([id]);
    });
  });

  test('leaves what it could not tell to the next process with its mirror, which tells it first', async () => {
    const { runner, within, cats, stateOf } = aRun(2);
    const one = runner('one');
    const { id } = cats[0] as Job;
    await within(async () => {
      await one.run.ledger.claim(1, one.stop);
      await one.run.ledger.record(id, submitting, at(1), one.stop);
      one.set.link = 'cut';
      await one.run.ledger.record(id, queued('r-1'), at(2), one.stop);
      expect(await one.run.close()).toEqual({ isAllTold: false });
      expect(stateOf(0)).toBe('submitting');
      const next = runner('one', one.disk);
      const claims = await next.run.ledger.claim(5, next.stop);
      expect(claims.map(({ job }) => job.id)).toEqual(cats.map((each) => each.id));
      expect(claims[0]?.state).toMatchObject({ requestId: 'r-1' });
    });
  });

  test('tells of what others did, and of nothing that it did itself', async () => {
    const { runner, within, cats, sleep } = aRun(2);
    const [one, two] = [runner('one'), runner('two')];
    const { id } = cats[0] as Job;
    await within(async () => {
      await one.run.ledger.claim(1, one.stop);
      await two.run.ledger.claim(1, two.stop);
      await one.run.ledger.record(id, submitting, at(1), one.stop);
      await one.run.ledger.record(id, queued('r-1'), at(2), one.stop);
      await sleep(10_000);
    });
    expect(one.events).toEqual([]);
    expect(two.events.at(-1)).toMatchObject({
      type: 'advanced',
      job: { id },
      state: { status: 'queued' },
      elsewhere: true,
    });
  });

  test('passes on to the account how long the server wants no submissions', async () => {
    const { runner, within, sleep } = aRun(1);
    const one = runner('one');
    await within(async () => {
      const refused = failure('rate_limited', 'Too many requests.', { http: 429 });
      one.run.hear({
        type: 'repeating',
        call: 'submit',
        job: null,
        failure: refused,
        askedMs: 30_000,
        delayMs: 30_000,
      });
      await sleep(100);
    });
    expect(one.calls).toContain('pause');
  });

  test('withdraws a submission whose announcement is old by then, and no other', async () => {
    const { runner, within, cats, sleep } = aRun(2);
    const one = runner('one');
    const [first, second] = cats as [Job, Job];
    const w = world();
    const api = one.run.fresh(w.api);
    await within(async () => {
      await one.run.ledger.claim(2, one.stop);
      await one.run.ledger.record(first.id, submitting, at(1), one.stop);
      await api.submit(first, never);
      await one.run.ledger.record(second.id, submitting, at(1), one.stop);
      await sleep(leaseMs / 2);
      await expect(api.submit(second, never)).rejects.toBeInstanceOf(Unsent);
    });
    expect(w.requests.size).toBe(1);
  });
});
