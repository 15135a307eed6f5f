import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { failure } from '../../../src/core/job/failures.ts';
import { openLedger } from '../../../src/store/ledger/ledger.ts';
import { openReader } from '../../../src/store/ledger/reader.ts';
import { at, jobId, ledgerWith, requestId } from '../store-support.ts';

const account = { address: 'https://api.example/', token: { salt: 'ab', mark: 'cd' } };

describe('where the requests of a folder are', () => {
  test('is kept, and not known before', async () => {
    const ledger = ledgerWith('fox');
    const reader = openReader(ledger.dir);
    expect(reader.account()).toBeNull();
    ledger.keepAccount(account);
    ledger.keepAccount({ ...account, address: null });
    expect(reader.account()).toEqual({ ...account, address: null, others: 'address' });
    reader.close();
    await ledger.close();
  });

  test.each(['5', '{', '"x"', '{"address":5}', '{"token":{}}'])(
    'is not known where the ledger holds %s instead',
    async (value) => {
      const ledger = ledgerWith('fox');
      await ledger.close();
      const db = new DatabaseSync(join(ledger.dir, 'manifest.db'));
      db.prepare(`INSERT INTO meta (key, value) VALUES ('account', ?)`).run(value);
      db.close();
      const reader = openReader(ledger.dir);
      expect(reader.account()).toBeNull();
      reader.close();
    },
  );

  test('may be under a token that was refused, while requests of it are to be collected', async () => {
    const ledger = ledgerWith('fox');
    const reader = openReader(ledger.dir);
    const queued = { status: 'queued', attempt: 1, requestId: requestId('r-1'), since: at(5) } as const;
    await ledger.record(jobId('fox'), { ...queued, stalled: failure('overdue', 'Too late.') }, at(6));
    expect(reader.wasTokenRefused()).toBe(false);
    await ledger.record(jobId('fox'), { ...queued, stalled: failure('unauthorized', 'No.') }, at(7));
    expect(reader.wasTokenRefused()).toBe(true);
    reader.close();
    await ledger.close();
  });
});

describe('a request id', () => {
  test('is taken by one job, before it is recorded and for ever after', async () => {
    const ledger = ledgerWith('fox', 'owl');
    const [fox, owl, id] = [jobId('fox'), jobId('owl'), requestId('r-1')];
    expect(ledger.take(id, fox)).toBeNull();
    expect(ledger.take(id, owl)).toBe(fox);
    expect(ledger.take(id, fox)).toBeNull();
    const since = at(5);
    await ledger.record(fox, { status: 'queued', attempt: 1, requestId: id, since, stalled: null }, since);
    expect(ledger.take(id, owl)).toBe(fox);
    // A new attempt has an id of its own; the old one stays that of its job.
    await ledger.record(fox, { status: 'pending', attempt: 2, stalled: null }, since);
    await ledger.close();

    const later = openLedger(ledger.dir);
    expect(later.take(id, owl)).toBe(fox);
    expect(later.take(requestId('r-2'), owl)).toBeNull();
    const reader = openReader(ledger.dir);
    expect([reader.ownerOf('r-1'), reader.ownerOf('r-2')]).toEqual([fox, null]);
    reader.close();
    await later.close();
  });

  test('is looked up by an index', async () => {
    const ledger = ledgerWith('fox');
    await ledger.close();
    const db = new DatabaseSync(join(ledger.dir, 'manifest.db'));
    const plan = db
      .prepare(`EXPLAIN QUERY PLAN SELECT job FROM attempt WHERE request_id = ?`)
      .all('r-1')
      .map(({ detail }) => String(detail));
    db.close();
    expect(plan.join()).toContain('attempt_request');
  });
});
