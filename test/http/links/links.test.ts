import type { Socket } from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { HttpResponse, http, type RequestHandler } from 'msw';
import { describe, expect, test } from 'vitest';
import { RefusedLink } from '../../../src/http/links/link-gate.ts';
import { type LinkOptions, openLinks } from '../../../src/http/links/links.ts';
import { bytesOf } from '../../support/downloads.ts';
import { calm, failureOf, kept, now, ownDispatcher } from '../../support/hosted-api.ts';
import { type Loopback, serveHandlers, serveSockets } from '../../support/loopback.ts';

const png = Buffer.from('89504e470d0a1a0a00', 'hex');

function opener(more: Partial<LinkOptions> = {}) {
  return openLinks({
    dispatcher: ownDispatcher(),
    ownDomains: [],
    allowedHosts: [],
    allowLoopback: true,
    maxBytes: 1_000,
    now: () => now,
    ...more,
  });
}

function files(...handlers: RequestHandler[]): Promise<Loopback> {
  return kept(serveHandlers(handlers));
}

function raw(answer: string): Promise<Loopback> {
  return kept(serveSockets((socket) => socket.once('data', () => socket.end(answer))));
}

test('a file comes with its type, its length and its bytes', async () => {
  const { origin } = await files(
    http.get(
      '*/a.png',
      () => new Response(png, { headers: { 'content-type': 'image/png', 'content-length': '9' } }),
    ),
  );
  const download = await opener()(`${origin}/a.png?sig=1`, calm());
  expect([download.contentType, download.bytes]).toEqual(['image/png', 9]);
  expect(await bytesOf(download)).toEqual(png);
});

test('a file without type and length comes too', async () => {
  const { origin } = await raw('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nabc');
  const download = await opener()(`${origin}/a`, calm());
  expect([download.contentType, download.bytes, (await bytesOf(download)).toString()]).toEqual([
    null,
    null,
    'abc',
  ]);
});

describe('redirects', () => {
  test('are followed at most three times', async () => {
    const { origin } = await files(
      http.get('*/hop/:n', ({ params }) => {
        const n = Number(params.n);
        return n === 0
          ? new Response(png)
          : new Response(null, { status: 302, headers: { location: `./${n - 1}` } });
      }),
    );
    expect(await bytesOf(await opener()(`${origin}/hop/3`, calm()))).toEqual(png);
    const { failure } = await failureOf(opener()(`${origin}/hop/4`, calm()));
    expect(failure.message).toContain('redirects too often');
  });

  test('to a host that is not allowed are refused', async () => {
    const { origin } = await files(
      http.get(
        '*/a',
        () => new Response(null, { status: 307, headers: { location: 'https://evil.example/a' } }),
      ),
    );
    expect(await failureOf(opener()(`${origin}/a`, calm()))).toBeInstanceOf(RefusedLink);
  });

  test('without a target are a failure', async () => {
    const { origin } = await raw('HTTP/1.1 302 Found\r\ncontent-length: 0\r\n\r\n');
    expect((await failureOf(opener()(`${origin}/a`, calm()))).failure.kind).toBe('download_failed');
  });
});

test.each([
  [403, 403],
  [404, 404],
  [500, 500],
  [204, 204],
  [206, 206],
  [304, 304],
])('an answer of %i is a failed download with its status', async (status, http_) => {
  const { origin } = await raw(`HTTP/1.1 ${status} X\r\ncontent-length: 0\r\nretry-after: 5\r\n\r\n`);
  const failed = await failureOf(opener()(`${origin}/a?signature=s3cret`, calm()));
  expect(failed.failure).toMatchObject({ kind: 'download_failed', http: http_ });
  expect(failed.retryAfterMs).toBe(5_000);
  expect(failed.message).not.toContain('s3cret');
});

test.each([
  'image/svg+xml',
  'application/octet-stream',
  'video/mp4',
  'binary/octet-stream',
  'application/json',
  'text/html; charset=utf-8',
])('a type of %s is let through, since the bytes decide', async (type) => {
  const { origin } = await files(
    http.get('*/a', () => new HttpResponse(png, { headers: { 'content-type': type } })),
  );
  expect((await bytesOf(await opener()(`${origin}/a`, calm()))).length).toBe(9);
});

