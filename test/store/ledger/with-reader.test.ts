import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { isRunFolder } from '../../../src/store/folder/run-folder.ts';
import type { LedgerReader } from '../../../src/store/ledger/reader.ts';
import { withReader, withReaderIfAny } from '../../../src/store/ledger/with-reader.ts';
import { complaintOf, ledgerWith, temporaryFolder } from '../store-support.ts';

const isOpen = (reader: LedgerReader): boolean => {
  try {
    return reader.jobCount() > 0;
  } catch {
    return false;
  }
};

test('a reader is closed as soon as the answer is there', async () => {
  const { dir, close } = ledgerWith('owl');
  const [jobs, reader] = withReader(dir, (each) => [each.jobCount(), each]);
  expect([jobs, isOpen(reader)]).toEqual([1, false]);
  await close();
});

test('a reader stays open until the promise of an answer has settled', async () => {
  const { dir, close } = ledgerWith('owl');
  const [wasOpen, reader] = await withReader(dir, async (each) => {
    await setImmediate();
    return [isOpen(each), each];
  });
  expect([wasOpen, isOpen(reader)]).toEqual([true, false]);
  await close();
});

test.each([
  [
    'thrown',
    (fault: Error) => {
      throw fault;
    },
  ],
  ['rejected', (fault: Error) => Promise.reject(fault)],
])('a reader is closed when its answer is %s as an error', async (_how, fail) => {
  const { dir, close } = ledgerWith('owl');
  const readers: LedgerReader[] = [];
  const fault = new Error('Not today.');
  const reading = async () =>
    withReader(dir, (reader) => {
      readers.push(reader);
      return fail(fault);
    });
  await expect(reading()).rejects.toBe(fault);
  expect(readers.map(isOpen)).toEqual([false]);
  await close();
});

test('a folder without a ledger is refused, or answered with null', () => {
  const dir = temporaryFolder();
  expect(isRunFolder(dir)).toBe(false);
  expect(complaintOf(() => withReader(dir, isOpen)).about).toBe('usage');
  expect(withReaderIfAny(dir, isOpen)).toBe(null);
});

test('a folder with a ledger is a run folder', async () => {
  const { dir, close } = ledgerWith('owl');
  expect(isRunFolder(dir)).toBe(true);
  expect(withReaderIfAny(dir, isOpen)).toBe(true);
  await close();
});
