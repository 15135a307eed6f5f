import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ManifestLine } from '../../src/core/job/manifest.ts';
import { type Ended, filesBelow, manifestOf, rcb, startRcb, workFolder } from '../support/command-line.ts';

/** An API on which each token is an account of its own, that knows only its own requests. */
interface Accounts {
  readonly origin: string;
  /** The ids that each token's submissions got. */
  readonly ids: ReadonlyMap<string, readonly string[]>;
  /** Lets everything finish. */
  finish(): void;
  /** From now on the first token is refused, and the second is of its account. */
  renew(first: string, second: string): void;
  forget(): void;
}

// The smallest PNG.
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

async function accounts(): Promise<Accounts> {
  const ids = new Map<string, string[]>();
  const aliases = new Map<string, string | null>();
  let isFinished = false;
  let accepted = 0;
  const json = (res: ServerResponse, status: number, body: unknown): void => {
    res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  const server = createServer((req, res) => {
    req.resume().on('end', () => {
      if (req.url?.startsWith('/files/')) return res.writeHead(200, { 'content-type': 'image/png' }).end(png);
      const given = req.headers.authorization?.replace('Bearer ', '') ?? '';
      const token = aliases.has(given) ? aliases.get(given) : given;
      if (token === null || token === undefined) return json(res, 401, { error_code: 400004 });
      const own = ids.get(token) ?? [];
      if (req.method === 'POST') {
        accepted += 1;
        const id = `request-${accepted}`;
        ids.set(token, [...own, id]);
        return json(res, 200, { request_id: id });
      }
      const [, id = '', what] = /^\/v1\/requests\/([^/]+)\/(status|result)/.exec(req.url ?? '') ?? [];
      if (!own.includes(id))
        return json(res, 404, { error_code: 404001, error_message: 'Request not found' });
      if (!isFinished) return json(res, 200, { request_id: id, status: 'in_progress' });
      if (what === 'status') return json(res, 200, { request_id: id, status: 'completed' });
      return json(res, 200, {
        request_id: id,
        status: 'succeeded',
        output: { image: `${origin}/files/${id}.png` },
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    origin,
    ids,
    finish() {
      isFinished = true;
    },
    renew(first, second) {
      aliases.set(first, null).set(second, first);
    },
    forget: () => ids.clear(),
  };
}

const jobs = 6;
const [ours, theirs] = ['our-token-7d1fa9c2', 'their-token-55aa01'];

interface Killed {
  readonly api: Accounts;
  readonly cwd: string;
  readonly dir: string;
  run(token: string, ...more: readonly string[]): Promise<Ended>;
  order(token: string, ...args: readonly string[]): Promise<Ended>;
}

const quick = ['--poll', '0.1', '--retries', '0', '--no-view'];

/** A run with some jobs in flight whose process was killed. */
async function killed(rows = jobs, slots = 4): Promise<Killed> {
  const api = await accounts();
  const cwd = workFolder();
  const dir = join(cwd, 'out/cats');
  writeFileSync(
    join(cwd, 'cats.csv'),
    `prompt,seed\n${Array.from({ length: rows }, (_, seed) => `a cat,${seed}\n`).join('')}`,
  );
  const at = ['--base-url', api.origin];
  const args = ['run', 'cats.csv', '-y', '-j', String(slots), ...quick];
  const env = { RUNCOMFY_API_TOKEN: ours };
  const first = startRcb([...args, ...at, '--json'], { cwd, env });
  await first.said(new RegExp(`("state":"running".*\\s.*){${Math.min(rows, slots)}}`, 's'));
  first.kill('SIGKILL');
  await first.ended;
  const withToken = (token: string) => ({ cwd, env: { RUNCOMFY_API_TOKEN: token } });
  return {
    api,
    cwd,
    dir,
    run: (token, ...more) =>
      rcb([...args, ...(more.includes('--base-url') ? [] : at), ...more], withToken(token)),
    order: (token, ...words) => rcb([...words, ...at], withToken(token)),
  };
}

/** As if they had been accepted long ago: what the server does not know by now it will never know. */
function agedBy(dir: string, ms: number): void {
  const db = new DatabaseSync(join(dir, 'manifest.db'));
  db.prepare('UPDATE job SET since = since - ?').run(ms);
  db.close();
}

function states(dir: string): string[] {
  const db = new DatabaseSync(join(dir, 'manifest.db'), { readOnly: true });
  const rows = db.prepare('SELECT state FROM job ORDER BY seq').all();
  db.close();
  return rows.map(({ state }) => String(state));
}

const lines = (dir: string): readonly ManifestLine[] => manifestOf(dir);

describe('with jobs in flight', () => {
  test('another token is refused, nothing is sent, and the flag that means it is named', async () => {
    const { api, cwd, dir, run, order } = await killed();
    const before = states(dir);
    for (const refused of [
      await run(theirs),
      await order(theirs, 'resume', 'out/cats', '-y', ...quick),
      await order(theirs, 'fetch', 'out/cats', ...quick),
      await order(theirs, 'cancel', 'out/cats'),
    ]) {
      expect(refused.code, refused.stderr).toBe(64);
      expect(refused.stderr).toContain('4 jobs in out/cats were submitted with a different token');
      expect(refused.stderr).toContain('--this-account');
    }
    expect(states(dir)).toEqual(before);
    expect(api.ids.get(theirs)).toBeUndefined();

    api.finish();
    expect((await run(ours)).code).toBe(0);
    expect(api.ids.get(ours)).toHaveLength(jobs);
    for (const file of filesBelow(cwd)) {
      const bytes = readFileSync(join(cwd, file));
      expect(bytes.includes(ours) || bytes.includes(theirs), file).toBe(false);
    }
  });

  test('another address is refused, and the one of before is named', async () => {
    const { api, dir, run } = await killed();
    const other = await accounts();
    const refused = await run(ours, '--base-url', other.origin);
    expect(refused.code).toBe(64);
    expect(refused.stderr).toContain(`were submitted to ${api.origin}`);
    expect(refused.stderr).toContain(`--base-url ${api.origin}`);
    expect(other.ids.size).toBe(0);
    expect(states(dir).filter((state) => state === 'lost')).toEqual([]);
  });

  test('a token that was renewed goes on with --this-account, and is that of the folder from then on', async () => {
    const { api, dir, run } = await killed();
    api.renew(ours, theirs);
    api.finish();
    expect((await run(theirs, '--max-cost', '0', '--this-account')).code).toBe(75);
    expect((await run(theirs)).code).toBe(0);
    expect(states(dir)).toEqual(Array.from({ length: jobs }, () => 'done'));
    expect([...api.ids.values()].flat()).toHaveLength(jobs);
  });
});

describe('requests of which the API knows none', () => {
  test('stop the run with exit 77: they keep their ids, nothing is submitted, and the right token finishes', async () => {
    const { api, dir, run } = await killed();
    agedBy(dir, 600_000);
    // As an older version left the folder: it did not know the token.
    const db = new DatabaseSync(join(dir, 'manifest.db'));
    db.exec(`DELETE FROM meta WHERE key = 'account'`);
    db.close();
    const wrong = await run(theirs, '--json');
    expect(wrong.code).toBe(77);
    expect(wrong.stderr).toContain('wrong account or address?');
    expect(wrong.stderr).toContain('--this-account');
    expect(lines(dir).map(({ state }) => state.replace('queued', 'running'))).toEqual([
      ...Array(4).fill('running'),
      'pending',
      'pending',
    ]);
    expect(lines(dir)[0]?.error).toMatchObject({ class: 'auth' });
    expect(api.ids.get(theirs)).toBeUndefined();

    api.finish();
    expect((await run(ours)).code).toBe(0);
    expect(api.ids.get(ours)).toHaveLength(jobs);
  });

  test('are given up as lost where the account is meant; rcb fetch finds them again for nothing', async () => {
    const { api, dir, run, order } = await killed();
    agedBy(dir, 600_000);
    api.finish();
    const given = await run(theirs, '--this-account');
    expect(given.code).toBe(1);
    expect(given.stderr).toContain('rcb fetch out/cats');
    expect(states(dir)).toEqual([...Array(4).fill('lost'), 'done', 'done']);

    const none = await order(theirs, 'fetch', 'out/cats', ...quick);
    expect(none.stderr).toContain('The server still does not know 4 lost jobs');
    expect(states(dir)).toEqual([...Array(4).fill('lost'), 'done', 'done']);

    const found = await order(ours, 'fetch', 'out/cats', '--this-account', ...quick);
    expect(found.stderr).toContain('The server knows 4 lost jobs again');
    expect(found.code).toBe(0);
    expect(states(dir)).toEqual(Array.from({ length: jobs }, () => 'done'));
    expect([...api.ids.values()].flat()).toHaveLength(jobs);
  });

  test('that are lost can be adopted by hand', async () => {
    const { api, dir, run, order } = await killed(2, 2);
    agedBy(dir, 600_000);
    const kept = new Map(api.ids);
    api.forget();
    expect((await run(ours)).code).toBe(1);
    expect(states(dir)).toEqual(['lost', 'lost']);
    for (const [token, own] of kept) (api.ids as Map<string, readonly string[]>).set(token, own);
    api.finish();
    const pairs = lines(dir).map(({ job, request_id }) => `${job}=${request_id}`);
    const adopted = await order(ours, 'reconcile', 'out/cats', '--adopt', ...pairs);
    expect(adopted.stdout).toContain('2 submissions adopted');
    expect((await order(ours, 'resume', 'out/cats', ...quick)).code).toBe(0);
    expect(states(dir)).toEqual(['done', 'done']);
  });
});
