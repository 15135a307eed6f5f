import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openLedger } from '../../src/store/ledger/ledger.ts';
import { openStage } from '../../src/store/stage/stage.ts';
import { aPlannedJob, at } from '../support/builders.ts';
import { type Ended, main, manifestOf, rcb, workFolder } from '../support/command-line.ts';
import { answering, canOpenTerminal } from '../support/terminal-answer.ts';

const official = 'https://model-api.runcomfy.net/';
const env = { RUNCOMFY_API_TOKEN: 'a-token-of-nobody' };
const firstAt = Date.UTC(2026, 2, 9, 22, 5);

interface Folder {
  readonly cwd: string;
  readonly dir: string;
  readonly jobs: readonly string[];
  rcb(...args: readonly string[]): Promise<Ended>;
  states(): Readonly<Record<string, number>>;
  sql(statements: string): void;
}

/** A folder with unclear submissions from two outages, some hours apart. */
async function badNight(unknown: number, address = official): Promise<Folder> {
  const cwd = workFolder();
  const dir = join(cwd, 'out/cats');
  const ledger = openLedger(dir);
  const stage = openStage(dir);
  const jobs = Array.from({ length: unknown + 1 }, (_, seed) =>
    aPlannedJob({ prompt: `a cat of number ${seed}`, seed }, { axes: { seed } }),
  );
  for (const job of jobs) stage.add(job);
  const prices = { 'ideogram/ideogram-v2/generate': { usd: 0.08, unit: 'output' } };
  stage.adopt(ledger, { fingerprint: 'f', settings: { base_url: address, prices }, plannedAt: at(1) });
  stage.discard();
  await ledger.close();
  const sql = (statements: string): void => {
    const db = new DatabaseSync(join(dir, 'manifest.db'));
    db.exec(statements);
    db.close();
  };
  const failure = JSON.stringify({ kind: 'unanswered', message: 'No answer came.', http: null, code: null });
  sql(`UPDATE job SET state = 'unknown', since = ${firstAt}, failure = '${failure}' WHERE seq <= ${unknown};
    INSERT INTO attempt (job, attempt, state, submitted_at)
      SELECT num, 1, 'unknown', ${firstAt} + seq * 100 + (seq > ${unknown / 2}) * 7200000 FROM job WHERE state = 'unknown';
    UPDATE job SET state = 'failed', request_id = 'r-0', failure = '${failure}' WHERE seq > ${unknown};`);
  return {
    cwd,
    dir,
    jobs: jobs.map(({ id }) => id),
    rcb: (...args) => rcb(['reconcile', 'out/cats', ...args], { cwd, env }),
    states() {
      const db = new DatabaseSync(join(dir, 'manifest.db'), { readOnly: true });
      const rows = db.prepare('SELECT state, count(*) AS jobs FROM job GROUP BY state').all();
      db.close();
      return Object.fromEntries(rows.map(({ state, jobs: count }) => [String(state), Number(count)]));
    },
    sql,
  };
}

describe('a thousand unclear submissions', () => {
  test('are a page, by outage, with each sentence once; --json has them all', async () => {
    const { rcb: reconcile } = await badNight(1_000);
    const shown = await reconcile();
    expect(shown.code).toBe(76);
    const lines = shown.stdout.trimEnd().split('\n');
    expect(lines.length).toBeLessThan(50);
    expect(shown.stdout).toContain('1,000 unclear submissions');
    expect(shown.stdout).toContain('Possible cost: about $80.00 (base prices)');
    expect(shown.stdout.match(/ {2}500 submissions/g)).toHaveLength(2);
    expect(shown.stdout.match(/… and 490 more \(rcb ls out\/cats --state unknown\)/g)).toHaveLength(2);
    expect(shown.stdout.match(/Generations page/g)).toHaveLength(1);

    const json = await reconcile('--json');
    const rows = json.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(rows).toHaveLength(1_000);
    expect(rows[0]).toMatchObject({
      usd: 0.08,
      offered_id: null,
      axes: { seed: 0 },
      message: 'No answer came.',
    });
  });

  test('are settled by one order, with count and money first', async () => {
    const { rcb: reconcile, states } = await badNight(1_000);
    for (const [order, word] of [
      ['--resubmit', 'submits again'],
      ['--write-off', 'writes off'],
    ] as const) {
      const asked = await reconcile(order, 'all');
      expect(asked.code).toBe(64);
      expect(asked.stderr).toContain('1,000 submissions, about $80.00 (base prices)');
      expect(asked.stderr).toContain(word);
      expect(asked.stderr).toContain('--yes');
    }
    expect(states()).toEqual({ unknown: 1_000, failed: 1 });

    const done = await reconcile('--resubmit', 'all', '--yes');
    expect(done.code).toBe(0);
    expect(done.stdout).toContain('1,000 rows will be submitted again by: rcb resume out/cats');
    expect(states()).toEqual({ pending: 1_000, failed: 1 });
  });
});

