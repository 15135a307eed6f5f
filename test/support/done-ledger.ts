import { closeSync, ftruncateSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../src/core/job/job.ts';
import { ledgerFile } from '../../src/core/job/manifest.ts';
import { palettePng } from '../../src/simulator/pictures/palette-png.ts';
import { openLedger } from '../../src/store/ledger/ledger.ts';
import { openStage } from '../../src/store/stage/stage.ts';
import { aPlannedJob } from './builders.ts';

// The rows that a run leaves behind for a job with one image. Hashes are random, as real ones are: a walk along them is
// no walk along the jobs.
const markDoneSql = `
PRAGMA synchronous = OFF; PRAGMA cache_size = -64000;
BEGIN IMMEDIATE;
INSERT INTO attempt (job, attempt, state, request_id, submitted_at, finished_at, done_at, cost)
  SELECT num, 1, 'done', printf('req-%08d', num), planned_at + num, planned_at + num + 4000 + num % 997,
    planned_at + num + 5500, 0.08 FROM job WHERE state = 'pending' ORDER BY num;
INSERT INTO output (job, attempt, idx, path, bytes, sha256, mime, width, height, original_sha256)
  SELECT num, 1, 0, replace(replace(path_template, '{_i}', ''), '{ext}', 'png'), 8000 + num % 4001,
    lower(hex(randomblob(32))), 'image/png', 512, 512,
    lower(hex(randomblob(32))) FROM job WHERE state = 'pending' ORDER BY num;
UPDATE job SET state = 'done', attempt = 1, request_id = printf('req-%08d', num), since = NULL, cost = 0.08
  WHERE state = 'pending';
COMMIT;
PRAGMA wal_checkpoint(TRUNCATE);`;

/** Makes every pending job of a folder's ledger one that is done, as if runs had done so, without their files. */
export function markDone(dir: string): void {
  const db = new DatabaseSync(join(dir, ledgerFile));
  try {
    db.exec(markDoneSql);
  } finally {
    db.close();
  }
}

/** Makes every second of such results one that came as the bytes of the one before, which has no recipe. */
export function makePairs(dir: string): void {
  const db = new DatabaseSync(join(dir, ledgerFile));
  try {
    db.exec(`PRAGMA synchronous = OFF; BEGIN IMMEDIATE;
      UPDATE output SET original_sha256 = sha256 WHERE job % 2 = 1;
      UPDATE output SET original_sha256 = (SELECT sha256 FROM output AS first WHERE first.job = output.job - 1)
        WHERE job % 2 = 0;
      COMMIT; PRAGMA wal_checkpoint(TRUNCATE);`);
  } finally {
    db.close();
  }
}

/** Makes files of the sizes that the ledger has them for, without content. */
export function makeFiles(dir: string): void {
  const db = new DatabaseSync(join(dir, ledgerFile), { readOnly: true });
  const made = new Set<string>();
  try {
    for (const { path, bytes } of db.prepare('SELECT path, bytes FROM output').iterate()) {
      const file = join(dir, String(path));
      if (!made.has(dirname(file))) mkdirSync(dirname(file), { recursive: true });
      made.add(dirname(file));
      const open = openSync(file, 'w');
      ftruncateSync(open, Number(bytes));
      closeSync(open);
    }
  } finally {
    db.close();
  }
}

/** Makes each file that is there one that came as one picture of a single colour, with a recipe of its own. */
export function makeOneColour(dir: string): void {
  const picture = palettePng({
    width: 16,
    height: 16,
    pixels: new Uint8Array(256),
    palette: [[41, 98, 255]],
  });
  const db = new DatabaseSync(join(dir, ledgerFile));
  try {
    for (const { path } of db.prepare('SELECT path FROM output').iterate()) {
      writeFileSync(join(dir, String(path)), picture);
    }
    db.prepare('UPDATE output SET bytes = ?, original_sha256 = ?').run(picture.length, 'ab'.repeat(32));
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    db.close();
  }
}

/** Makes a run folder with so many jobs that are done, without their files. */
export async function doneFolder(dir: string, jobs: number): Promise<void> {
  const ledger = openLedger(dir);
  const stage = openStage(dir);
  for (let seed = 0; seed < jobs; seed += 1) {
    stage.add(aPlannedJob({ prompt: `a lighthouse in a storm, number ${seed}, morning light`, seed }));
  }
  stage.adopt(ledger, { fingerprint: '', settings: {}, plannedAt: 1_000 as Instant });
  stage.discard();
  await ledger.close();
  markDone(dir);
}
