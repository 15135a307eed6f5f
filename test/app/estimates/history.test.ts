import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pastBeside, rememberFolder } from '../../../src/app/estimates/history.ts';
import { pastKeptBeside } from '../../../src/app/estimates/kept-history.ts';
import { historyFile, readHistory } from '../../../src/store/folder/history-file.ts';
import { openLedger } from '../../../src/store/ledger/ledger.ts';
import { openReader } from '../../../src/store/ledger/reader.ts';
import { adopt, at, planned, planRecord, requestId, temporaryFolder } from '../../store/store-support.ts';

const model = 'ideogram/ideogram-v2/generate';
const api = 'https://api.example/';
const runcomfy = (address: string | null) => ({ provider: 'runcomfy', address });

/** A folder under this root with a done job of this cost at each address, one after the other. */
async function folderOf(root: string, name: string, stays: readonly (readonly [string | null, number])[]) {
  const ledger = openLedger(join(root, name));
  const jobs = stays.map((_, nth) => planned(`${name}${nth}`));
  adopt(ledger, jobs, { ...planRecord, settings: { base_url: stays[0]?.[0] ?? null } });
  for (const [nth, [address, usd]] of stays.entries()) {
    const since = nth === 0 ? {} : { since: nth * 100 };
    ledger.keepAccount({ address, token: null, ...since });
    const { id } = jobs[nth] as (typeof jobs)[number];
    await ledger.record(
      id,
      { status: 'submitting', attempt: 1, since: at(nth * 100 + 1) },
      at(nth * 100 + 1),
    );
    const known = { attempt: 1, requestId: requestId(id), costUsd: usd, stalled: null };
    await ledger.record(id, { ...known, status: 'succeeded', outputs: null }, at(nth * 100 + 51));
    await ledger.record(
      id,
      { attempt: 1, requestId: requestId(id), costUsd: usd, status: 'done', files: [] },
      at(nth * 100 + 60),
    );
  }
  await ledger.close();
  return ledger.dir;
}

function place() {
  const root = temporaryFolder();
  const env = { XDG_DATA_HOME: join(root, 'data') };
  return { root: join(root, 'out'), env, file: historyFile(env) as string };
}

test('what jobs cost at one API never colours what they cost at another, rehearsals and simulators among them', async () => {
  const addresses = [
    api,
    'https://other.example/',
    'http://127.0.0.1:8787/',
    'http://127.0.0.1:8788/',
    null,
  ] as const;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...addresses), fc.integer({ min: 1, max: 9 })), {
        minLength: 1,
        maxLength: 5,
      }),
      fc.constantFrom(...addresses),
      async (folders, asked) => {
        const { root, env } = place();
        for (const [nth, stay] of folders.entries()) await folderOf(root, `f${nth}`, [stay]);
        const found = pastBeside(join(root, 'new'), runcomfy(asked), env);
        const costs = found.flatMap(({ usd }) => usd.map(([value]) => value)).toSorted();
        expect(costs).toEqual(
          folders.flatMap(([address, usd]) => (address === asked ? [usd] : [])).toSorted(),
        );
        expect(pastBeside(join(root, 'new'), { provider: 'other', address: asked }, env)).toEqual([]);
      },
    ),
    { numRuns: 12 },
  );
});

test('a folder that came to the API from a simulator counts from then on', async () => {
  const { root, env } = place();
  await folderOf(root, 'moved', [
    ['http://127.0.0.1:8787/', 9],
    [api, 0.08],
  ]);
  const [figures] = pastBeside(join(root, 'new'), runcomfy(api), env);
  expect(figures).toMatchObject({ model, input: {}, usd: [[0.08, 1]], tookMs: [[50, 1]] });
  expect(pastBeside(join(root, 'new'), runcomfy('http://127.0.0.1:8787/'), env)).toEqual([]);
});

