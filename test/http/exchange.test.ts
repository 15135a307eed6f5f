import { Agent, Dispatcher } from 'undici';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Outgoing } from '../../src/core/transport.ts';
import { openConnections } from '../../src/http/connections.ts';
import { exchange } from '../../src/http/exchange.ts';
import { calm, kept, ownDispatcher } from '../support/hosted-api.ts';
import { onEachRequest, serveSockets } from '../support/loopback.ts';

const limits = { timeoutMs: 60_000, answerBytes: 100 };

function post(origin: string): Outgoing {
  return { origin, path: '/v1/models/a/b', method: 'POST', headers: {}, body: '{}' };
}

/** A dispatcher that starts every request anew on a second socket, as one that repeats by itself would. */
class Repeating extends Dispatcher {
  override dispatch(_options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const started: string[] = [];
    for (const name of ['first', 'second']) {
      const controller = {
        aborted: false,
        paused: false,
        reason: null,
        abort: () => started.push(`${name} aborted`),
        pause: () => {},
        resume: () => {},
      };
      handler.onRequestStart?.(controller, null);
      started.push(name);
    }
    this.emit('drain', new URL('http://seen'));
    Object.assign(this, { started });
    return true;
  }
}

test('a request that a dispatcher starts a second time is stopped before it leaves again', async () => {
  const dispatcher = new Repeating();
  const end = await exchange(dispatcher, post('http://127.0.0.1:1'), limits, calm());
  expect(end).toEqual({ type: 'broken', sent: true, why: 'sent_twice' });
  expect(dispatcher).toMatchObject({ started: ['first', 'second aborted', 'first aborted', 'second'] });
});

test('an answer is read up to its allowed size and no further', async () => {
  const { origin } = await kept(
    serveSockets((socket) =>
      onEachRequest(socket, (request) => {
        const size = request.startsWith('POST /v1/models/a/b') ? 101 : 100;
        socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${size}\r\n\r\n${'x'.repeat(size)}`);
      }),
    ),
  );
  const dispatcher = ownDispatcher();
  const fits = await exchange(dispatcher, { ...post(origin), path: '/' }, limits, calm());
  expect(fits).toMatchObject({ type: 'answered', status: 200, text: 'x'.repeat(100) });
  const large = await exchange(dispatcher, post(origin), limits, calm());
  expect(large).toEqual({ type: 'broken', sent: true, why: 'too_long' });
});

test('interim answers are passed over, and a byte order mark is none of the text', async () => {
  const { origin } = await kept(
    serveSockets((socket) =>
      onEachRequest(socket, () => {
        socket.write('HTTP/1.1 103 Early\r\nlink: x\r\n\r\n');
        socket.write('HTTP/1.1 201 Yes\r\ncontent-length: 5\r\n\r\n\u{feff}{}');
      }),
    ),
  );
  const end = await exchange(ownDispatcher(), post(origin), limits, calm());
  expect(end).toMatchObject({ type: 'answered', status: 201, text: '{}' });
});

test('a request that undici refuses to form is a bug, not a network error', async () => {
  const call = exchange(ownDispatcher(), { ...post('http://127.0.0.1:1'), path: '/a b' }, limits, calm());
  await expect(call).rejects.toThrow('invalid request path');
});

test('no more sockets are opened than allowed', async () => {
  let [open, most] = [0, 0];
  const { origin } = await kept(
    serveSockets((socket) => {
      open += 1;
      most = Math.max(most, open);
      socket.once('close', () => {
        open -= 1;
      });
      onEachRequest(socket, () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'));
    }),
  );
  const dispatcher = ownDispatcher(3);
  const calls = Array.from({ length: 30 }, () => exchange(dispatcher, post(origin), limits, calm()));
  const ends = await Promise.all(calls);
  expect(ends.every((end) => end.type === 'answered')).toBe(true);
  expect(most).toBe(3);
});

test('closing the connections ends what is under way', async () => {
  const asked = Promise.withResolvers<void>();
  const { origin } = await kept(serveSockets((socket) => onEachRequest(socket, () => asked.resolve())));
  const connections = openConnections({ api: 1, files: 1 });
  const call = exchange(connections.api, post(origin), limits, calm());
  await asked.promise;
  await connections.close();
  expect(await call).toMatchObject({ type: 'broken', sent: true });
  expect(await exchange(connections.api, post(origin), limits, calm())).toMatchObject({ sent: false });
});

test('undici itself does not send a submit anew when its socket dies', async () => {
  const agent = new Agent({ connections: 1, allowH2: false });
  onTestFinished(() => agent.destroy());
  let posts = 0;
  const { origin } = await kept(
    serveSockets((socket) =>
      onEachRequest(socket, () => {
        posts += 1;
        if (posts === 1) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
        else socket.destroy();
      }),
    ),
  );
  await exchange(agent, post(origin), limits, calm());
  expect(await exchange(agent, post(origin), limits, calm())).toMatchObject({ type: 'broken', sent: true });
  expect(posts).toBe(2);
});

/** A dispatcher whose one request is taken onto a socket at once; the test plays the server. */
class Held extends Dispatcher {
  handler: Dispatcher.DispatchHandler | null = null;
  readonly controller = {
    aborted: false,
    paused: false,
    reason: null,
    rawHeaders: null,
    rawTrailers: null,
    abort: vi.fn(),
    pause: () => {},
    resume: () => {},
  } as unknown as Dispatcher.DispatchController;

  override dispatch(_options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    this.handler = handler;
    handler.onRequestStart?.(this.controller, null);
    return true;
  }
}

test.each<[string, (held: Held, stop: AbortController) => void]>([
  ['answered', ({ handler, controller }) => handler?.onResponseEnd?.(controller, {})],
  ['broken', ({ handler, controller }) => handler?.onResponseError?.(controller, new Error('reset'))],
  ['aborted', (_, stop) => stop.abort()],
  ['timed out', () => vi.advanceTimersByTime(limits.timeoutMs)],
])('a call that is %s leaves no timer and no listener behind', async (_, end) => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const [held, stop] = [new Held(), new AbortController()];
  const call = exchange(held, post('http://127.0.0.1:1'), limits, stop.signal);
  expect(vi.getTimerCount()).toBe(1);
  end(held, stop);
  await call;
  expect(vi.getTimerCount()).toBe(0);
  vi.mocked(held.controller.abort).mockClear();
  stop.abort();
  expect(held.controller.abort).not.toHaveBeenCalled();
});
