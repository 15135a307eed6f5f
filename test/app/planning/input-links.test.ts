import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../../src/simulator/simulator.ts';
import { type Ended, filesBelow, manifestOf, rcb, workFolder } from '../../support/command-line.ts';
import { workbook } from '../../support/workbooks.ts';

type Answer = (response: ServerResponse) => void;

let simulator: Simulator;
let server: Server;
let origin: string;
let cwd: string;
let temporary: string;
let answers: Map<string, Answer>;
let asked: { readonly path: string; readonly headers: IncomingMessage['headers'] }[];

beforeAll(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 20 } });
  server = createServer((request, response) => {
    asked.push({ path: request.url ?? '', headers: request.headers });
    const answer = answers.get(request.url ?? '');
    if (answer === undefined) response.writeHead(404).end('nothing here');
    else answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await simulator.close();
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  cwd = workFolder();
  temporary = workFolder();
  answers = new Map();
  asked = [];
});

function serve(path: string, body: string | Uint8Array, headers: Record<string, string> = {}): string {
  answers.set(path, (response) => response.writeHead(200, headers).end(body));
  return `${origin}${path}`;
}

const token = 'a-token-of-the-user-0123456789';
const withApi = (...args: string[]): Promise<Ended> =>
  rcb([...args, '--base-url', simulator.baseUrl], {
    cwd,
    env: { RUNCOMFY_API_TOKEN: token, TMPDIR: temporary },
  });
const run = (...args: string[]): Promise<Ended> => withApi('run', ...args, '--poll', '0.1');
const planOf = async (...args: string[]) =>
  JSON.parse((await withApi('plan', ...args, '--json')).stdout) as Record<string, unknown> & {
    notes: { message: string }[];
  };
const csv = 'id,prompt\na,a cat\nb,"a dog, sitting"\n';

describe('rcb run of a link', () => {
  test('keeps the copy in the run folder, and reads it until --refresh is given', async () => {
    const link = serve('/lists/cats.csv?sig=hush', csv);
    expect((await planOf(link)).jobs).toBe(2);
    expect(filesBelow(cwd)).toEqual([]);
    expect((await run(link)).code).toBe(0);
    const sha256 = createHash('sha256').update(csv).digest('hex');
    const kept = filesBelow(join(cwd, 'out/cats/inputs/links'));
    expect(kept).toHaveLength(2);
    expect(kept).toContain(`${sha256}.csv`);
    expect(readFileSync(join(cwd, `out/cats/inputs/links/${sha256}.csv`), 'utf8')).toBe(csv);
    expect(manifestOf(join(cwd, 'out/cats')).map(({ rows }) => rows)).toEqual([
      [`${origin}/lists/cats.csv:2`],
      [`${origin}/lists/cats.csv:3`],
    ]);

    serve('/lists/cats.csv?sig=hush', `${csv}c,a fox\n`);
    asked = [];
    const before = simulator.census().acceptedTotal;
    const again = await run(link);
    expect(again.stderr).toContain('Nothing to do: all 2 jobs in out/cats are done.');
    expect(asked).toEqual([]);
    expect((await planOf(link, 'seed=1')).notes.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^using the copy in out\/cats from \d+s ago; --refresh downloads it again$/),
    ]);
    expect((await rcb(['resume', 'out/cats', '--base-url', simulator.baseUrl], { cwd })).code).toBe(0);
    expect(asked).toEqual([]);
    expect((await run(link, '--refresh')).code).toBe(0);
    expect(manifestOf(join(cwd, 'out/cats')).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(simulator.census().acceptedTotal).toBe(before + 1);
    expect((await planOf(link)).jobs).toBe(3);
  });

  test('sends no token along, neither to the link nor to where it leads', async () => {
    const target = serve('/b/prompts.csv', csv);
    answers.set('/a', (response) => response.writeHead(302, { location: target }).end());
    expect(await planOf(`${origin}/a`)).toMatchObject({ jobs: 2 });
    expect(asked.map(({ path }) => path)).toEqual(['/a', '/b/prompts.csv']);
    for (const { headers } of asked) {
      expect(Object.keys(headers).sort()).toEqual([
        'accept',
        'accept-encoding',
        'connection',
        'host',
        'user-agent',
      ]);
      expect(JSON.stringify(headers)).not.toContain(token);
    }
  });

  test('takes every format, by the name, by the type, by the file name, or by how it begins', async () => {
    const book = workbook({
      sheets: [
        { name: 'One', rows: [['prompt'], ['a']] },
        { name: 'Two cats', rows: [['prompt'], ['b'], ['c']] },
      ],
    });
    const links: readonly (readonly [string, number])[] = [
      [serve('/p.csv.gz', gzipSync(csv)), 2],
      [serve('/get?f=1', csv, { 'content-type': 'text/csv' }), 2],
      [serve('/dl/', '{"prompt":"a"}\n', { 'content-disposition': 'attachment; filename="p.jsonl"' }), 1],
      [serve('/raw/1', 'prompt\tseed\na\t1\n', { 'content-type': 'text/plain' }), 1],
      [serve('/book.xlsx', book), 1],
      [`${origin}/book.xlsx#Two%20cats`, 2],
      [serve('/book', book), 1],
      [serve('/packed.csv', gzipSync(csv), { 'content-encoding': 'gzip' }), 2],
    ];
    for (const [link, jobs] of links) expect(await planOf(link)).toMatchObject({ jobs });
    const prose = await withApi('plan', serve('/story', 'a cat sat. On a mat, alone.\n'));
    expect([prose.code, prose.stderr]).toEqual([65, expect.stringContaining('Add --format csv, tsv, jsonl')]);
    expect(await planOf(`${origin}/story`, '--format', 'txt')).toMatchObject({ jobs: 1 });
  });

  test('is named by what its server calls it where the link has no name, and found again', async () => {
    const headers = {
      'content-type': 'text/csv',
      'content-disposition': `attachment; filename="x.csv"; filename*=UTF-8''Big%20cats%20-%20Sheet1.csv`,
    };
    const link = serve('/?id=1', csv, headers);
    expect((await run(link)).code).toBe(0);
    expect(readdirSync(join(cwd, 'out'))).toEqual(['big-cats']);
    asked = [];
    const again = await run(link);
    expect(again.stderr).toContain('Nothing to do: all 2 jobs in out/big-cats are done.');
    expect(asked).toEqual([]);
    // Elsewhere it is another run.
    expect((await planOf(link, '-o', 'out/own')).jobs).toBe(2);
    expect(asked).toHaveLength(1);
  });

  test('says what is wrong with what it finds', async () => {
    const page = serve('/p.html', '<!doctype html><title>x</title>', { 'content-type': 'text/html' });
    answers.set('/shut', (response) => response.writeHead(403).end());
    answers.set('/round', (response) => response.writeHead(302, { location: '/round' }).end());
    answers.set('/plain', (response) =>
      response.writeHead(302, { location: 'http://example.com/p.csv' }).end(),
    );
    answers.set('/big.csv', (response) =>
      response.writeHead(200, { 'content-length': String(2 ** 40) }).end('prompt\n'),
    );
    answers.set('/cut.csv', (response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('prompt\n');
      response.socket?.end();
    });
    serve('/sweep.yaml', 'name: x\nrows: [{prompt: a}]\n');
    serve('/sweep.json', '{"rows": [{"prompt": "a"}]}');
    const cases: readonly (readonly [string, number, RegExp])[] = [
      [page, 65, /p\.html is a web page, not a list of prompts/],
      [`${origin}/none.csv`, 65, /answered HTTP 404: it does not exist or is not public/],
      [`${origin}/shut`, 65, /answered HTTP 403/],
      [`${origin}/round`, 65, /redirects too often/],
      [`${origin}/plain`, 65, /redirects to a link that is not https/],
      [`${origin}/big.csv`, 65, /sends more than 256 MiB/],
      [`${origin}/cut.csv`, 65, /broke off after \d+ bytes/],
      [`${origin}/sweep.yaml`, 64, /is a sweep/],
      [`${origin}/sweep.json`, 64, /is a sweep/],
      ['http://127.0.0.1:1/p.csv', 65, /could not be reached: the connection was refused/],
      ['http://example.com/p.csv', 64, /is plain http/],
    ];
    for (const [link, code, said] of cases) {
      const ended = await withApi('plan', link);
      expect([link, ended.code, ended.stderr]).toEqual([link, code, expect.stringMatching(said)]);
    }
    expect(readdirSync(temporary)).toEqual([]);
    expect(existsSync(join(cwd, 'out'))).toBe(false);
  });

  test('lets no list name files of this machine', async () => {
    writeFileSync(join(cwd, 'photo.png'), 'x');
    const link = serve('/p.csv', 'prompt,image_url\na,@photo.png\n');
    const ended = await withApi('plan', link, '-m', 'blackforestlabs/flux-1-kontext/pro/edit');
    expect([ended.code, ended.stderr]).toEqual([
      65,
      expect.stringMatching(
        /p\.csv:2:3 image_url "@photo\.png" is a file, but a list from a link cannot name files on this machine/,
      ),
    ]);
  });
});