test.each([
  ['gzip', gzipSync],
  ['x-gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
  ['zstd', zstdCompressSync],
])('a file that comes packed with %s is unpacked', async (encoding, pack) => {
  const content = Buffer.from('v 0 0 0\n'.repeat(100));
  const { origin } = await files(
    http.get('*/a', () => new HttpResponse(pack(content), { headers: { 'content-encoding': encoding } })),
  );
  const download = await opener()(`${origin}/a`, calm());
  expect(download.bytes).toBeNull();
  expect((await bytesOf(download, 90)).equals(content)).toBe(true);
});

describe('a packed file', () => {
  async function packed(encoding: string, bytes: Buffer): Promise<string> {
    const head = `HTTP/1.1 200 OK\r\ncontent-encoding: ${encoding}\r\ncontent-length: ${bytes.length}\r\n\r\n`;
    const { origin } = await kept(
      serveSockets((socket) =>
        socket.once('data', () => {
          socket.write(head);
          socket.end(bytes);
        }),
      ),
    );
    return `${origin}/a`;
  }

  test.each<[string, (bytes: Buffer) => Buffer]>([
    ['gzip', gzipSync],
    ['X-GZIP', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['zstd', zstdCompressSync],
    ['br, gzip', (bytes) => gzipSync(brotliCompressSync(bytes))],
    ['gzip', (bytes) => bytes],
    ['identity', (bytes) => bytes],
  ])('as %s is unpacked though nobody asked for it', async (encoding, pack) => {
    const bytes = Buffer.concat([png, Buffer.alloc(90_000, 'abc')]);
    const open = opener({ maxBytes: 100_000 });
    const download = await open(await packed(encoding, pack(bytes)), calm());
    expect(Buffer.compare(await bytesOf(download), bytes)).toBe(0);
  });

  test('is bounded by its size once it is unpacked', async () => {
    const download = await opener({ maxBytes: 100_000 })(
      await packed('gzip', gzipSync(Buffer.alloc(50_000_000))),
      calm(),
    );
    expect(await failureOf(bytesOf(download))).toBeInstanceOf(RefusedLink);
  });

  test('that is cut short or spoilt is a failed download', async () => {
    const whole = gzipSync(Buffer.alloc(90_000, 'abc'));
    for (const bytes of [whole.subarray(0, -20), Buffer.concat([whole.subarray(0, 20), png])]) {
      const download = await opener({ maxBytes: 100_000 })(await packed('gzip', bytes), calm());
      const { failure } = await failureOf(bytesOf(download));
      expect(failure.message).toMatch(/^The download from 127\.0\.0\.1 failed: .* cannot be unpacked/);
    }
  });

  test('in a way that is not known is refused', async () => {
    const { failure } = await failureOf(opener()(await packed('lzma', png), calm()));
    expect(failure.message).toContain('unknown Content-Encoding');
  });

  test('that its reader gives up ends the download', async () => {
    const closed = Promise.withResolvers<void>();
    const { origin } = await kept(
      serveSockets((socket) => {
        socket.once('close', () => closed.resolve());
        socket.once('data', () => {
          socket.write('HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 99999\r\n\r\n');
          socket.write(gzipSync(png));
        });
      }),
    );
    const download = await opener({ maxBytes: 100_000 })(`${origin}/a`, calm());
    await download.read(1);
    download.discard();
    await closed.promise;
  });
});

describe('a host that holds a download up', () => {
  const tiny = { minBytes: 1_000, periodMs: 30, wholeMs: 60_000 };

  /** Sends a byte every few milliseconds until the connection is gone. */
  function trickle(socket: Socket, bytes: string): void {
    const timer = setInterval(() => socket.write(bytes), 5);
    socket.once('close', () => clearInterval(timer));
  }

  test('by sending a byte now and then fails it', async () => {
    const { origin } = await kept(
      serveSockets((socket) =>
        socket.once('data', () => {
          socket.write('HTTP/1.1 200 OK\r\ncontent-length: 66000\r\n\r\n');
          trickle(socket, 'x');
        }),
      ),
    );
    const download = await opener({ speed: tiny, maxBytes: 100_000 })(`${origin}/a`, calm());
    const { failure } = await failureOf(bytesOf(download));
    expect(failure).toMatchObject({ kind: 'download_failed' });
    expect(failure.message).toContain('sent too slowly');
  });

  test('by sending for ever fails it, however fast', async () => {
    const { origin } = await kept(
      serveSockets((socket) =>
        socket.once('data', () => {
          socket.write('HTTP/1.1 200 OK\r\n\r\n');
          trickle(socket, 'x'.repeat(2_000));
        }),
      ),
    );
    const speed = { minBytes: 1, periodMs: 60_000, wholeMs: 40 };
    const download = await opener({ speed, maxBytes: 1e9 })(`${origin}/a`, calm());
    expect((await failureOf(bytesOf(download))).failure.message).toContain('had not ended after');
  });

  test('by announcing an answer again and again fails it', async () => {
    const { origin } = await kept(
      serveSockets((socket) =>
        socket.once('data', () => trickle(socket, 'HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n')),
      ),
    );
    const { failure } = await failureOf(opener({ headMs: 60 })(`${origin}/a`, calm()));
    expect(failure.message).toContain('UND_ERR_HEADERS_TIMEOUT');
  });
});

describe('a file larger than allowed is refused', () => {
  test('by its length, before a byte of it is read', async () => {
    const { origin } = await raw('HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n');
    expect(await failureOf(opener()(`${origin}/a`, calm()))).toBeInstanceOf(RefusedLink);
  });

  test('by its bytes, where it hides its length', async () => {
    const { origin } = await raw(`HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(1_001)}`);
    const download = await opener()(`${origin}/a`, calm());
    expect(await failureOf(bytesOf(download))).toBeInstanceOf(RefusedLink);
  });
});

describe('a body throws a failed download', () => {
  test.each([
    ['when it is shorter than its length', 'content-length: 99\r\n\r\nabc'],
    ['when its chunks break off', 'transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n'],
  ])('%s', async (_name, answer) => {
    const { origin } = await raw(`HTTP/1.1 200 OK\r\n${answer}`);
    const download = await opener()(`${origin}/a`, calm());
    const { failure } = await failureOf(bytesOf(download));
    expect(failure.kind).toBe('download_failed');
    expect(failure.message).toContain('broke off after 3 bytes');
  });

  test('when nothing more comes', async () => {
    const { origin } = await kept(
      serveSockets((socket) =>
        socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\na')),
      ),
    );
    const download = await opener({ idleMs: 40 })(`${origin}/a`, calm());
    expect((await failureOf(bytesOf(download))).failure.message).toContain('UND_ERR_BODY_TIMEOUT');
  });
});

test('a host that is silent, resets or is not there is a failed download', async () => {
  const silent = await kept(serveSockets(() => {}));
  const resetting = await kept(serveSockets((socket) => socket.once('data', () => socket.resetAndDestroy())));
  const gone = await serveSockets(() => {});
  await gone.close();
  for (const { origin } of [silent, resetting, gone]) {
    const { failure } = await failureOf(opener({ headMs: 40 })(`${origin}/a`, calm()));
    expect(failure).toMatchObject({ kind: 'download_failed', http: null });
  }
});

describe('an abort rejects with the reason', () => {
  const reason = new Error('leave');

  test('while it waits for a socket, and before', async () => {
    const stop = new AbortController();
    const asked = Promise.withResolvers<void>();
    const { origin } = await kept(serveSockets((socket) => socket.once('data', () => asked.resolve())));
    const open = opener({ dispatcher: ownDispatcher(1) });
    const holding = open(`${origin}/held`, stop.signal);
    const waiting = open(`${origin}/waiting`, stop.signal);
    await asked.promise;
    stop.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(holding).rejects.toBe(reason);
    await expect(open(`${origin}/late`, stop.signal)).rejects.toBe(reason);
  });

  test('while the body comes', async () => {
    const stop = new AbortController();
    const { origin } = await kept(
      serveSockets((socket) =>
        socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\na')),
      ),
    );
    const download = await opener()(`${origin}/a`, stop.signal);
    await download.read(1);
    const reading = expect(download.read(100)).rejects.toBe(reason);
    stop.abort(reason);
    await reading;
    await expect(download.read(100)).rejects.toBe(reason);
  });
});

test('a reader that gives up the rest ends the download', async () => {
  const closed = Promise.withResolvers<void>();
  const { origin } = await kept(
    serveSockets((socket) => {
      socket.once('close', () => closed.resolve());
      socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\na'));
    }),
  );
  const download = await opener()(`${origin}/a`, calm());
  expect(Buffer.concat(await download.read(1)).toString()).toBe('a');
  download.discard();
  await closed.promise;
});
