import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Setting, type Started, startRcb } from './command-line.ts';

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
