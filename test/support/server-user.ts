import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

/** Whose name a server runs in that refuses root; null: this process is not root. */
export function serverUser(): { readonly uid: number; readonly gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const [, uid = '65534', gid = '65534'] = /^nobody:[^:]*:(\d+):(\d+)/m.exec(users()) ?? [];
  return { uid: Number(uid), gid: Number(gid) };
}

function users(): string {
  try {
    return readFileSync('/etc/passwd', 'utf8');
  } catch {
    return '';
  }
}

/** Of 127.0.0.1, for a program that cannot choose one itself. Another may take it before. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No port is free.');
  return address.port;
}
