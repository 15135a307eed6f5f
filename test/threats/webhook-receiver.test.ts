import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { filesBelow, rcb, workFolder } from '../support/command-line.ts';
import { callBack, type StartedReceiver, startReceiver } from '../support/receivers.ts';
import { filesHolding, listener, sendJson } from './attack.ts';

const job = '0123456789abcdef';
const told = { request_id: 'r-1', status: 'in_queue' };

async function receiving(cwd = workFolder()): Promise<StartedReceiver & { readonly cwd: string }> {
  return { ...(await startReceiver(['out/cats'], { cwd })), cwd };
}

const keptIn = ({ cwd }: { readonly cwd: string }): string =>
  readFileSync(join(cwd, 'out/cats/callbacks.jsonl'), 'utf8');

/** Sends a path as it is, which `fetch` would tidy up. */
function postRaw(port: number, path: string, method = 'POST'): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port, path, method }, (res) => {
      res.resume();
      res.on('end', () => resolve(res.statusCode ?? 0));
    });
    sent.on('error', reject);
    sent.end(JSON.stringify(told));
  });
}

test('without the secret every path is one that does not exist, and nothing is written anywhere', async () => {
  const receiver = await receiving();
  const { port, secret, cwd } = receiver;
  const almost = `${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`;
  const before = filesBelow(cwd);
  const paths = [
    '/',
    `/${job}/1`,
    `/${almost}/${job}/1`,
    `/${secret.toUpperCase()}x/${job}/1`,
    `//${secret}/${job}/1`,
    `/x/${secret}/${job}/1`,
    `/%${secret.charCodeAt(0).toString(16)}${secret.slice(1)}/${job}/1`,
    `/${job}/1?secret=${secret}`,
    `/${secret}/../${secret}/${job}/1`,
  ];
  for (const path of paths) expect([path, await postRaw(port, path)]).toEqual([path, 404]);
  expect(keptIn(receiver)).toBe('');
  expect(filesBelow(cwd)).toEqual(before);
});

test('with the secret, a job and an attempt are all that a path can name', async () => {
  const receiver = await receiving();
  const { port, secret, cwd } = receiver;
  const before = filesBelow(cwd);
  const rests = ['../../etc/1', '..%2f..%2fx/1', `${job}/../1`, `${job}/1/2`, `${job}/0`, `${job}/1e3`];
  const odd = [...rests, `${job.toUpperCase()}/1`, `${job}%00/1`, `${job}\\..\\x/1`, `${job}/99999`, 'con/1'];
  for (const rest of odd) expect([rest, await postRaw(port, `/${secret}/${rest}`)]).toEqual([rest, 404]);
  for (const method of ['GET', 'PUT', 'DELETE', 'OPTIONS']) {
    expect(await postRaw(port, `/${secret}/${job}/1`, method)).toBe(404);
  }
  expect(keptIn(receiver)).toBe('');
  expect(filesBelow(cwd)).toEqual(before);
});

