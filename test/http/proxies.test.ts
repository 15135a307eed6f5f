import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { Dispatcher } from 'undici';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openConnections } from '../../src/http/connections.ts';
import { openLinks } from '../../src/http/links/links.ts';
import { proxiesOf } from '../../src/http/proxies.ts';
import { throughProxies } from '../../src/http/tunnels.ts';
import { apiClient } from '../../src/providers/runcomfy/client.ts';
import { type ConnectProxy, certificateFile, connectProxy, serveTls } from '../support/connect-proxy.ts';
import { bytesOf } from '../support/downloads.ts';
import { aJob, calm, endpointAt, failureOf, kept, now, token } from '../support/hosted-api.ts';
import { serveSockets } from '../support/loopback.ts';
import { http, submitTo } from '../support/raw-answers.ts';

const api = 'https://model-api.runcomfy.net';

/** Dispatchers as the program makes them in this environment. */
function connectionsIn(env: Readonly<Record<string, string>>): { api: Dispatcher; files: Dispatcher } {
  const connections = openConnections({ api: 2, files: 2 }, proxiesOf(env));
  onTestFinished(() => connections.close());
  return connections;
}

async function servedBy(options: Parameters<typeof connectProxy>[1] = {}) {
  const requests: string[] = [];
  const server = await serveTls((socket, request) => {
    requests.push(request);
    socket.write(http('200 OK', '{"request_id":"req_1"}'));
  });
  onTestFinished(() => server.close());
  const proxy = await connectProxy(server.port, options);
  onTestFinished(() => proxy.close());
  return { proxy, requests, host: proxy.origin.slice('http://'.length) };
}

function submitThrough(env: Readonly<Record<string, string>>) {
  return apiClient(endpointAt(api, { dispatcher: connectionsIn(env).api })).submit(aJob(), calm());
}

describe('with a certificate that is trusted', () => {
  beforeAll(() => {
    setDefaultCACertificates([...getCACertificates('default'), readFileSync(certificateFile, 'utf8')]);
  });

  test.each(['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy', 'HTTP_PROXY', 'http_proxy'])(
    'a submission goes through the tunnel of %s, which sees neither its path nor its token',
    async (name) => {
      const { proxy, requests } = await servedBy();
      expect(await submitThrough({ [name]: proxy.origin })).toMatchObject({ id: 'req_1' });
      expect(requests[0]).toContain(`Bearer ${token}`);
      expect(proxy.heads[0]).toMatch(/^CONNECT model-api\.runcomfy\.net:443 HTTP\/1\.1\r\n/);
      const seen = proxy.bytes().toString('latin1');
      expect(seen).not.toContain(token);
      expect(seen).not.toContain('/v1/models');
    },
  );

  test('one tunnel serves many calls', async () => {
    const { proxy, requests } = await servedBy();
    const client = apiClient(
      endpointAt(api, { dispatcher: connectionsIn({ HTTPS_PROXY: proxy.origin }).api }),
    );
    for (let n = 0; n < 5; n += 1) await client.submit(aJob(), calm());
    expect(requests).toHaveLength(5);
    // No more tunnels than sockets.
    expect(proxy.heads.length).toBeLessThanOrEqual(2);
  });

  test('a proxy that wants a login gets the one of its address, which the server never sees', async () => {
    const { proxy, requests, host } = await servedBy({ login: 'ada:s3 cret' });
    expect(await submitThrough({ HTTPS_PROXY: `http://ada:s3%20cret@${host}` })).toMatchObject({
      id: 'req_1',
    });
    expect(proxy.heads[0]).toContain('proxy-authorization: Basic');
    expect(requests[0]).not.toMatch(/proxy-authorization/i);
  });

  test('an address without a scheme is one of http, as for curl', async () => {
    const { host } = await servedBy();
    expect(await submitThrough({ https_proxy: host })).toMatchObject({ id: 'req_1' });
  });

  test('results are downloaded through it, too', async () => {
    const { proxy } = await servedBy();
    const open = openLinks({
      dispatcher: connectionsIn({ HTTPS_PROXY: proxy.origin }).files,
      ownDomains: ['runcomfy.net'],
      allowedHosts: [],
      allowLoopback: false,
      maxBytes: 1_000,
      now: () => now,
    });
    const download = await open('https://files.runcomfy.net/a.png', calm());
    expect((await bytesOf(download)).toString()).toContain('req_1');
    expect(proxy.heads[0]).toContain('CONNECT files.runcomfy.net:443');
  });

  test('the lower case goes before the upper one, and an empty one counts as not set', async () => {
    const { proxy } = await servedBy();
    const env = { https_proxy: '', HTTPS_PROXY: proxy.origin, no_proxy: '', NO_PROXY: 'example.com' };
    expect(await submitThrough(env)).toMatchObject({ id: 'req_1' });
  });
});

