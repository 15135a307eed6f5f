import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bucketKeys } from './bucket-store.ts';

const python = '/usr/bin/python3';

/** Why there is no Swift on this machine; null: there is, and on CI there has to be. */
export const whyNoSwift: string | null = (() => {
  if (process.env.CI === 'true') return null;
  try {
    execFileSync(python, ['-c', 'import swift.common.middleware.s3api'], { stdio: 'ignore' });
    return null;
  } catch {
    return 'there is no OpenStack Swift (apt-get install python3-swift)';
  }
})();

/** The access key there: its account comes first. */
export const swiftKeys = { ...bucketKeys, AWS_ACCESS_KEY_ID: `test:${bucketKeys.AWS_ACCESS_KEY_ID}` };

interface SwiftStore {
  readonly origin: string;
  close(): Promise<void>;
}

/** A store of other people that speaks S3: it checks signatures and the hashes of bodies. */
export async function swiftStore(): Promise<SwiftStore> {
  const root = mkdtempSync(join(tmpdir(), 'rcb-swift-'));
  const ports = await freePorts(4);
  const script = fileURLToPath(new URL('swift-store.py', import.meta.url));
  const child = spawn(python, [script, root, ...ports.map(String)], {
    env: { ...bucketKeys, PATH: process.env.PATH },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const ready = await Promise.race([once(child.stdout, 'data'), ended]);
  if (!String(ready[0]).includes('ready')) throw new Error(`Swift did not start: ${ready.join(' ')}`);
  return {
    origin: `http://127.0.0.1:${ports[0]}`,
    async close() {
      child.stdin.end();
      await ended;
      rmSync(root, { recursive: true, force: true });
    },
  };
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}
