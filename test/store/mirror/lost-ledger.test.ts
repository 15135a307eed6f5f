import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLedger } from '../../../src/store/ledger/ledger.ts';
import { leaveLostLedger } from '../../../src/store/mirror/lost-ledger.ts';
import { at, jobId, ledgerWith, temporaryFolder } from '../store-support.ts';
import { change, freshMirror, sharedAttempt, sharedJob } from './mirror-support.ts';

test('a mirror that leaves a lost ledger holds whatever has no request here, whoever held it, and keeps the rest', async () => {
  const { mirror, ledger, amend } = freshMirror();
  const free = sharedJob('free');
  const own = sharedJob('own', { holder: 'ci-2', epoch: 1 });
  const theirs = sharedJob('theirs', { holder: 'laptop', epoch: 1 });
  const sent = sharedJob('sent', {
    ...{ holder: 'laptop', epoch: 2, announced: 2, state: 'submitting', since: 7 },
  });
  const again = sharedJob('again', { attempt: 2, epoch: 4 });
  const queued = sharedJob('queued', {
    ...{ holder: 'laptop', epoch: 2, announced: 2, state: 'queued', since: 5, request_id: 'r1' },
  });
  const done = sharedJob('done', { state: 'done', request_id: 'r2', cost: 0.04 });
  const left = sharedJob('left', { in_plan: 0, parent: null });
  mirror.apply(
    [
      ...[free, own, theirs, left].map((job) => change(job)),
      change(sent, sharedAttempt(sent)),
      change(again, sharedAttempt({ ...again, attempt: 1, state: 'failed' })),
      ...[queued, done].map((job) => change(job, sharedAttempt(job))),
    ],
    'h1',
  );
  await mirror.keep({
    ...{ job: jobId('own'), epoch: 1, at: at(8) },
    state: { status: 'submitting', attempt: 1, since: at(8) },
  });
  amend({ isAdopting: true });
  await ledger.close();

  const { as, held } = await leaveLostLedger(ledger.dir, at(100));
  expect([as.run, held]).toEqual(['cats', 5]);
  const run = openLedger(ledger.dir);
  expect(await run.claim(9)).toMatchObject([{ job: { id: jobId('queued') } }]);
  const unclear = run.held(['unknown']);
  const byName = (name: string) => unclear.find(({ job }) => job.id === jobId(name))?.state;
  expect(unclear).toHaveLength(5);
  expect(byName('sent')).toMatchObject({ since: 7, failure: { kind: 'unanswered' } });
  expect(byName('own')).toMatchObject({ since: 8 });
  for (const name of ['free', 'theirs']) expect(byName(name)).toMatchObject({ since: 100, attempt: 1 });
  expect(byName('again')).toMatchObject({ attempt: 2 });
  expect(run.holdings().counts).toMatchObject({ pending: 0, done: 1, queued: 1 });
  await run.close();
});

test('what is not shared is refused, and left as it is', async () => {
  const own = ledgerWith('fox');
  await own.close();
  const complaint = await leaveLostLedger(own.dir, at(1)).catch((error: unknown) => error);
  expect(complaint).toMatchObject({ about: 'usage', message: expect.stringContaining('not shared') });
  const run = openLedger(own.dir);
  expect(await run.claim(9)).toHaveLength(1);
  await run.close();
  const nowhere = join(temporaryFolder(), 'nowhere');
  await expect(leaveLostLedger(nowhere, at(1))).rejects.toMatchObject({ about: 'usage' });
  expect(existsSync(nowhere)).toBe(false);
});