describe('unclear submissions', () => {
  test('are settled several at once by their ids, without a question where little is at stake', async () => {
    const { rcb: reconcile, jobs, states } = await badNight(8);
    const [a, b, c, d, e] = jobs as [string, string, string, string, string];
    const again = await reconcile('--resubmit', `${a.slice(0, 8)},${b}`);
    expect(again.stdout).toContain('2 rows will be submitted again');
    const off = await reconcile('--write-off', c, '--write-off', d);
    expect(off.stdout).toContain('2 submissions written off');
    expect((await reconcile('--write-off', e, jobs[5] as string)).code).toBe(76);
    expect(states()).toEqual({ unknown: 2, pending: 2, failed: 5 });
  });

  test('of which one is misspelt, or a folder is, are left alone', async () => {
    const { rcb: reconcile, jobs, states, cwd } = await badNight(3);
    expect((await reconcile('--write-off', `${jobs[0]},ffffffff0000`)).code).toBe(64);
    const elsewhere = await rcb(['reconcile', 'cat', '--resubmit', 'all', '-y'], { cwd, env });
    expect(elsewhere.code).toBe(64);
    expect(states()).toEqual({ unknown: 3, failed: 1 });
  });

  test('never need a word on a loopback API', async () => {
    const { rcb: reconcile, states } = await badNight(30, 'http://127.0.0.1:9/');
    expect((await reconcile('--write-off', 'all')).code).toBe(0);
    expect(states()).toEqual({ failed: 31 });
  });

  test('that are no longer planned can only be written off', async () => {
    const { rcb: reconcile, jobs, sql, states } = await badNight(3);
    sql(`UPDATE job SET in_plan = 0 WHERE seq = 1`);
    expect((await reconcile('--resubmit', jobs[0] as string)).stderr).toContain('no longer planned');
    const all = await reconcile('--resubmit', 'all');
    expect(all.stdout).toContain('2 rows will be submitted again');
    expect(all.stdout).toContain('1 row is no longer planned');
    expect(states()).toEqual({ unknown: 1, pending: 2, failed: 1 });
  });

  test('with an id that the server gave are adopted by one order, as far as the server knows the ids', async () => {
    const server = createServer((req, res) => {
      const isKnown = req.url?.includes('/req-known-');
      res.writeHead(isKnown ? 200 : 404, { 'content-type': 'application/json' });
      res.end(
        JSON.stringify(isKnown ? { status: 'in_progress' } : { error_code: 404001, message: 'no such id' }),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const { dir, jobs, sql, states, cwd } = await badNight(5, address);
    const reconcile = (...args: string[]) => rcb(['reconcile', 'out/cats', ...args], { cwd });
    expect((await reconcile('--adopt', 'all')).stderr).toContain('returned no id for any');
    const offer = (seq: number, id: string): string =>
      `UPDATE job SET failure = json_set(failure, '$.offeredId', '${id}') WHERE seq = ${seq};`;
    sql(offer(1, 'req-known-1') + offer(2, 'req-known-2') + offer(3, 'req-other') + offer(4, 'req-known-1'));
    const shown = await reconcile();
    expect(shown.stdout).toContain(`rcb reconcile out/cats --adopt ${jobs[0]}=req-known-1`);
    const adopted = await reconcile('--adopt', 'all');
    expect(adopted.stdout).toContain('2 submissions adopted');
    expect(adopted.stdout).toContain('req-other cannot be adopted');
    expect(adopted.stdout).toContain(`Request req-known-1 already belongs to job ${jobs[0]}`);
    expect(states()).toEqual({ queued: 2, unknown: 3, failed: 1 });

    // Named by hand, it is all of them or none.
    const some = await reconcile('--adopt', `${jobs[3]}=req-known-3`, `${jobs[4]}=req-none`);
    expect(some.code).toBe(64);
    expect(some.stderr).toContain('req-none cannot be adopted');
    expect((await reconcile('--adopt', `${jobs[3]}=req-x,${jobs[4]}=req-x`)).stderr).toContain('given twice');
    expect(states()).toEqual({ queued: 2, unknown: 3, failed: 1 });
    expect((await reconcile('--adopt', `${jobs[3]}=req-known-3`, `${jobs[4]}=req-known-4`)).code).toBe(76);
    const ids = manifestOf(dir).map(({ request_id: id }) => id);
    expect(ids).toEqual(['req-known-1', 'req-known-2', null, 'req-known-3', 'req-known-4', 'r-0']);
  });

  test.skipIf(!canOpenTerminal())(
    'are asked about at a terminal, where anything but a yes changes nothing',
    async () => {
      const { cwd, states } = await badNight(25);
      const command = [process.execPath, main, 'reconcile', 'out/cats', '--resubmit', 'all'];
      const no = await answering(command, 'n', { cwd, env });
      expect(no.code).toBe(64);
      expect(no.shown).toContain('Submit again 25 submissions, about $2.00 (base prices)?');
      expect(states()).toEqual({ unknown: 25, failed: 1 });
      expect((await answering(command, 'y', { cwd, env })).code).toBe(0);
      expect(states()).toEqual({ pending: 25, failed: 1 });
    },
  );
});
