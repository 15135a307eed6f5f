import { chmodSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { failure } from '../../../src/core/job/failures.ts';
import type { SavedFile } from '../../../src/core/job/job.ts';
import { openLedger } from '../../../src/store/ledger/ledger.ts';
import { openReader } from '../../../src/store/ledger/reader.ts';
import { aLink } from '../../support/builders.ts';
import {
  adopt,
  at,
  complaintOf,
  jobId,
  ledgerWith,
  planned,
  readableAtOnce,
  requestId,
  temporaryFolder,
} from '../store-support.ts';

const saved = (path: string): SavedFile => ({
  ...{ path, bytes: 3, sha256: 'ab'.repeat(32), original_sha256: 'cd'.repeat(32), mime: 'image/png' },
  ...{ width: 4, height: null },
});

test('a manifest line holds all that is known of a job, in the form of the contract', async () => {
  const ledger = readableAtOnce(openLedger(join(temporaryFolder(), 'run')));
  const job = planned('cat', {
    ...{ name: 'cat-1', tags: { Category: 'Animals' }, axes: { seed: 1 }, parent: jobId('mother'), rep: 2 },
    input: { prompt: 'cat', seed: 1, nested: [{ z: null, a: '\u0000"' }] },
  });
  adopt(ledger, [job]);
  const id = job.id;
  const known = { attempt: 1, requestId: requestId('r-1'), since: at(2_001), stalled: null } as const;
  await ledger.record(id, { status: 'submitting', attempt: 1, since: at(2_000) }, at(2_000));
  await ledger.record(id, { ...known, status: 'queued' }, at(2_001));
  await ledger.record(id, { ...known, status: 'running' }, at(3_000));
  await ledger.record(id, { ...known, status: 'running', stalled: failure('overdue', 'Late.') }, at(3_500));
  const paid = { attempt: 1, requestId: requestId('r-1'), costUsd: 0.08 } as const;
  await ledger.record(
    id,
    { ...paid, status: 'succeeded', outputs: [aLink('https://x')], stalled: null },
    at(4_000),
  );
  await ledger.record(
    id,
    {
      ...{ ...paid, status: 'done', files: [saved('files/b.png'), saved('files/a.png')] },
      notes: ['One link was left out.'],
    },
    at(5_000),
  );

  const reader = openReader(ledger.dir);
  expect([...reader.lines()]).toEqual([
    {
      job: id,
      id: 'cat-1',
      rows: ['cat.csv:2'],
      tags: { Category: 'Animals' },
      model: job.model,
      input: job.input,
      axes: { seed: 1 },
      rep: 2,
      parent: jobId('mother'),
      state: 'done',
      request_id: 'r-1',
      attempts: 1,
      planned_at: '1970-01-01T00:00:01.000Z',
      submitted_at: '1970-01-01T00:00:02.000Z',
      started_at: '1970-01-01T00:00:03.000Z',
      finished_at: '1970-01-01T00:00:04.000Z',
      done_at: '1970-01-01T00:00:05.000Z',
      cost: 0.08,
      outputs: [saved('files/b.png'), saved('files/a.png')],
      notes: ['One link was left out.'],
      error: null,
    },
  ]);
  expect(reader.findByFile('./files/a.png')?.job).toBe(id);
  expect(reader.findByFile('files\\b.png')?.job).toBe(id);
  expect(reader.findByFile('files/c.png')).toBe(null);
  reader.close();
  await ledger.close();
});

test('a reader sees each commit of a run that is going on, and takes nothing from it', async () => {
  const ledger = ledgerWith('a', 'b');
  const reader = openReader(ledger.dir);
  expect(reader.holdings().counts.pending).toBe(2);
  expect(reader.oldestInFlight()).toBe(null);
  await ledger.record(jobId('a'), { status: 'submitting', attempt: 1, since: at(50) }, at(50));
  await ledger.record(
    jobId('b'),
    { status: 'queued', attempt: 1, requestId: requestId('rb'), since: at(40), stalled: null },
    at(40),
  );
  expect(reader.holdings().counts).toMatchObject({ pending: 0, submitting: 1, queued: 1 });
  expect(reader.oldestInFlight()).toEqual({ job: jobId('b'), state: 'queued', requestId: 'rb', since: 40 });
  reader.close();
  await ledger.close();
  expect(readdirSync(ledger.dir).sort()).toEqual(['.lock', 'manifest.db']);
});

test('the last reader leaves nothing behind', async () => {
  const ledger = ledgerWith('a');
  await ledger.close();
  const reader = openReader(ledger.dir);
  expect([...reader.lines()]).toHaveLength(1);
  reader.close();
  reader.close();
  expect(readdirSync(ledger.dir).sort()).toEqual(['.lock', 'manifest.db']);
});

test('a run folder on a read-only medium can be read', async () => {
  const ledger = ledgerWith('a');
  await ledger.close();
  rmSync(join(ledger.dir, '.lock'));
  chmodSync(join(ledger.dir, 'manifest.db'), 0o400);
  chmodSync(ledger.dir, 0o500);
  const reader = openReader(ledger.dir);
  expect(reader.holdings().counts.pending).toBe(1);
  reader.close();
  chmodSync(ledger.dir, 0o700);
});

test('lines are filtered by state, by value and by number, and may leave out what is no longer planned', async () => {
  const ledger = ledgerWith('gone');
  const refused = failure('invalid_input', 'Refused.', { http: 422, code: 7 });
  const failed = { status: 'failed', attempt: 1, requestId: null, failure: refused, costUsd: null } as const;
  await ledger.record(jobId('gone'), failed, at(1));
  adopt(ledger, [
    planned('a', { tags: { Style: 'x' } }),
    planned('b', { input: { prompt: 'b', seed: 7 }, name: 'row-b' }),
    planned('c', { axes: { seed: 7 } }),
  ]);
  const reader = openReader(ledger.dir);
  const prompts = (filter: Parameters<typeof reader.lines>[0]) =>
    [...reader.lines(filter)].map((line) => line.input.prompt);
  expect(prompts({})).toEqual(['a', 'b', 'c', 'gone']);
  expect(prompts({ currentPlanOnly: true, limit: 2 })).toEqual(['a', 'b']);
  expect(prompts({ limit: 0 })).toEqual([]);
  expect(prompts({ states: ['failed', 'done'] })).toEqual(['gone']);
  expect(prompts({ where: { SEED: '7' } })).toEqual(['b', 'c']);
  expect(prompts({ where: { seed: '7', id: 'row-b' } })).toEqual(['b']);
  expect(prompts({ where: { style: 'x' } })).toEqual(['a']);
  expect(prompts({ where: { style: '' }, states: ['pending'] })).toEqual(['b', 'c']);
  expect([...reader.lines({ states: ['failed'] })][0]?.error).toEqual({
    ...{ class: 'invalid', message: 'Refused.', http: 422, code: 7 },
  });
  reader.close();
  await ledger.close();
});

test('jobs are found by the beginning of their id, ten at most', async () => {
  const ledger = ledgerWith(...Array.from({ length: 300 }, (_, n) => `p${n}`));
  const reader = openReader(ledger.dir);
  const id = jobId('p5');
  expect(reader.find(id.slice(0, 12).toUpperCase()).map(({ job }) => job)).toEqual([id]);
  const some = reader.find(id.slice(0, 1));
  expect(some).toHaveLength(10);
  expect(some.every(({ job }) => job.startsWith(id.slice(0, 1)))).toBe(true);
  expect(reader.find('')).toEqual([]);
  expect(reader.find('%')).toEqual([]);
  reader.close();
  await ledger.close();
});

test('latencies run from submit to finish', async () => {
  const prompts = Array.from({ length: 20 }, (_, n) => `p${n}`);
  const ledger = ledgerWith(...prompts);
  const reader = openReader(ledger.dir);
  expect(reader.latencies()).toBe(null);
  for (const [n, prompt] of prompts.entries()) {
    const known = { attempt: 1, requestId: requestId('r'), costUsd: null, outputs: null, stalled: null };
    await ledger.record(jobId(prompt), { status: 'submitting', attempt: 1, since: at(100) }, at(100));
    await ledger.record(jobId(prompt), { ...known, status: 'succeeded' }, at(101 + n));
  }
  expect(reader.latencies()).toEqual({ jobs: 20, p50Ms: 10, p95Ms: 19 });
  const past = reader.pastLatencies(4);
  expect([...past]).toEqual([['ideogram/ideogram-v2/generate', [20, 19, 18, 17]]]);
  reader.close();
  await ledger.close();
});

test('what has come to rest is told by second, whether it is done or has failed', async () => {
  const ledger = ledgerWith('owl', 'fox', 'hen', 'elk');
  const reader = openReader(ledger.dir);
  const ended = async (prompt: string, becomes: 'done' | 'failed', ms: number): Promise<void> => {
    const announced = { status: 'submitting', attempt: 1, since: at(100) } as const;
    await ledger.record(jobId(prompt), announced, at(100));
    const known = { attempt: 1, requestId: requestId(prompt), costUsd: null };
    if (becomes === 'done') {
      await ledger.record(jobId(prompt), { ...known, status: 'done', files: [] }, at(ms));
    } else {
      const failure = { kind: 'generation_failed', message: 'No.', http: null, code: null } as const;
      await ledger.record(jobId(prompt), { ...known, status: 'failed', failure }, at(ms));
    }
  };
  await ended('owl', 'done', 900);
  await ended('fox', 'done', 5_100);
  await ended('hen', 'failed', 5_900);
  await ended('elk', 'done', 7_000);
  expect(reader.settledSince(at(1_000))).toEqual([
    { second: 5, jobs: 2 },
    { second: 7, jobs: 1 },
  ]);
  reader.close();
  await ledger.close();
});

test('a folder without a ledger is not a run folder', () => {
  const refusal = complaintOf(() => openReader(temporaryFolder()));
  expect(refusal.about).toBe('usage');
  expect(refusal.message).toContain('is not a run folder: it has no manifest.db.');
});

test('what is still to be submitted is told in the order of the plan, without what has left it', async () => {
  const ledger = ledgerWith('gone', 'owl', 'fox');
  await ledger.record(jobId('gone'), { status: 'submitting', attempt: 1, since: at(2) }, at(2));
  await ledger.record(jobId('gone'), { status: 'pending', attempt: 1, stalled: null }, at(3));
  await ledger.record(jobId('owl'), { status: 'submitting', attempt: 1, since: at(2) }, at(2));
  adopt(ledger, [planned('hen'), planned('owl'), planned('fox')]);

  const reader = openReader(ledger.dir);
  const { model } = planned('hen');
  expect([...reader.pending()]).toEqual([
    expect.objectContaining({ id: jobId('hen'), model, input: { prompt: 'hen' } }),
    expect.objectContaining({ id: jobId('fox'), model, input: { prompt: 'fox' } }),
  ]);
  reader.close();
  await ledger.close();
});
