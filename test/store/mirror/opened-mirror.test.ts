import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { failure } from '../../../src/core/job/failures.ts';
import type { JobState } from '../../../src/core/job/job.ts';
import { openLedger } from '../../../src/store/ledger/ledger.ts';
import { withReader } from '../../../src/store/ledger/with-reader.ts';
import { openMirror } from '../../../src/store/mirror/opened-mirror.ts';
import { at, complaintOf, jobId, ledgerWith, requestId, temporaryFolder } from '../store-support.ts';
import { change, freshMirror, recordsIn, shared, sharedAttempt, sharedJob } from './mirror-support.ts';

const queued = (attempt = 1): JobState => ({
  status: 'queued',
  attempt,
  requestId: requestId('r1'),
  since: at(5),
  stalled: null,
});
const submitting: JobState = { status: 'submitting', attempt: 1, since: at(4) };
const fox = jobId('fox');

const file = {
  ...{ path: `files/${fox.slice(0, 8)}.png`, bytes: 3, sha256: 'a'.repeat(64), original_sha256: null },
  ...{ mime: 'image/png', width: 8, height: 8 },
};

describe('a mirror', () => {
  test('has what the shared ledger says, with files and attempts, and gives what moved', async () => {
    const { mirror, ledger } = freshMirror();
    expect(mirror.apply([change(sharedJob('fox'))], 'h1')).toEqual([]);
    const job = sharedJob('fox', { state: 'done', request_id: 'r1', cost: 0.04, epoch: 3, announced: 2 });
    const attempt = sharedAttempt(job, { done_at: 30, runner: 'laptop', outputs: JSON.stringify([file]) });
    expect(mirror.apply([change(job, attempt)], 'h2')).toEqual([
      {
        job: expect.objectContaining({ id: fox, input: { prompt: 'fox' } }),
        from: { status: 'pending', attempt: 1, stalled: null },
        state: { status: 'done', attempt: 1, requestId: 'r1', costUsd: 0.04, files: [file] },
      },
    ]);
    expect(mirror.apply([change(job, attempt)], 'h3')).toEqual([]);
    expect(mirror.horizon()).toBe('h3');
    await ledger.close();
    withReader(ledger.dir, (reader) => {
      expect([...reader.lines()]).toMatchObject([{ state: 'done', request_id: 'r1', outputs: [file] }]);
    });
  });

  test('keeps states with the outbox, in their order, for the next process too', async () => {
    const first = freshMirror();
    first.mirror.apply([change(sharedJob('fox'))], 'h1');
    first.mirror.note(fox, submitting, at(4));
    await first.mirror.keep({ job: fox, epoch: 2, state: queued(), at: at(5) });
    expect(first.mirror.isAhead(fox)).toBe(true);
    await first.mirror.keep({
      job: fox,
      epoch: 2,
      state: { status: 'done', attempt: 1, requestId: requestId('r1'), costUsd: null, files: [file] },
      at: at(9),
    });
    await first.ledger.close();

    const { mirror, ledger } = openMirror(first.ledger.dir);
    expect(mirror.untold(10)).toMatchObject([
      { job: fox, epoch: 2, state: queued(), at: 5 },
      { job: fox, epoch: 2, state: { status: 'done', files: [file] }, at: 9 },
    ]);
    expect(mirror.untold(1)).toHaveLength(1);
    mirror.told(mirror.untold(1)[0]?.num ?? 0);
    expect(mirror.isAhead(fox)).toBe(true);
    mirror.told(mirror.untold(1)[0]?.num ?? 0);
    expect([mirror.untold(10), mirror.isAhead(fox)]).toEqual([[], false]);
    mirror.apply([], null);
    expect(withReader(ledger.dir, (reader) => reader.holdings().counts.done)).toBe(1);
    await ledger.close();
    const again = openMirror(ledger.dir);
    expect(again.mirror.untold(10)).toEqual([]);
    await again.ledger.close();
  });

  test('leaves jobs alone that it knows more of, and reads them again once that is told', async () => {
    const { mirror, ledger } = freshMirror();
    mirror.apply([change(sharedJob('fox'))], 'h1');
    await mirror.keep({ job: fox, epoch: 2, state: queued(), at: at(5) });
    const job = sharedJob('fox', { state: 'submitting', since: 4, epoch: 2, announced: 2, holder: 'ci-2' });
    expect(mirror.apply([change(job, sharedAttempt(job))], 'h2')).toEqual([]);
    expect(mirror.horizon()).toBe('h1');
    expect(mirror.apply([change(sharedJob('owl'))], 'h3')).toEqual([]);
    expect(mirror.horizon()).toBe('h1');
    mirror.told(mirror.untold(1)[0]?.num ?? 0);
    const now = { ...job, state: 'queued', request_id: 'r1', since: 5 } as const;
    expect(mirror.apply([change(now, sharedAttempt(now))], 'h4')).toEqual([]);
    expect(mirror.horizon()).toBe('h4');
    expect(
      mirror.apply([change({ ...now, holder: 'b', state: 'running' }, sharedAttempt(now))], 'h5'),
    ).toMatchObject([{ from: { status: 'queued' }, state: { status: 'running' } }]);
    await ledger.close();
  });

  test('tells a shared ledger of what it has lost, such as one that was restored', async () => {
    const { mirror, ledger } = freshMirror('laptop');
    const job = sharedJob('fox', { state: 'queued', request_id: 'r1', since: 5, epoch: 2, announced: 2 });
    const owl = sharedJob('owl', { state: 'submitting', since: 5, epoch: 4, announced: 4, holder: 'b' });
    mirror.apply([change(job, sharedAttempt(job)), change(owl, sharedAttempt(owl))], 'h1');
    mirror.apply([change(sharedJob('fox', { epoch: 2 })), change(sharedJob('owl', { epoch: 3 }))], 'h2');
    expect(mirror.untold(10)).toMatchObject([
      { job: fox, epoch: 2, state: queued() },
      { job: jobId('owl'), epoch: 3, state: { status: 'unknown' } },
    ]);
    expect(withReader(ledger.dir, (reader) => reader.holdings().counts)).toMatchObject({
      queued: 1,
      submitting: 1,
    });
    mirror.told(2);
    mirror.apply([change(job, sharedAttempt(job))], 'h3');
    expect(mirror.untold(10)).toEqual([]);
    await ledger.close();
  });

  test('loses jobs that left the plan before anybody attempted them, but for those that others vary', async () => {
    const { mirror, ledger } = freshMirror();
    const child = sharedJob('kit', { parent: jobId('fox'), seq: 3 });
    mirror.apply([change(sharedJob('fox')), change(sharedJob('owl', { seq: 2 })), change(child)], 'h1');
    mirror.apply(
      [change(sharedJob('fox', { in_plan: 0 })), change(sharedJob('owl', { in_plan: 0 })), change(child)],
      'h2',
    );
    await ledger.close();
    withReader(ledger.dir, (reader) => {
      expect([...reader.lines()].map(({ input }) => input.prompt)).toEqual(['kit', 'fox']);
    });
  });

  test('refuses records that lead out of the run folder', async () => {
    const { mirror, ledger } = freshMirror();
    const job = sharedJob('fox', { state: 'done', request_id: 'r1' });
    for (const path of ['../../.ssh/id', '/etc/passwd', 'files/../../x', 'manifest.db', 'files/a\\b']) {
      const attempt = sharedAttempt(job, { outputs: JSON.stringify([{ ...file, path }]) });
      expect(complaintOf(() => mirror.apply([change(job, attempt)], 'h1')).message).toContain(
        'no run can have written',
      );
    }
    const odd = [
      { id: 'x' },
      { path_template: '../{_i}.{ext}' },
      { request_id: 'a/b' },
      { state: 'paid' as never },
    ];
    for (const part of odd) {
      expect(() => mirror.apply([change({ ...job, ...part })], 'h1')).toThrow('no run can have written');
    }
    expect(mirror.horizon()).toBeNull();
    await ledger.close();
    expect(recordsIn(ledger.dir)).toEqual([[], [], []]);
  });

  test('is the same run and runner for the next process, and another runner where the folder was copied', async () => {
    const first = freshMirror();
    await first.ledger.close();
    const second = openMirror(first.ledger.dir, { ...shared, runner: 'another' });
    expect(second.mark()).toMatchObject({ ...shared, runner: 'ci-2', isAdopting: false });
    expect(second.copiedFrom).toBeNull();
    second.amend({ planVersion: 4, isAdopting: true }, JSON.stringify({ fingerprint: 'f4' }));
    await second.ledger.close();

    const copy = join(temporaryFolder(), 'cats');
    cpSync(first.ledger.dir, copy, { recursive: true });
    const third = openMirror(copy);
    expect(third.copiedFrom).toBe('ci-2');
    expect(third.mark()).toMatchObject({ run: 'cats', planVersion: 4, isAdopting: true });
    expect(third.mark().runner).not.toBe('ci-2');
    await third.ledger.close();
    const fourth = openMirror(copy);
    expect([fourth.copiedFrom, fourth.mark().runner]).toEqual([null, third.mark().runner]);
    await fourth.ledger.close();
    withReader(copy, (reader) => expect(reader.planRecord()).toEqual({ fingerprint: 'f4' }));
  });

  test('is not made of a folder that holds a run of its own, nor of the mirror of another run', async () => {
    const embedded = ledgerWith('fox');
    await embedded.close();
    expect(complaintOf(() => openMirror(embedded.dir, shared)).hint).toContain('rcb share-run');
    expect(complaintOf(() => openMirror(embedded.dir)).about).toBe('usage');
    const { ledger } = freshMirror();
    await ledger.close();
    expect(complaintOf(() => openMirror(ledger.dir, { ...shared, key: 'f'.repeat(16) })).message).toContain(
      '"cats"',
    );
  });

  test('removes what a plan that was never adopted has left', async () => {
    const opened = freshMirror();
    const { mirror, ledger } = opened;
    const failed = sharedJob('elk', {
      state: 'failed',
      failure: JSON.stringify(failure('refused', 'No.')),
    });
    mirror.apply(
      [change(sharedJob('fox')), change(sharedJob('owl')), change(failed, sharedAttempt(failed))],
      'h1',
    );
    opened.beginRebuild();
    expect(mirror.horizon()).toBeNull();
    mirror.apply([change(sharedJob('fox'))], 'h2');
    opened.finishRebuild();
    const lines = withReader(ledger.dir, (reader) => [...reader.lines()]);
    expect(lines.map(({ input }) => input.prompt).sort()).toEqual(['elk', 'fox']);
    await ledger.close();
  });
});

describe('an embedded ledger', () => {
  test('is refused on a mirror, in words, until the sharing has ended', async () => {
    const opened = freshMirror();
    opened.mirror.apply([change(sharedJob('fox'))], 'h1');
    await expect(opened.ledger.claim(1)).rejects.toThrow('not handed out');
    await opened.ledger.close();
    const { about, message, hint } = complaintOf(() => openLedger(opened.ledger.dir));
    expect([about, message, hint]).toEqual([
      'usage',
      expect.stringContaining('the shared run "cats" in postgres://ledger.example/rcb'),
      expect.stringContaining('Set RCB_LEDGER, or pass --ledger'),
    ]);
    const again = openMirror(opened.ledger.dir);
    again.becomeEmbedded();
    await again.ledger.close();
    const ledger = openLedger(opened.ledger.dir);
    expect((await ledger.claim(9)).map(({ job }) => job.id)).toEqual([fox]);
    await ledger.close();
  });
});
