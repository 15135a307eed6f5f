import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openReader } from '../../src/store/ledger/reader.ts';
import { killedAfter } from '../support/processes.ts';
import { ledgerWith } from './store-support.ts';

const writer = join(import.meta.dirname, 'ledger-writer.ts');

/** The last record of each job that a writer has acknowledged until it was killed, after about so many. */
async function acknowledgedBy(dir: string, round: number, lines: number): Promise<Map<string, number>> {
  const { text } = await killedAfter(lines, writer, [dir, String(round)]);
  const last = new Map<string, number>();
  for (const [, job, n] of text.matchAll(/^(\w+) \d+ (\d+)\n/gm)) last.set(job as string, Number(n));
  return last;
}

test('a writer that is killed at any moment loses no record that it acknowledged', async () => {
  const prompts = Array.from({ length: 20 }, (_, n) => `p${n}`);
  const ledger = ledgerWith(...prompts);
  await ledger.close();
  for (const [round, lines] of [30, 211, 1_500].entries()) {
    const acknowledged = await acknowledgedBy(ledger.dir, round, lines);
    expect(acknowledged.size).toBe(20);

    const db = new DatabaseSync(join(ledger.dir, 'manifest.db'));
    expect(db.prepare('PRAGMA quick_check').get()).toEqual({ quick_check: 'ok' });
    db.close();
    const reader = openReader(ledger.dir);
    for (const line of reader.lines()) {
      const [found, n] = (line.request_id ?? '').split('-').map(Number);
      expect(found).toBe(round);
      expect(n).toBeGreaterThanOrEqual(acknowledged.get(line.job) as number);
    }
    reader.close();
  }
});