describe('rcb run of a folder, a pattern, a workbook or a packed list', () => {
  test('takes them all, says which, and makes another plan when what they stand for changes', async () => {
    mkdirSync(join(cwd, 'jobs'));
    writeFileSync(join(cwd, 'jobs/a.csv'), 'prompt\na cat\n');
    writeFileSync(join(cwd, 'jobs/b.csv.gz'), gzipSync('prompt\na dog\n'));
    writeFileSync(
      join(cwd, 'jobs/c.xlsx'),
      workbook({ sheets: [{ name: 'S', rows: [['prompt'], ['a fox']] }] }),
    );
    writeFileSync(join(cwd, 'jobs/grid.yaml'), 'rows: [{prompt: x}]\n');
    const plan = await planOf('jobs/');
    expect(plan).toMatchObject({
      jobs: 3,
      dir: 'out/jobs',
      inputs: ['jobs/a.csv', 'jobs/b.csv.gz', 'jobs/c.xlsx'],
    });
    expect(plan.notes.map(({ message }) => message)).toEqual([
      'reads jobs/a.csv, jobs/b.csv.gz, jobs/c.xlsx; leaves out jobs/grid.yaml (a sweep: give it on its own)',
    ]);
    expect((await run('jobs')).code).toBe(0);
    expect((await run('jobs')).stderr).toContain('Nothing to do: all 3 jobs in out/jobs are done.');
    writeFileSync(join(cwd, 'jobs/d.txt'), 'an owl\n');
    expect(await planOf('jobs')).toMatchObject({ new: 1, done: 3 });
    expect(await planOf('jobs/*.{csv,txt}')).toMatchObject({ dir: 'out/jobs', jobs: 2 });
    expect(await planOf('jobs/b.csv.gz')).toMatchObject({ dir: 'out/b', jobs: 1 });
    expect(await planOf('jobs/c.xlsx#S')).toMatchObject({ dir: 'out/c-s', jobs: 1 });
    const refused = await withApi('run', 'out/jobs');
    expect([refused.code, refused.stderr]).toEqual([64, expect.stringContaining('rcb resume out/jobs')]);
    writeFileSync(join(cwd, 'sweep.yaml'), 'input: jobs/*.csv\naxes: {seed: 1-2}\n');
    expect(await planOf('sweep.yaml')).toMatchObject({ jobs: 2 });
  });
});
