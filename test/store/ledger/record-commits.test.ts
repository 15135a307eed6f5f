import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { recordCommits } from '../../../src/store/ledger/record-commits.ts';
import type { LedgerEntry } from '../../../src/store/ledger/recording.ts';
import { at, complaintOf, jobId, requestId } from '../store-support.ts';

const paid = { attempt: 1, requestId: requestId('r1'), costUsd: null } as const;
const entry = (status: 'succeeded' | 'done'): LedgerEntry => ({
  job: jobId('a'),
  state: status === 'done' ? { ...paid, status, files: [] } : { ...paid, status, outputs: [], stalled: null },
  at: at(1),
});

test('what the disk refused is kept before what comes later, once there is room', () => {
  const db = new DatabaseSync(':memory:');
  let isFull = true;
  const kept: string[] = [];
  const full = Object.assign(new Error('database or disk is full'), { errcode: 13 });
  const commits = recordCommits(
    db,
    'manifest.db',
    (entries) => {
      if (isFull) throw full;
      kept.push(...entries.map(({ state }) => state.status));
    },
    { release: () => false },
  );
  const complaint = complaintOf(() => commits.commit([entry('succeeded')]));
  expect(complaint).toMatchObject({ about: 'output' });
  isFull = false;
  commits.commit([entry('done')]);
  commits.settle();
  expect(kept).toEqual(['succeeded', 'done']);
  db.close();
});
