import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, lstatSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import { databaseForTest, ownPostgresTest, postgresTest, testDatabase } from '../support/postgres.ts';
import { type PostgresServer, programs, queried, startPostgres } from '../support/postgres-server.ts';
import { isAlive, until } from '../support/processes.ts';

const pidIn = (data: string): number =>
  Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);

async function started(...wish: Parameters<typeof startPostgres>): Promise<PostgresServer> {
  const server = await startPostgres(...wish);
  onTestFinished(() => server.close());
  return server;
}

postgresTest('each test has a database of its own on one durable server', async () => {
  const [one, other] = [await testDatabase(), await databaseForTest()];
  await queried(one.url, 'CREATE TABLE cat ()');
  expect(await queried(other, 'SHOW fsync')).toEqual([{ fsync: 'on' }]);
  expect(await queried(other, "SELECT to_regclass('cat') AS cat")).toEqual([{ cat: null }]);
  await one.drop();
  await expect(queried(one.url)).rejects.toThrow('does not exist');
});

ownPostgresTest('a crash loses nothing that was committed, and the port stays', async () => {
  const server = await started();
  await queried(server.url, 'CREATE TABLE cat AS SELECT 7 AS n');
  await server.stop('immediate');
  await expect(queried(server.url)).rejects.toThrow('ECONNREFUSED');
  await server.start();
  expect(await queried(server.url, 'SELECT n FROM cat')).toEqual([{ n: 7 }]);
});

ownPostgresTest('a copied data folder is a server of its own with the same data', async () => {
  const server = await started();
  await queried(server.url, 'CREATE TABLE cat AS SELECT 7 AS n');
  await server.stop('fast');
  const copy = await started({ copyOf: server.data });
  await server.start();
  await queried(server.url, 'DROP TABLE cat');
  expect(await queried(copy.url, 'SELECT n FROM cat')).toEqual([{ n: 7 }]);
});

ownPostgresTest('starts in folders closed to others, without the links of the install script', async () => {
  const closed = mkdtempSync(join(tmpdir(), 'rcb-test-'));
  onTestFinished(() => rmSync(closed, { recursive: true, force: true }));
  const native = join(closed, 'native');
  const filter = (path: string): boolean => !lstatSync(path).isSymbolicLink();
  cpSync(programs() as string, native, { recursive: true, filter });
  chmodSync(closed, 0o700);
  const before = process.env.TMPDIR;
  process.env.TMPDIR = closed;
  try {
    const server = await started({ native });
    expect(await queried(server.url, 'SHOW unix_socket_directories')).toEqual([
      { unix_socket_directories: '' },
    ]);
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
});

ownPostgresTest('nothing stays when the process that started it is killed', async () => {
  const module = fileURLToPath(new URL('../support/postgres-server.ts', import.meta.url));
  const script = `const { startPostgres } = await import(${JSON.stringify(module)});
    console.log((await startPostgres()).data);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [data] = (await once(createInterface(child.stdout), 'line')) as [string];
  const pid = pidIn(data);
  expect(isAlive(pid)).toBe(true);
  child.kill('SIGKILL');
  await until(() => !isAlive(pid) && !existsSync(dirname(data)));
});