test.each(['model-api.none.invalid', '.none.invalid', 'none.invalid', '*', 'x.example, none.invalid:443'])(
  'a host in NO_PROXY=%s is reached directly',
  async (list) => {
    const { proxy } = await servedBy();
    const dispatcher = connectionsIn({ HTTPS_PROXY: proxy.origin, NO_PROXY: list }).api;
    const client = apiClient(endpointAt('https://model-api.none.invalid', { dispatcher }));
    const { failure } = await failureOf(client.submit(aJob(), calm()));
    expect(failure.message).toContain('the host model-api.none.invalid could not be resolved');
    expect(proxy.heads).toEqual([]);
  },
);

test('this machine is always reached directly', async () => {
  const { proxy } = await servedBy();
  const { origin } = await submitTo((socket) => socket.end(http('200 OK', '{"request_id":"near"}')));
  const env = { HTTPS_PROXY: proxy.origin, HTTP_PROXY: proxy.origin, ALL_PROXY: proxy.origin };
  for (const base of [origin, origin.replace('127.0.0.1', 'localhost')]) {
    const client = apiClient(endpointAt(base, { dispatcher: connectionsIn(env).api }));
    expect(await client.submit(aJob(), calm())).toMatchObject({ id: 'near' });
  }
  expect(proxy.heads).toEqual([]);
});

describe('what a proxy does not let through was never accepted', () => {
  const login = 'ada:topsecret';
  const withLogin = (origin: string): string => origin.replace('://', `://${login}@`);

  test.each([
    ['407 Login', 'asks for a login (HTTP 407)'],
    ['403 No', 'refused the connection (HTTP 403)'],
    ['502 Bad', 'refused the connection (HTTP 502)'],
    ['503 Busy', 'refused the connection (HTTP 503)'],
    ['200', null],
  ])('when it answers %s', async (refuses, words) => {
    const { proxy, host, requests } = await servedBy(words === null ? { login: 'else:one' } : { refuses });
    const { failure } = await failureOf(submitThrough({ HTTPS_PROXY: withLogin(proxy.origin) }));
    expect(failure.kind).toBe('unreachable');
    expect(failure.message).toContain(`the proxy ${host} ${words ?? 'asks for a login (HTTP 407)'}`);
    expect(failure.message).not.toContain('topsecret');
    expect(requests).toEqual([]);
  });

  async function failsBy(proxy: Pick<ConnectProxy, 'origin'>) {
    const { failure } = await failureOf(submitThrough({ HTTPS_PROXY: withLogin(proxy.origin) }));
    expect(failure.kind).toBe('unreachable');
    expect(failure.message).toContain('the proxy ');
    expect(failure.message).not.toContain('topsecret');
    return failure.message;
  }

  test('when nothing listens there', async () => {
    const gone = await serveSockets(() => {});
    await gone.close();
    expect(await failsBy(gone)).toContain('the connection was refused (ECONNREFUSED)');
  });

  test('when it hangs up', async () => {
    await failsBy(await kept(serveSockets((socket) => socket.once('data', () => socket.end()))));
    await failsBy(await kept(serveSockets((socket) => socket.once('data', () => socket.resetAndDestroy()))));
  });

  test('when it takes the connection and says nothing', async () => {
    const silent = await kept(serveSockets(() => {}));
    const proxies = proxiesOf({ HTTPS_PROXY: silent.origin });
    if (proxies === null) throw new Error('there is a proxy');
    const { dispatcher, close } = throughProxies(proxies, { connectTimeout: 30 });
    onTestFinished(async () => void (await close()));
    const { failure } = await failureOf(apiClient(endpointAt(api, { dispatcher })).submit(aJob(), calm()));
    expect(failure.kind).toBe('unreachable');
    expect(failure.message).toContain('no answer arrived in time');
  });

  test('when it speaks no HTTP', async () => {
    await failsBy(await kept(serveSockets((socket) => socket.end('220 mail.example ESMTP\r\n'))));
  });

  test('when it has to be spoken to by TLS, and cannot', async () => {
    const plain = await kept(serveSockets((socket) => socket.end('this is not TLS')));
    await failsBy({ origin: plain.origin.replace('http:', 'https:') });
  });
});

test('a certificate that nobody here trusts is named with its host and the remedy', async () => {
  setDefaultCACertificates([]);
  const { proxy, requests } = await servedBy();
  const { failure } = await failureOf(submitThrough({ HTTPS_PROXY: proxy.origin }));
  expect(failure.kind).toBe('unreachable');
  expect(failure.message).toMatch(
    /certificate of model-api\.runcomfy\.net is not signed .*NODE_EXTRA_CA_CERTS=FILE\.pem/,
  );
  expect(requests).toEqual([]);
});

test.each(['ftp://proxy.example', 'http://', 'http://a b', 'http://%zz@proxy.example:1', 'socks4://x:1'])(
  'the address %s is refused as that of a proxy',
  (address) => {
    expect(() => proxiesOf({ HTTPS_PROXY: address })).toThrow('HTTPS_PROXY');
  },
);

test('an address that is refused does not show its password', () => {
  expect(() => proxiesOf({ HTTPS_PROXY: 'ftp://ada:topsecret@proxy.example' })).toThrow(
    /^(?!.*topsecret).*HTTPS_PROXY/,
  );
});

test('an environment without proxies has none', () => {
  expect(proxiesOf({ NO_PROXY: '*', HTTPS_PROXY: ' ' })).toBeNull();
});
