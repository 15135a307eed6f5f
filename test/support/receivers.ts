import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';
import { type Setting, type Started, startRcb } from './command-line.ts';
import { until } from './processes.ts';

/** A receiver as a process of its own. */
export interface StartedReceiver extends Started {
  /** What `--webhook-base` takes. */
  readonly base: string;
  readonly port: number;
  readonly secret: string;
}

/** Starts `rcb receive`, and ends it after the test. `port`: where an earlier one listened. */
export async function startReceiver(
  args: readonly string[],
  setting: Setting,
  port?: number,
): Promise<StartedReceiver> {
  const own = port ?? (await freePort());
  const env = { XDG_DATA_HOME: join(setting.cwd, 'data'), ...setting.env };
  const started = startRcb(['receive', '--port', String(own), ...args], { ...setting, env });
  onTestFinished(() => started.kill('SIGKILL'));
  started.ended.catch(() => {});
  await started.said('Ctrl-C ends the receiver.');
  const secret = readFileSync(join(setting.cwd, 'data/runcomfy-batch/receiver-secret'), 'utf8').trim();
  return { ...started, port: own, secret, base: `http://127.0.0.1:${own}/${secret}` };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<unknown>((resolve) => server.close(resolve));
  return port;
}

/** Posts like an API, and resolves with the status of the answer. */
export async function callBack(url: string, body: unknown): Promise<number> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await fetch(url, { method: 'POST', body: text, redirect: 'manual' });
  await answer.arrayBuffer();
  return answer.status;
}

interface HeardCall {
  readonly path: string;
  readonly body: JsonObject;
}

/** A server that hears what is posted to it, and is gone after the test. */
export async function hearing(): Promise<{
  url(path: string): string;
  /** The first call to this path, once it has come. */
  at(path: string): Promise<HeardCall>;
}> {
  const calls: HeardCall[] = [];
  const server = createHttpServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk);
    calls.push({
      path: req.url ?? '',
      body: JSON.parse(Buffer.concat(chunks).toString('utf8')) as JsonObject,
    });
    res.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: (path) => `http://127.0.0.1:${port}/${path}`,
    async at(path) {
      await until(() => calls.some((call) => call.path === path));
      return calls.find((call) => call.path === path) as HeardCall;
    },
  };
}
