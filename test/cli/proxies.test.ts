import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Ended, filesBelow, manifestOf, rcb, startRcb, workFolder } from '../support/command-line.ts';
import { certificateFile, connectProxy, tlsInFrontOf } from '../support/connect-proxy.ts';
import { json, oddApi } from '../support/odd-api.ts';

const token = 'a-token-of-nobody-4711';
const password = 'topsecret';

/** The official hosts, as they are found behind a proxy. */
async function behindProxy(options: Parameters<typeof connectProxy>[1] = {}) {
  const api = await oddApi({
    result: (id) =>
      json(200, { status: 'succeeded', output: { image: `https://files.runcomfy.net/files/${id}.png` } }),
  });
  const official = await tlsInFrontOf(api.port);
  const proxy = await connectProxy(official.port, options);
  onTestFinished(async () => {
    await Promise.all([proxy.close(), official.close(), api.close()]);
  });
  const address = proxy.origin.replace('://', `://ada:${password}@`);
  const env = { RUNCOMFY_API_TOKEN: token, HTTPS_PROXY: address };
  return { api, proxy, env, trusting: { ...env, NODE_EXTRA_CA_CERTS: certificateFile } };
}

function folder(): string {
  const cwd = workFolder();
  writeFileSync(join(cwd, 'p.txt'), 'a cat\na dog\nan owl\n');
  return cwd;
}

const args = ['run', 'p.txt', '--yes', '--no-view', '--poll', '0.1', '--retries', '0'];

/** Neither on a stream nor in a file. */
function expectNowhere(secrets: readonly string[], cwd: string, { stdout, stderr }: Ended): void {
  const texts = [stdout, stderr, ...filesBelow(cwd).map((file) => readFileSync(join(cwd, file), 'latin1'))];
  for (const secret of secrets) expect(texts.some((text) => text.includes(secret))).toBe(false);
}

test('a whole run goes through a proxy with a login, which never sees the token', async () => {
  const { api, proxy, trusting } = await behindProxy({ login: `ada:${password}` });
  const cwd = folder();
  const run = await startRcb(args, { cwd, env: trusting }).ended;
  expect(run.stderr).toContain('All 3 jobs are done.');
  expect(run.code).toBe(0);
  const hosts = new Set(proxy.heads.map((head) => /^CONNECT (\S+) /.exec(head)?.[1]));
  expect(hosts).toEqual(
    new Set(['model-api.runcomfy.net:443', 'api.runcomfy.net:443', 'files.runcomfy.net:443']),
  );
  expect(api.calls.filter((call) => call.startsWith('POST'))).toHaveLength(3);
  expect(proxy.bytes().includes(token)).toBe(false);
  expectNowhere([token, password], cwd, run);
});

test('a proxy that refuses leaves every job pending, and says how to log in', async () => {
  const { api, proxy, env } = await behindProxy({ refuses: '407 Login' });
  const cwd = folder();
  const run = await rcb(args, { cwd, env });
  expect(run.code).toBe(69);
  expect(run.stderr).toContain(`the proxy ${new URL(proxy.origin).host} asks for a login (HTTP 407)`);
  expect(manifestOf(join(cwd, 'out/p')).map(({ state }) => state)).toEqual(['pending', 'pending', 'pending']);
  expect(api.calls).toEqual([]);
  expectNowhere([token, password], cwd, run);
});

test('a certificate that is not trusted is named with its host and the remedy', async () => {
  const { env } = await behindProxy();
  const cwd = folder();
  for (const words of [['balance'], args]) {
    const run = await rcb(words, { cwd, env });
    expect(run.code).toBe(69);
    expect(run.stderr).toMatch(
      /certificate of (model-)?api\.runcomfy\.net is not signed by a trusted authority/,
    );
    expect(run.stderr).toContain('NODE_EXTRA_CA_CERTS=FILE.pem');
  }
});

test('an address that is not one of a proxy is refused before anything is sent', async () => {
  const cwd = folder();
  const env = { RUNCOMFY_API_TOKEN: token, https_proxy: `ftp://ada:${password}@proxy.example` };
  const run = await rcb(args, { cwd, env });
  expect(run.code).toBe(64);
  expect(run.stderr).toContain('The address in https_proxy is not a usable proxy address.');
  expectNowhere([token, password], cwd, run);
});
