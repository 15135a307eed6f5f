import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { UserError } from '../../src/core/complaints.ts';
import { parseBaseUrl } from '../../src/providers/runcomfy/base-url.ts';
import { rcb, startRcb, workFolder } from '../support/command-line.ts';
import { filesHolding, finishing, listener, quickly, sendJson } from './attack.ts';

// With characters that change when a text is quoted for a URL.
const token = 'rc+tok/7d1fa9c2e8b34f60==';
const env = { RUNCOMFY_API_TOKEN: token };
const bare = [token, token.slice(4, -4)];

function prompts(cwd: string, count: number): void {
  const rows = Array.from({ length: count }, (_, index) => `a cat ${index}`);
  writeFileSync(join(cwd, 'cats.csv'), `prompt\n${rows.join('\n')}\n`);
}

test('no redirect of the API is followed: to another port, another host or plain http', async () => {
  const cwd = workFolder();
  const elsewhere = await listener((_req, res) => sendJson(res, 200, { request_id: 'stolen' }));
  const statuses = [301, 302, 303, 307, 308];
  let submits = 0;
  const api = await listener((_req, res) => {
    submits += 1;
    const target = [`${elsewhere.origin}/a`, elsewhere.origin.replace('127.0.0.1', 'localhost')][submits % 2];
    res.writeHead(statuses[submits % statuses.length] as number, { location: target }).end();
  });
  prompts(cwd, 10);
  const run = await rcb(['run', 'cats.csv', '--base-url', api.origin, ...quickly], { cwd, env });
  // An API that does nothing but redirect is one that is out.
  expect(run.code).toBe(75);
  expect(submits).toBeGreaterThanOrEqual(statuses.length);
  expect(elsewhere.heard).toEqual([]);
  expect(filesHolding(cwd, bare)).toEqual([]);
  expect(run.stdout + run.stderr).not.toContain(token);
});

test('a token that the API says back stays out of every file and stream', async () => {
  const cwd = workFolder();
  let submits = 0;
  const api = await listener((req, res) => {
    const said = `You sent ${req.headers.authorization}`;
    if (req.method !== 'POST') return sendJson(res, 404, { error_message: said });
    submits += 1;
    switch (submits % 5) {
      case 0:
        return sendJson(res, 422, { detail: [{ loc: ['body', said], msg: said }] });
      case 1:
        return sendJson(res, 400, { error_code: said, error_message: said });
      case 2:
        return void res
          .writeHead(400, { 'content-type': 'text/html' })
          .end(`<html><body>${said}</body></html>`);
      case 3:
        return sendJson(res, 200, { request_id: req.headers.authorization });
      default:
        return sendJson(res, 500, { error: { message: said, [said]: said } });
    }
  });
  prompts(cwd, 10);
  const args = [
    'run',
    'cats.csv',
    '--json',
    '-v',
    '--log-level',
    'debug',
    '--base-url',
    api.origin,
    ...quickly,
  ];
  const run = await rcb(args, { cwd, env });
  expect(run.code).toBe(76);
  expect(submits).toBe(10);
  for (const command of [['ls'], ['status'], ['ls', '--json']]) {
    const told = await rcb(command, { cwd });
    expect(told.stdout + told.stderr).not.toContain(token);
  }
  expect(run.stdout + run.stderr).not.toContain(token);
  expect(filesHolding(cwd, bare)).toEqual([]);
});

test('the file host, and whatever it redirects to, never hears the token', async () => {
  const cwd = workFolder();
  const second = await listener((_req, res) => res.writeHead(404).end());
  const files = await listener((_req, res) =>
    res.writeHead(302, { location: `${second.origin}/b.png` }).end(),
  );
  const api = await listener(
    finishing((id, auth) => ({
      status: 'completed',
      output: { image: `${files.origin}/${id}.png`, note: auth },
    })),
  );
  prompts(cwd, 2);
  const run = await rcb(['run', 'cats.csv', '--base-url', api.origin, ...quickly], { cwd, env });
  expect(run.code).not.toBe(0);
  expect(files.heard.length).toBeGreaterThan(0);
  expect(second.heard.length).toBeGreaterThan(0);
  for (const { headers } of [...files.heard, ...second.heard])
    expect(headers).not.toMatch(/authorization|tok/i);
  expect(filesHolding(cwd, bare)).toEqual([]);
});

test('the token is in no argument and no title of the process, and the folder is private', async () => {
  const cwd = workFolder();
  let seen = '';
  let pid = 0;
  const api = await listener((req, res) => {
    if (req.method === 'POST') {
      seen += readFileSync(`/proc/${pid}/cmdline`, 'latin1') + readFileSync(`/proc/${pid}/comm`, 'latin1');
      seen += execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'latin1' });
    }
    finishing(() => ({ status: 'failed', error: 'no' }))(req, res);
  });
  prompts(cwd, 1);
  const run = startRcb(['run', 'cats.csv', '--base-url', api.origin, ...quickly], { cwd, env });
  pid = run.pid;
  await run.ended;
  expect(seen).toContain('cats.csv');
  expect(seen).not.toContain(token);
  const rights = (path: string): string => (statSync(join(cwd, path)).mode & 0o777).toString(8);
  expect(rights('out/cats')).toBe('700');
  expect(rights('out/cats/run.log')).toBe('600');
});

test.each([
  ['https://user:secret@model-api.runcomfy.net'],
  ['http://model-api.runcomfy.net'],
  ['http://127.0.0.1.evil.example'],
  ['http://localhost.evil.example'],
  ['http://127.0.0.1@evil.example'],
  ['https://model-api.runcomfy.net\\@evil.example'],
])('the token is not sent to %s', (base) => {
  expect(() => parseBaseUrl(base)).toThrow(UserError);
  expect(() => parseBaseUrl(base)).not.toThrow('secret');
});

test('a token that comes back as a request id, or encoded, is neither kept nor shown', async () => {
  const cwd = workFolder();
  const plain = 'rcToken7d1fa9c2e8b34f60aa55';
  const forms = [plain, Buffer.from(plain).toString('base64'), encodeURIComponent(`${plain}/é`).slice(0, -9)];
  let submits = 0;
  const api = await listener((req, res) => {
    if (req.method !== 'POST') return sendJson(res, 404, { error_message: forms.join(' ') });
    submits += 1;
    if (submits % 2 === 0) return sendJson(res, 200, { request_id: plain });
    return sendJson(res, 422, { detail: forms.join(' ') });
  });
  prompts(cwd, 4);
  const run = await rcb(['run', 'cats.csv', '--json', '--base-url', api.origin, ...quickly], {
    cwd,
    env: {
      RUNCOMFY_API_TOKEN: plain,
    },
  });
  expect(run.code).toBe(76);
  expect(submits).toBe(4);
  expect(filesHolding(cwd, forms)).toEqual([]);
  for (const form of forms) expect(run.stdout + run.stderr).not.toContain(form);
});
