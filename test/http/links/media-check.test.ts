import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import {
  checkMediaUrls,
  type LinkedKind,
  type MediaCheckOptions,
} from '../../../src/http/links/media-check.ts';
import { runcomfy } from '../../../src/providers/runcomfy/runcomfy.ts';
import { all, calm, kept, ownDispatcher } from '../../support/hosted-api.ts';
import { onEachRequest, serveSockets } from '../../support/loopback.ts';

type Respond = (request: IncomingMessage, response: ServerResponse) => void;

/** A host of files that keeps what it was asked, as `HEAD /a.png`. */
async function hosting(respond: Respond) {
  const requests: string[] = [];
  const heads: IncomingMessage['headers'][] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    heads.push(request.headers);
    respond(request, response);
  });
  const opened = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', opened.resolve);
  await opened.promise;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, requests, heads };
}

function options(more: Partial<MediaCheckOptions> = {}): MediaCheckOptions {
  const { media } = runcomfy.bodyLimits;
  return { dispatcher: ownDispatcher(16), signal: calm(), limits: media, allowLoopback: true, ...more };
}

async function check(url: string, kind: LinkedKind = 'image', more: Partial<MediaCheckOptions> = {}) {
  const [verdict] = await all(checkMediaUrls([{ url, kind }], options(more)));
  return { fault: verdict?.fault ?? null, warning: verdict?.warning ?? null };
}

const sound = { fault: null, warning: null };

test('a link that answers as it should is asked for by one HEAD, without a token', async () => {
  const { origin, requests, heads } = await hosting((_, response) =>
    response.writeHead(200, { 'content-type': 'image/png', 'content-length': '50000000' }).end(),
  );
  expect(await check(`${origin}/a.png`)).toEqual(sound);
  expect(requests).toEqual(['HEAD /a.png']);
  expect(heads[0]).not.toHaveProperty('authorization');
});

test.each<[LinkedKind, number, Record<string, string>, string | null, string | null]>([
  ['image', 401, {}, 'needs a login (HTTP 401)', null],
  ['image', 403, {}, 'needs a login (HTTP 403)', null],
  ['image', 404, {}, 'does not exist (HTTP 404)', null],
  ['image', 410, {}, 'does not exist (HTTP 410)', null],
  ['image', 500, {}, 'cannot be fetched (HTTP 500)', null],
  ['image', 429, {}, null, 'could not be checked'],
  ['image', 200, { 'content-type': 'text/html; charset=utf-8' }, 'is a web page (text/html)', null],
  ['file', 200, { 'content-type': 'text/html' }, 'is a web page', null],
  ['image', 200, { 'content-type': 'video/mp4' }, 'is served as video/mp4, which is not an image', null],
  ['video', 200, { 'content-type': 'image/png' }, 'is served as image/png, which is not a video', null],
  ['audio', 200, { 'content-type': 'image/png' }, 'which is not an audio file', null],
  ['audio', 200, { 'content-type': 'audio/mpeg' }, null, null],
  ['audio', 200, { 'content-type': 'video/mp4' }, null, null],
  ['file', 200, { 'content-type': 'application/json' }, null, null],
  [
    'image',
    200,
    { 'content-type': 'application/octet-stream' },
    null,
    'is served as application/octet-stream',
  ],
  ['video', 200, { 'content-type': 'binary/octet-stream' }, null, 'may not be a video'],
  ['image', 200, {}, null, 'is served without a type'],
  ['image', 200, { 'content-type': 'image/png', 'content-length': '50000001' }, 'is 50.1 MB', null],
  ['video', 200, { 'content-type': 'video/mp4', 'content-length': '100000000' }, null, null],
  ['video', 200, { 'content-type': 'video/mp4', 'content-length': '100000001' }, 'at most 100 MB', null],
  ['audio', 200, { 'content-type': 'audio/wav', 'content-length': '900000000' }, null, null],
])('%s, HTTP %i %j: %s, %s', async (kind, status, headers, fault, warning) => {
  const { origin } = await hosting((_, response) => {
    response.writeHead(status, headers);
    response.flushHeaders();
    response.end();
  });
  const verdict = await check(`${origin}/a`, kind);
  for (const [said, expected] of [
    [verdict.fault, fault],
    [verdict.warning, warning],
  ]) {
    if (expected === null) expect(said).toBeNull();
    else expect(said).toMatch(/^"http:.*\/a" [a-z].*\.$/);
    if (expected !== null && expected !== undefined) expect(said).toContain(expected);
  }
});

test.each([403, 404, 405, 501, 503])(
  'where HEAD is answered %i, a GET for one byte decides',
  async (status) => {
    const { origin, requests, heads } = await hosting((request, response) => {
      if (request.method === 'HEAD') response.writeHead(status).end();
      else {
        response.writeHead(206, { 'content-type': 'image/png', 'content-range': 'bytes 0-0/60000000' });
        response.end('x');
      }
    });
    expect((await check(`${origin}/a.png`)).fault).toContain('is 60 MB; an image may have at most 50 MB');
    expect(requests).toEqual(['HEAD /a.png', 'GET /a.png']);
    expect(heads[1]).toMatchObject({ range: 'bytes=0-0' });
  },
);