test('no ledger is read twice, and what a run has shown is known at once', async () => {
  const { root, env, file } = place();
  const dir = await folderOf(root, 'cats', [[api, 0.08]]);
  expect(pastKeptBeside(join(root, 'new'), runcomfy(api), env)).toEqual([]);
  rememberFolder(dir, env);
  expect(pastKeptBeside(join(root, 'new'), runcomfy(api), env)).toMatchObject([{ usd: [[0.08, 1]] }]);
  // Were it read again, this would not be found.
  writeFileSync(file, readFileSync(file, 'utf8').replace('[0.08', '[0.07'));
  expect(pastBeside(join(root, 'new'), runcomfy(api), env)).toMatchObject([{ usd: [[0.07, 1]] }]);
  // Its own jobs are told by the folder itself.
  expect(pastBeside(dir, runcomfy(api), env)).toEqual([]);
  const ledger = openLedger(dir);
  adopt(ledger, [planned('more')]);
  await ledger.close();
  expect(pastBeside(join(root, 'new'), runcomfy(api), env)).toMatchObject([{ usd: [[0.08, 1]] }]);
});

test('damaged and foreign ledgers, links, and a damaged file of figures are passed over without a word', async () => {
  const { root, env, file } = place();
  await folderOf(root, 'cats', [[api, 0.08]]);
  const elsewhere = await folderOf(join(root, '..', 'elsewhere'), 'dogs', [[api, 5]]);
  symlinkSync(elsewhere, join(root, 'linked'));
  for (const name of ['noise', 'empty', 'foreign', 'view', 'link', 'folder']) mkdirSync(join(root, name));
  writeFileSync(join(root, 'noise/manifest.db'), 'SQLite format 3\0 and nothing more');
  writeFileSync(join(root, 'empty/manifest.db'), '');
  symlinkSync(join(elsewhere, 'manifest.db'), join(root, 'link/manifest.db'));
  mkdirSync(join(root, 'folder/manifest.db'));
  const foreign = new DatabaseSync(join(root, 'foreign/manifest.db'));
  foreign.exec('CREATE TABLE job (id); CREATE TABLE attempt (id)');
  foreign.close();
  // It would never end.
  const endless = new DatabaseSync(join(await folderOf(root, 'endless', [[api, 7]]), 'manifest.db'));
  endless.exec(`DROP TABLE output; CREATE VIEW output AS WITH RECURSIVE n(job) AS (SELECT 1 UNION ALL SELECT job FROM n)
    SELECT job, 1 AS attempt, 1 AS bytes FROM n`);
  endless.close();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '{"version":1,"folders":{"x":{"stamp":1}}');
  for (const _ of [1, 2]) {
    const found = pastBeside(join(root, 'new'), runcomfy(api), env);
    expect(found).toMatchObject([{ usd: [[0.08, 1]] }]);
  }
  expect(readHistory(file).size).toBeGreaterThan(0);
});

test('a reader tells what its folder has shown, of each kind of priced input', async () => {
  const ledger = openLedger(join(temporaryFolder(), 'run'));
  const jobs = [1, 2, 2].map((images, nth) =>
    planned(`p${nth}`, { input: { prompt: 'p', num_images: images } }),
  );
  adopt(ledger, jobs, { ...planRecord, settings: { rehearse: true } });
  for (const { id } of jobs) {
    await ledger.record(id, { status: 'submitting', attempt: 1, since: at(1) }, at(1));
    const saved = {
      path: `files/${id}.png`,
      bytes: 1_234,
      sha256: '0',
      original_sha256: '0',
      mime: 'image/png',
      width: 1,
      height: 1,
    };
    const done = { attempt: 1, requestId: requestId(id), costUsd: 0.1 } as const;
    await ledger.record(id, { ...done, status: 'succeeded', outputs: null, stalled: null }, at(3_001));
    await ledger.record(id, { ...done, status: 'done', files: [saved] }, at(3_002));
  }
  ledger.flush();
  const reader = openReader(ledger.dir);
  const past = reader.past(() => 'runcomfy');
  expect(past).toMatchObject({ provider: 'runcomfy', address: null });
  expect(past.figures).toHaveLength(2);
  expect(past.figures).toContainEqual(
    expect.objectContaining({
      input: { num_images: 2 },
      usd: [[0.1, 2]],
      tookMs: [[3_000, 2]],
      bytes: [[1_200, 2]],
    }),
  );
  reader.close();
  await ledger.close();
});
