import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, test } from 'vitest';
import { freePort, serverUser } from './server-user.ts';

const places = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/usr/local/bin/pgbouncer'];
const program = places.find((place) => existsSync(place)) ?? null;

const isBouncerless = program === null && !process.env.CI;
if (isBouncerless)
  console.warn('PgBouncer was not found, so tests through it are skipped: install it to run them.');

/** Where there is no PgBouncer, these tests are skipped, and say so; in CI they fail instead. */
export const bouncerTest = test.skipIf(isBouncerless);

/**
 * A PgBouncer in transaction mode, as providers set it up, in front of a database: its URL for clients. `settings`
 * replace what the Debian package leaves at its defaults. It ends with the test.
 */
export async function bouncerBefore(
  database: string,
  settings: Readonly<Record<string, string | number>> = {},
): Promise<string> {
  if (program === null) throw new Error('PgBouncer was not found: install it.');
  const { hostname, port, username } = new URL(database);
  const folder = mkdtempSync(join(tmpdir(), 'rcb-bouncer-'));
  const own = await freePort();
  const lines = Object.entries({
    ...{ listen_addr: '127.0.0.1', listen_port: own, unix_socket_dir: '', pool_mode: 'transaction' },
    ...{ auth_type: 'trust', auth_file: join(folder, 'users.txt'), default_pool_size: 5 },
    ...settings,
  }).map(([name, value]) => `${name} = ${value}`);
  const file = join(folder, 'pgbouncer.ini');
  writeFileSync(
    file,
    `[databases]\n* = host=${hostname} port=${port} user=${username}\n[pgbouncer]\n${lines.join('\n')}\n`,
  );
  writeFileSync(join(folder, 'users.txt'), `"${username}" ""\n`);
  const owner = serverUser();
  chmodSync(folder, 0o755);
  if (owner !== null) chownSync(folder, owner.uid, owner.gid);
  // It ends when this process has gone, however it went: then the shell has no standard input any more.
  const child = spawn('sh', ['-c', `"$0" "$1" & cat >/dev/null; kill $!; wait`, program, file], {
    stdio: ['pipe', 'ignore', 'pipe'],
    ...owner,
  });
  const gone = once(child, 'close');
  onTestFinished(async () => {
    child.stdin.end();
    await gone;
    rmSync(folder, { recursive: true, force: true });
  });
  let said = '';
  const ready = Promise.withResolvers<void>();
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (said.includes('process up')) ready.resolve();
    if (/FATAL|ERROR/.test(said)) ready.reject(new Error(said));
  });
  void gone.then(() => ready.reject(new Error(`PgBouncer ended: ${said}`)));
  await ready.promise;
  const url = new URL(database);
  url.host = `127.0.0.1:${own}`;
  return url.href;
}
