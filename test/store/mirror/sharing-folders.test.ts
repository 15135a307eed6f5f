import { describe, expect, test } from 'vitest';
import type { Instant } from '../../../src/core/job/job.ts';
import type { SharedChange } from '../../../src/core/sharing/shared-rows.ts';
import { openLedger } from '../../../src/store/ledger/ledger.ts';
import { openToShare } from '../../../src/store/mirror/folder-to-share.ts';
import { openMirror } from '../../../src/store/mirror/opened-mirror.ts';
import { openStage } from '../../../src/store/stage/stage.ts';
import {
  adopt,
  at,
  complaintOf,
  jobId,
  ledgerWith,
  planned,
  planRecord,
  requestId,
} from '../store-support.ts';
import { freshMirror, recordsIn, shared } from './mirror-support.ts';

const file = (name: string, digit: string) => ({
  ...{
    path: `files/${jobId(name).slice(0, 8)}.png`,
    bytes: 3,
    sha256: digit.repeat(64),
    original_sha256: null,
  },
  ...{ mime: 'image/png', width: 8, height: 8 },
});

/** An embedded folder with a job in each of several states, one of them with files of another folder. */
async function embedded(): Promise<string> {
  const ledger = ledgerWith('fox', 'owl', 'elk', 'ant', 'bee');
  const [fox, owl, elk, ant] = (['fox', 'owl', 'elk', 'ant'] as const).map(jobId);
  if (fox === undefined || owl === undefined || elk === undefined || ant === undefined) throw new Error();
  await ledger.record(fox, { status: 'submitting', attempt: 1, since: at(4) }, at(4));
  const queued = { status: 'queued', attempt: 1, since: at(5), stalled: null } as const;
  await ledger.record(fox, { ...queued, requestId: requestId('r1') }, at(5));
  const done = { status: 'done', attempt: 1, requestId: requestId('r1'), costUsd: 0.04 } as const;
  await ledger.record(fox, { ...done, files: [file('fox', 'a')] }, at(9));
  await ledger.record(owl, { status: 'submitting', attempt: 1, since: at(6) }, at(6));
  await ledger.record(elk, { ...queued, ref: { shard: 1 }, requestId: requestId('r2') }, at(7));
  ledger.reuse([
    {
      ...{ id: ant, requestId: requestId('r9'), files: [file('ant', 'b')], notes: [], at: at(3) },
      ...{ folder: '../old', savedUsd: 0.04 },
    },
  ]);
  await ledger.close();
  return ledger.dir;
}

/** What `SharedRuns.begin` would get. */
function handedOver(dir: string): readonly SharedChange[] {
  const folder = openToShare(dir);
  folder.beginHandover(shared);
  const changes = [...folder.changes('ci-2')];
  folder.becomeMirror(shared);
  folder.close();
  return changes;
}

const bareOf = (records: unknown): unknown =>
  JSON.parse(JSON.stringify(records), (key, value) => (key === 'epoch' || key === 'runner' ? null : value));