test('a body that is huge, or nothing that tells of a request, is refused and not kept', async () => {
  const receiver = await receiving();
  const url = `${receiver.base}/${job}/1`;
  const huge = JSON.stringify({ ...told, output: 'x'.repeat(2 * 1024 * 1024) });
  // A refusal that comes while the body is still sent may reach the sender as a reset.
  expect([413, 'reset']).toContain(await callBack(url, huge).catch(() => 'reset'));
  for (const body of [
    '',
    'null',
    '[]',
    '{',
    '{}',
    '{"request_id":7}',
    '{"request_id":"../x"}',
    '[[[[[['.repeat(9_999),
  ]) {
    expect([body.slice(0, 20), await callBack(url, body)]).toEqual([body.slice(0, 20), 400]);
  }
  expect(keptIn(receiver)).toBe('');
  expect(await callBack(url, { ...told, status: '\u001b]52;c;aGk=\u0007\n{"job":"x"}', output: 'y' })).toBe(
    204,
  );
  expect(
    keptIn(receiver)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toMatchObject([{ job, attempt: 1, request_id: 'r-1', status: null }]);
  expect(keptIn(receiver)).not.toContain('"output"');
});

test('connections that send nothing hold up nobody who knows the address', async () => {
  const receiver = await receiving();
  const sockets = Array.from({ length: 40 }, () => connect(receiver.port, '127.0.0.1'));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  for (const socket of sockets) {
    socket.on('error', () => {}).resume();
    socket.write(`POST /${receiver.secret}/${job}/1 HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{`);
  }
  expect(await callBack(`${receiver.base}/${job}/1`, told)).toBe(204);
  // Each is ended by the receiver itself.
  await Promise.all(
    sockets.map(
      (socket) =>
        new Promise<void>((resolve) => (socket.closed ? resolve() : socket.on('close', () => resolve()))),
    ),
  );
  expect(keptIn(receiver).trimEnd().split('\n')).toHaveLength(1);
});

test('a link in place of the file or of the secret is not followed', async () => {
  const cwd = workFolder();
  const target = join(cwd, 'mine.txt');
  writeFileSync(target, 'mine');
  await rcb(['init', 'out/cats'], { cwd });
  symlinkSync(target, join(cwd, 'out/cats/callbacks.jsonl'));
  const env = { XDG_DATA_HOME: join(cwd, 'data') };
  const refused = await rcb(['receive', 'out/cats', '--port', '0'], { cwd, env });
  expect([refused.code, refused.stderr]).toEqual([73, expect.stringContaining('is a link')]);
  symlinkSync(target, join(cwd, 'secret'));
  const other = await rcb(['receive', '--file', 'f', '--port', '0', '--secret-file', 'secret'], { cwd, env });
  expect([other.code, other.stderr]).toEqual([64, expect.stringContaining('is a link')]);
  expect(readFileSync(target, 'utf8')).toBe('mine');
});

test('a forged callback costs nothing: its request is asked for, and nothing is submitted', async () => {
  const simulator = await startSimulator({
    ...{ latency: { kind: 'fixed', ms: 50 }, coldStartMs: 0, faults: { submit: { resetAfter: 1 } } },
  });
  onTestFinished(() => simulator.close());
  const cwd = workFolder();
  writeFileSync(join(cwd, 'a.csv'), '6.text\na cat\n');
  const model = ['-m', 'deployment:11111111-1111-4111-8111-111111111111'];
  const args = [
    'run',
    'a.csv',
    ...model,
    '-o',
    'a',
    '--base-url',
    simulator.baseUrl,
    '--poll',
    '0.1',
    '--no-view',
  ];
  await rcb(args, { cwd });
  const [held] = JSON.parse(`[${readFileSync(join(cwd, 'a/manifest.jsonl'), 'utf8').trim()}]`) as [
    { job: string },
  ];
  const line = { job: held.job, attempt: 1, request_id: 'forged-by-somebody' };
  writeFileSync(join(cwd, 'a/callbacks.jsonl'), `${JSON.stringify(line)}\n`);
  simulator.setFaults({});
  await rcb([...args, '--on-unknown', 'resubmit', '--job-timeout', '1s'], { cwd });
  expect(simulator.census().acceptedTotal).toBe(1);
});

test('the address is in no file and no output of a run, whatever the API repeats, and in no process of ours', async () => {
  const secret = 'S3cr3tS3cr3tS3cr3tS3cr3t';
  const base = `http://127.0.0.1:9/hooks/${secret}`;
  const named: string[] = [];
  let calls = 0;
  const api = await listener((req, res) => {
    const url = new URL(req.url ?? '/', 'http://any');
    const hook = url.searchParams.get('webhook') ?? '';
    if (req.method === 'POST') {
      named.push(hook);
      calls += 1;
      if (calls === 1)
        return sendJson(res, 422, { detail: [{ msg: `bad webhook ${hook}`, loc: ['query'] }] });
      if (calls === 2) return sendJson(res, 500, { error_message: `cannot call ${hook}` });
      return sendJson(res, 200, { request_id: `r-${calls}` });
    }
    if (url.pathname.endsWith('/status')) return sendJson(res, 200, { status: 'completed' });
    const told = { status: 'succeeded', webhook: named[0], outputs: {}, error: `no call to ${named[0]}` };
    return url.pathname.endsWith('/result') ? sendJson(res, 200, told) : sendJson(res, 404, {});
  });
  const cwd = workFolder();
  writeFileSync(join(cwd, 'w.json'), JSON.stringify({ '6': { class_type: 'T', inputs: { text: 'x' } } }));
  writeFileSync(join(cwd, 'a.csv'), '6.text\none\ntwo\nthree\n');
  const args = [
    'run',
    'a.csv',
    '-m',
    'deployment:11111111-1111-4111-8111-111111111111',
    '--workflow',
    'w.json',
  ];
  const more = [
    '-o',
    'a',
    '--base-url',
    api.origin,
    '--poll',
    '0.1',
    '--outage',
    '1s',
    '--submits',
    '1',
    '-v',
    '-y',
  ];
  for (const form of [[], ['--json']]) {
    const run = await rcb([...args, ...more, ...form, '--webhook-base', base], { cwd });
    expect(named.length, run.stderr).toBeGreaterThan(0);
    expect(run.stdout + run.stderr).not.toContain(secret);
  }
  expect(named[0]).toMatch(new RegExp(`^${base}/[0-9a-f]{16}/1$`));
  expect(existsSync(join(cwd, 'a/run.log'))).toBe(true);
  expect(filesHolding(cwd, [secret])).toEqual([]);
});
