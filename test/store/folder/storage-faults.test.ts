import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { UserError } from '../../../src/core/complaints.ts';
import { writeWholeBytes } from '../../../src/store/files/durable-files.ts';
import { blamingDisk, storageFault } from '../../../src/store/folder/storage-faults.ts';
import { noMounts, smallDisk } from '../../stops/small-disk.ts';
import { complaintOf, temporaryFolder } from '../store-support.ts';

test('a full disk under the ledger is a complaint about the output that names the file', () => {
  const path = join(temporaryFolder(), 'small.db');
  const db = new DatabaseSync(path);
  db.exec('CREATE TABLE t (x)');
  db.exec('PRAGMA max_page_count = 3');
  const complaint = complaintOf(() =>
    blamingDisk(path, () => db.prepare('INSERT INTO t VALUES (?)').run('x'.repeat(100_000))),
  );
  expect(complaint).toMatchObject({
    about: 'output',
    message: `${path} cannot be written: the disk is full.`,
  });
  expect(complaint.hint).toMatch(/^Fix this/);
  db.close();
});

test('a ledger that cannot be written is a complaint about the output', () => {
  const path = join(temporaryFolder(), 'frozen.db');
  new DatabaseSync(path).close();
  const db = new DatabaseSync(path, { readOnly: true });
  expect(complaintOf(() => blamingDisk(path, () => db.exec('CREATE TABLE t (x)'))).about).toBe('output');
  db.close();
});

async function* someBytes(): AsyncGenerator<Uint8Array> {
  yield Buffer.alloc(1_000_000, 'some text');
}

test.skipIf(noMounts !== null)('A full disk under a file is one too, and takes the part away.', async () => {
  const { dir } = smallDisk('64k');
  await expect(writeWholeBytes(join(dir, 'x.csv'), someBytes())).rejects.toMatchObject({
    ...{ about: 'output', message: `${join(dir, 'x.csv')} cannot be written: the disk is full.` },
  });
  expect(readdirSync(dir)).toEqual([]);
});

test('what the disk is not to blame for stays what it is', () => {
  const mistake = new TypeError('x is not a function');
  const told = new UserError('usage', 'Said already.');
  expect(storageFault(mistake, 'p')).toBe(mistake);
  expect(storageFault(told, 'p')).toBe(told);
  expect(storageFault('text', 'p')).toBe('text');
  const db = new DatabaseSync(':memory:');
  expect(() => blamingDisk('p', () => db.exec('nonsense'))).toThrow('syntax error');
  db.close();
});
