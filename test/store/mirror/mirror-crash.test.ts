import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/core/complaints.ts';
import { openLedger, type RunLedger } from '../../../src/store/ledger/ledger.ts';
import { openReader } from '../../../src/store/ledger/reader.ts';
import { openMirror } from '../../../src/store/mirror/opened-mirror.ts';
import { killedAfter } from '../../support/processes.ts';
import { temporaryFolder } from '../store-support.ts';

const writer = join(import.meta.dirname, 'mirror-writer.ts');

function indexesOf(dir: string): readonly unknown[] {
  const db = new DatabaseSync(join(dir, 'manifest.db'));
  try {
    expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    return db.prepare(`SELECT name FROM sqlite_schema WHERE type = 'index' ORDER BY name`).all();
  } finally {
    db.close();
  }
}

/** Whether the folder can be opened so. */
async function opens(open: () => Pick<RunLedger, 'close'>): Promise<boolean> {
  try {
    await open().close();
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

describe('a mirror whose process is killed', () => {
  test('has at least what it says that it has pulled', async () => {
    const dir = join(temporaryFolder(), 'cats');
    for (const lines of [1, 7, 40]) {
      const { text } = await killedAfter(lines, writer, [dir, 'apply']);
      const said = Math.max(...[...text.matchAll(/^pulled (\d+)\n/gm)].map(([, times]) => Number(times)));
      const { mirror, ledger } = openMirror(dir);
      const horizon = Number(mirror.horizon());
      await ledger.close();
      expect(horizon).toBeGreaterThanOrEqual(said);
      const reader = openReader(dir);
      const times = [...reader.lines()].map(({ tags }) => Number(tags.times));
      reader.close();
      expect(times).toHaveLength(60);
      expect(Math.min(...times)).toBeGreaterThanOrEqual(horizon);
      indexesOf(dir);
    }
  });

  test('in its first pull is whole again, and its next pull begins anew', async () => {
    const dir = join(temporaryFolder(), 'cats');
    const whole = join(temporaryFolder(), 'dogs');
    const { mirror, ledger } = openMirror(whole, {
      ...{ address: 'x', run: 'dogs', key: 'k', runner: 'ci-2', planVersion: 0 },
    });
    expect(mirror.horizon()).toBeNull();
    await ledger.close();
    await killedAfter(3, writer, [dir, 'first']);
    const again = openMirror(dir);
    expect(again.mirror.horizon()).toBeNull();
    await again.ledger.close();
    expect(indexesOf(dir)).toEqual(indexesOf(whole));
  });

  test('still has to tell all that it has kept, in its order', async () => {
    const dir = join(temporaryFolder(), 'cats');
    const { text } = await killedAfter(200, writer, [dir, 'keep']);
    const kept = new Map<string, number>();
    for (const [, job, n] of text.matchAll(/^kept (\w+) (\d+)\n/gm)) kept.set(String(job), Number(n));
    expect(kept.size).toBe(20);
    const { mirror, ledger } = openMirror(dir);
    const untold = mirror.untold(100_000);
    await ledger.close();
    for (const [job, n] of kept) {
      const epochs = untold.filter((entry) => entry.job === job).map(({ epoch }) => epoch);
      expect(epochs.slice(0, n)).toEqual(Array.from({ length: n }, (_, nth) => nth + 1));
    }
  });

  test.each([1, 2])('is either a mirror or the run again where it ended to be one (%i)', async (lines) => {
    const dir = join(temporaryFolder(), 'cats');
    const { text } = await killedAfter(lines, writer, [dir, 'detach']);
    // One after the other, so that neither is in the way of the other.
    const mirror = await opens(() => openMirror(dir).ledger);
    const ledger = await opens(() => openLedger(dir));
    expect([mirror, ledger]).toEqual(text.includes('detached') ? [false, true] : [!ledger, ledger]);
  });
});