describe('sharing an embedded folder', () => {
  test('hands over all that is on record, which another mirror then has as well', async () => {
    const dir = await embedded();
    const changes = handedOver(dir);
    expect(changes.map(({ job }) => job.state)).toEqual(['done', 'unknown', 'queued', 'done', 'pending']);
    expect(changes[0]?.attempts).toMatchObject([{ attempt: 1, runner: 'ci-2', submitted_at: 4, done_at: 9 }]);
    expect(changes[3]?.attempts).toMatchObject([
      { request_id: 'r9', submitted_at: null, done_at: 3, cost: 0 },
    ]);

    const own = openMirror(dir);
    own.mirror.apply(changes, 'h1');
    await own.ledger.close();
    const other = freshMirror('laptop');
    other.mirror.apply(changes, 'h1');
    await other.ledger.close();
    expect(recordsIn(other.ledger.dir)).toEqual(recordsIn(dir));
    expect(other.mirror.horizon()).toBe('h1');
  });

  test('is refused as an embedded folder from the first word on, until it is known who has it', async () => {
    const dir = await embedded();
    const folder = openToShare(dir);
    expect([folder.handover, folder.key.length, JSON.parse(folder.plan)]).toEqual([null, 16, planRecord]);
    folder.beginHandover(shared);
    await folder.close();
    const { message, hint } = complaintOf(() => openLedger(dir));
    expect(message).toContain('was being shared as "cats"');
    expect(hint).toContain('rcb share-run');
    expect(() => openMirror(dir)).toThrow('was being shared');

    const again = openToShare(dir);
    expect(again.handover).toEqual(shared);
    again.takeBack();
    await again.close();
    const ledger = openLedger(dir);
    expect(ledger.holdings().counts).toMatchObject({ done: 2, unknown: 1, queued: 1, pending: 1 });
    await ledger.close();
  });

  test('and ending that makes it the truth again, with what others have done meanwhile', async () => {
    const dir = await embedded();
    const before = recordsIn(dir);
    const changes = handedOver(dir);
    expect(() => openToShare(dir)).toThrow('the shared run "cats"');
    const mirror = openMirror(dir);
    mirror.mirror.apply(changes, 'h1');
    mirror.becomeEmbedded();
    await mirror.ledger.close();
    const ledger = openLedger(dir);
    expect((await ledger.claim(9)).map(({ job }) => job.id)).toEqual([jobId('elk'), jobId('bee')]);
    expect(ledger.holdings().counts).toMatchObject({ done: 2, unknown: 1, queued: 1, pending: 1 });
    await ledger.close();
    expect(bareOf(before)).not.toEqual(bareOf([]));
    const again = openToShare(dir);
    expect([...again.changes('other')].map((each) => each.attempts.map(({ runner }) => runner))).toEqual([
      ['ci-2'],
      [null],
      [null],
      ['ci-2'],
      [],
    ]);
    await again.close();
  });
});

describe('a plan for a shared ledger', () => {
  test.each(['replaces', 'extends'] as const)(
    'is the one that the folder would get (%s)',
    async (standing) => {
      const dir = await embedded();
      const added = [
        planned('fox', { name: 'reynard', tags: { a: 'b' } }),
        planned('cow', { parent: jobId('fox') }),
      ];
      const stage = openStage(dir, standing);
      for (const job of added) stage.add(job);
      stage.add(planned('cow', { rows: ['more.csv:7'] }));
      const rows = [...stage.shared(77 as Instant)].map((row) => ({ ...row }));
      const ledger = openLedger(dir);
      stage.adopt(ledger, planRecord, 77 as Instant);
      stage.discard();
      await ledger.close();
      const after = openToShare(dir);
      const made = [...after.changes('ci-2')].filter(({ job }) => job.in_plan === 1);
      await after.close();
      const bySeq = (a: { readonly seq: number }, b: { readonly seq: number }) => a.seq - b.seq;
      const columnsOf = ({ job }: SharedChange) => {
        const {
          state: _,
          attempt: _a,
          request_id: _r,
          since: _s,
          cost: _c,
          failure: _f,
          notes: _n,
          ref: _e,
          ...rest
        } = job;
        const { epoch: _p, announced: _d, holder: _h, ...columns } = rest;
        return columns;
      };
      expect(rows.sort(bySeq)).toEqual(made.map(columnsOf).sort(bySeq));
      expect(rows).toHaveLength(standing === 'replaces' ? 2 : 6);
    },
  );

  test('has added jobs behind the others, wherever the plan is replaced', async () => {
    const ledger = ledgerWith('fox');
    const more = openStage(ledger.dir, 'extends');
    more.add(planned('cow'));
    more.adopt(ledger, planRecord);
    more.discard();
    adopt(ledger, [planned('fox'), planned('owl')]);
    await ledger.close();
    const stage = openStage(ledger.dir);
    stage.add(planned('owl'));
    expect([...stage.shared(at(1))].map(({ id, seq }) => [id, seq > 1_000])).toEqual([
      [jobId('cow'), true],
      [jobId('owl'), false],
    ]);
    stage.discard();
  });
});