test('a GET that sends the whole file is left after its head', async () => {
  const closed = Promise.withResolvers<void>();
  const { origin } = await hosting((request, response) => {
    if (request.method === 'HEAD') return void response.writeHead(405).end();
    response.once('close', closed.resolve);
    response.writeHead(200, { 'content-type': 'image/png', 'content-length': '40000000' }).write('x');
  });
  expect(await check(`${origin}/a.png`)).toEqual(sound);
  await closed.promise;
});

test('redirects are followed five times and no further', async () => {
  const { origin, requests } = await hosting((request, response) => {
    const left = Number(request.url?.slice(1));
    if (left === 0) response.writeHead(200, { 'content-type': 'image/png' }).end();
    else response.writeHead(302, { location: `/${left - 1}` }).end();
  });
  expect(await check(`${origin}/5`)).toEqual(sound);
  expect(requests).toHaveLength(6);
  expect((await check(`${origin}/6`)).fault).toContain('redirects more than 5 times');
});

test.each([
  ['http://files.example.com/a.png', 'leads to files.example.com, which is not an https link'],
  ['https://10.0.0.8/a.png', 'leads to 10.0.0.8, which is on this machine or a private network'],
  ['https://[fd00::1]/a.png', 'private network'],
  ['', 'redirects nowhere'],
])('a redirect to "%s" is a fault and is not followed', async (location, fault) => {
  const { origin, requests } = await hosting((_, response) =>
    response.writeHead(302, location === '' ? {} : { location }).end(),
  );
  expect((await check(`${origin}/a`)).fault).toContain(fault);
  expect(new Set(requests)).toEqual(new Set(location === '' ? ['HEAD /a', 'GET /a'] : ['HEAD /a']));
});

test.each([
  ['ftp://example.com/a', 'is not an https link'],
  ['http://example.com/a', 'is not an https link'],
  ['https://me:secret@example.com/a', 'contains a user name or a password'],
  ['https://127.0.0.1/a', 'private network'],
  ['https://localhost/a', 'private network'],
  ['https://a.localhost/a', 'private network'],
  ['https://0x7f.1/a', 'private network'],
  ['https://192.168.1.5/a', 'private network'],
  ['https://169.254.169.254/latest', 'private network'],
  ['https://[::1]/a', 'private network'],
  ['https://[::ffff:10.1.2.3]/a', 'private network'],
  ['a.png', 'is not a link'],
  ['https://exa mple.com', 'is not a link'],
])('%s is not even asked for', async (url, fault) => {
  expect((await check(url, 'image', { allowLoopback: false })).fault).toContain(fault);
});

test('the query of a long link is not repeated', async () => {
  const { fault } = await check(`ftp://example.com/a.png?signature=${'x'.repeat(200)}`);
  expect(fault).toBe('"ftp://example.com/a.png?…" is not an https link.');
});

test('a host that is not there is a fault', async () => {
  const server = await serveSockets(() => {});
  await server.close();
  expect((await check(`${server.origin}/a`)).fault).toContain(
    'cannot be reached: the connection was refused',
  );
});

test('a host that says nothing is given up', async () => {
  const { origin } = await kept(serveSockets(() => {}));
  expect((await check(`${origin}/a`, 'image', { headMs: 50 })).fault).toContain('no answer arrived in time');
});

test('each link is looked at once, and no more at once than allowed', async () => {
  let [open, most] = [0, 0];
  const waiting: (() => void)[] = [];
  const { origin, requests } = await hosting((_, response) => {
    open += 1;
    most = Math.max(most, open);
    waiting.push(() => {
      open -= 1;
      response.writeHead(200, { 'content-type': 'image/png' }).end();
    });
    // All that may come are there before the first is answered.
    if (waiting.length === 3 || requests.length > 9) for (const answer of waiting.splice(0)) answer();
  });
  async function* links() {
    for (let n = 0; n < 24; n += 1) yield { url: `${origin}/${n % 12}`, kind: 'image' as const };
  }
  const verdicts = await all(checkMediaUrls(links(), options({ atOnce: 3 })));
  expect(verdicts.map(({ url }) => url).sort()).toEqual(
    Array.from({ length: 12 }, (_, n) => `${origin}/${n}`).sort(),
  );
  expect(requests).toHaveLength(12);
  expect(most).toBe(3);
});

test('an abort ends the check with its reason, and leaving it early ends what is under way', async () => {
  const stop = new AbortController();
  const reason = new Error('leave');
  const { origin } = await kept(serveSockets((socket) => socket.once('data', () => stop.abort(reason))));
  const looking = all(
    checkMediaUrls([{ url: `${origin}/a`, kind: 'image' }], options({ signal: stop.signal })),
  );
  await expect(looking).rejects.toBe(reason);

  const cut = Promise.withResolvers<void>();
  const silent = await kept(
    serveSockets((socket) =>
      onEachRequest(socket, (request) => {
        if (request.startsWith('HEAD /quick'))
          socket.write('HTTP/1.1 200 OK\r\ncontent-type: image/png\r\n\r\n');
        else socket.once('close', cut.resolve);
      }),
    ),
  );
  const links = ['slow', 'quick'].map((name) => ({
    url: `${silent.origin}/${name}`,
    kind: 'image' as const,
  }));
  for await (const { url } of checkMediaUrls(links, options())) {
    expect(url).toContain('quick');
    break;
  }
  await cut.promise;
});
