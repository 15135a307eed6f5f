import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import { detachFolder } from '../../../src/app/shared/detaching.ts';
import { shareFolder } from '../../../src/app/shared/handing-over.ts';
import type { SharedPlace } from '../../../src/app/shared/shared-place.ts';
import { namedLedger } from '../../../src/core/sharing/named-ledger.ts';
import { openSharedRuns } from '../../../src/share/postgres/postgres-runs.ts';
import { openLedger } from '../../../src/store/ledger/ledger.ts';
import { openToShare } from '../../../src/store/mirror/folder-to-share.ts';
import { readSharing } from '../../../src/store/mirror/mirror-reading.ts';
import { openMirror } from '../../../src/store/mirror/opened-mirror.ts';
import { adopt, at, jobId, planned, requestId, temporaryFolder } from '../../store/store-support.ts';
import { databaseForTest, postgresTest } from '../../support/postgres.ts';

const fox = jobId('fox');

async function placeOn(url: string): Promise<SharedPlace> {
  const runs = await openSharedRuns(url, {});
  onTestFinished(() => runs.close());
  const address = namedLedger(url, 'a test');
  if (address === null) throw new Error();
  return { address, runs, secrets: [], host: 'here', warn: () => undefined };
}

async function cats(): Promise<string> {
  const ledger = openLedger(join(temporaryFolder(), 'cats'));
  adopt(ledger, [planned('fox'), planned('owl')]);
  await ledger.close();
  return ledger.dir;
}

async function pendingIn(dir: string): Promise<number | undefined> {
  const ledger = openLedger(dir);
  const { pending } = ledger.holdings().counts;
  await ledger.close();
  return pending;
}

describe('the end of sharing', () => {
  postgresTest('makes the folder the run again, with what others did and what was not yet told', async () => {
    const place = await placeOn(await databaseForTest());
    const dir = await cats();
    await shareFolder(place, dir);
    const own = openMirror(dir);
    const queued = {
      status: 'queued',
      attempt: 1,
      requestId: requestId('r1'),
      since: at(5),
      stalled: null,
    } as const;
    await own.mirror.keep({ job: fox, epoch: 1, state: queued, at: at(5) });
    await own.ledger.close();
    await detachFolder(place, dir);
    expect(readSharing(dir)).toEqual({ mark: null, handover: null, untold: 0 });
    expect(await place.runs.find('cats')).toMatchObject({ isDetached: true });
    const ledger = openLedger(dir);
    expect((await ledger.claim(9)).map(({ state }) => state)).toMatchObject([queued, { status: 'pending' }]);
    await ledger.close();
    await expect(detachFolder(place, dir)).rejects.toThrow('a run of its own');
  });

  postgresTest('goes on where it was cut off, in that folder and in no other', async () => {
    const place = await placeOn(await databaseForTest());
    const dir = await cats();
    await shareFolder(place, dir);
    const { mark } = readSharing(dir);
    if (mark === null) throw new Error('It is not shared.');
    const other = openMirror(join(temporaryFolder(), 'cats'), { ...mark, runner: 'other' });
    await other.ledger.close();
    const copy = join(temporaryFolder(), 'cats');
    cpSync(dir, copy, { recursive: true });
    // As far as the ledger, and no further.
    await place.runs.detach('cats', mark.runner, null, () => undefined);
    for (const each of [copy, other.ledger.dir]) {
      await expect(detachFolder(place, each)).rejects.toThrow('not shared any more');
      expect(() => openLedger(each)).toThrow('the shared run "cats"');
    }
    expect(() => openLedger(dir)).toThrow('the shared run "cats"');
    await detachFolder(place, dir);
    expect(await pendingIn(dir)).toBe(2);
  });

  postgresTest('undoes a handover that was cut off before the ledger had it', async () => {
    const place = await placeOn(await databaseForTest());
    const dir = await cats();
    const folder = openToShare(dir);
    const { key } = folder;
    folder.beginHandover({ address: place.runs.address, run: 'cats', key, runner: 'here', planVersion: 0 });
    await folder.close();
    expect(() => openLedger(dir)).toThrow('was being shared');
    await detachFolder(place, dir);
    expect(await pendingIn(dir)).toBe(2);
  });

  postgresTest('takes back what was handed over when that was cut off after the ledger had it', async () => {
    const place = await placeOn(await databaseForTest());
    const dir = await cats();
    const folder = openToShare(dir);
    const { key, plan } = folder;
    folder.beginHandover({ address: place.runs.address, run: 'cats', key, runner: 'here', planVersion: 0 });
    const run = { name: 'cats', key, plan, account: null, limits: {}, files: null };
    await place.runs.begin(run, folder.changes('here'));
    await folder.close();
    expect(() => openLedger(dir)).toThrow('was being shared');
    await detachFolder(place, dir);
    expect(await place.runs.find('cats')).toMatchObject({ isDetached: true });
    expect(await pendingIn(dir)).toBe(2);
    await shareFolder(place, dir);
    expect(await place.runs.find('cats')).toMatchObject({ isDetached: false, key });
    expect(() => openLedger(dir)).toThrow('the shared run "cats"');
    await detachFolder(place, dir);
    expect(await pendingIn(dir)).toBe(2);
  });
});
