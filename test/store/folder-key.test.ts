import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openReader } from '../../src/store/ledger/reader.ts';
import { adopt, at, jobId, ledgerWith, planned, planRecord } from './store-support.ts';

function seen<T>(dir: string, look: (reader: ReturnType<typeof openReader>) => T): T {
  const reader = openReader(dir);
  try {
    return look(reader);
  } finally {
    reader.close();
  }
}

const keyOf = (dir: string): string => seen(dir, (reader) => reader.folderKey());

test('every folder has a key of its own, also two with the same jobs, and keeps it when the plan changes', async () => {
  const [one, other] = [ledgerWith('fox', 'owl'), ledgerWith('fox', 'owl')];
  const keys = [keyOf(one.dir), keyOf(other.dir)];
  expect(new Set(keys).size).toBe(2);
  adopt(one, [planned('hen')]);
  expect(keyOf(one.dir)).toBe(keys[0]);
  await Promise.all([one.close(), other.close()]);
  expect([keyOf(one.dir), keyOf(other.dir)]).toEqual(keys);
});

test('a folder from before there were keys is known by when it was first planned', async () => {
  const ledger = ledgerWith('fox', 'owl');
  await ledger.record(jobId('owl'), { status: 'submitting', attempt: 1, since: at(1_500) }, at(1_500));
  const db = new DatabaseSync(join(ledger.dir, 'manifest.db'));
  db.exec(`DELETE FROM meta WHERE key = 'folder'`);
  db.close();
  expect(keyOf(ledger.dir)).toBe('planned-1000');
  adopt(ledger, [planned('hen')], { ...planRecord, plannedAt: at(9_000) });
  await ledger.close();
  expect(keyOf(ledger.dir)).toBe('planned-1000');
});

test('a reader tells what is still planned, counts all jobs, and notices each commit of others', async () => {
  const ledger = ledgerWith('fox', 'owl');
  await ledger.record(jobId('owl'), { status: 'submitting', attempt: 1, since: at(1_500) }, at(1_500));
  const reader = openReader(ledger.dir);
  const before = reader.version();
  expect(reader.version()).toBe(before);
  adopt(ledger, [planned('hen')]);
  expect(reader.version()).not.toBe(before);
  expect([...reader.placedLines()].map(({ line, isPlanned }) => [line.input.prompt, isPlanned])).toEqual([
    ['hen', true],
    ['owl', false],
  ]);
  expect(reader.jobCount()).toBe(2);
  reader.close();
  await ledger.close();
});
