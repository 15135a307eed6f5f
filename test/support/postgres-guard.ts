// One PostgreSQL server in a folder of its own. It is a process beside the one that asked for it, and ends the server
// when that has gone, however it went: neither a crash nor SIGKILL of the tests leaves a server or a folder behind.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, rmSync, statSync } from 'node:fs';
import { chmod, cp, lchown, mkdir, mkdtemp, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { GuardAnswer, GuardOrder, GuardSpec } from './postgres-server.ts';
import { freePort, serverUser } from './server-user.ts';

const readyWord = /database system is ready to accept (?:read-only )?connections/;
const owner = serverUser();

/** A folder for temporary files that the server's user can reach. */
function openFolder(): string {
  const isReachable = (path: string): boolean =>
    (statSync(path).mode & 0o001) !== 0 && (dirname(path) === path || isReachable(dirname(path)));
  const found = [tmpdir(), '/tmp', '/var/tmp'].find((path) => owner === null || isReachable(path));
  if (found === undefined) throw new Error('No folder for temporary files is open to the user nobody.');
  return found;
}

async function giveToOwner(folder: string): Promise<void> {
  if (owner === null) return;
  await lchown(folder, owner.uid, owner.gid);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    await lchown(join(entry.parentPath, entry.name), owner.uid, owner.gid);
  }
}

/** The programs, with the links that the package makes only where its install script may run. */
async function copyPrograms(native: string, to: string): Promise<void> {
  await cp(native, to, {
    recursive: true,
    verbatimSymlinks: true,
    // Two thirds of the headers and libraries are for those who compile against it.
    filter: (path) => !/\.a$|[\\/](?:include|pkgconfig|doc|man)$/.test(path),
  });
  const links = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(links) as { source: string; target: string }[]) {
    const inside = (path: string): string => path.replace(/^native\//, '');
    const name = inside(source).split('/').at(-1) as string;
    await symlink(name, join(to, inside(target))).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST' && error.code !== 'ENOENT') throw error;
    });
  }
}

/** A server whose data are in `folder/data`. */
class GuardedServer {
  readonly #folder: string;
  readonly #settings: Readonly<Record<string, string>>;
  #child: ChildProcess | null = null;
  port = 0;

  constructor(folder: string, settings: Readonly<Record<string, string>>) {
    this.#folder = folder;
    this.#settings = settings;
  }

  get data(): string {
    return join(this.#folder, 'data');
  }

  #spawn(program: string, args: readonly string[]): ChildProcess {
    const suffix = process.platform === 'win32' ? '.exe' : '';
    return spawn(join(this.#folder, 'native/bin', program + suffix), args, {
      cwd: this.#folder,
      env: { PATH: process.env.PATH, SystemRoot: process.env.SystemRoot, LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...owner,
    });
  }

  async initialise(): Promise<void> {
    const child = this.#spawn('initdb', [
      ...['-D', this.data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
      ...['--no-instructions'],
    ]);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part) => (said += part));
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) throw new Error(`initdb ended with ${code}: ${said}`);
  }

  /** Resolves when it says that it is ready; the port stays what it was. */
  async start(): Promise<void> {
    const isNew = this.port === 0;
    for (let tries = 1; ; tries += 1) {
      if (isNew) this.port = await freePort();
      const said = await this.#startOnce();
      if (said === null) return;
      if (!isNew || tries === 5 || !/could not bind/.test(said)) throw new Error(said);
    }
  }

  async #startOnce(): Promise<string | null> {
    const settings = {
      listen_addresses: '127.0.0.1',
      port: String(this.port),
      unix_socket_directories: '',
      max_connections: '300',
      // What is durable is part of what is tested.
      fsync: 'on',
      ...this.#settings,
    };
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = this.#spawn('postgres', ['-D', this.data, ...args]);
    this.#child = child;
    let said = '';
    const ready = Promise.withResolvers<string | null>();
    child.stderr?.setEncoding('utf8').on('data', (part: string) => {
      if (said.length < 100_000) said += part;
      if (readyWord.test(said)) ready.resolve(null);
    });
    child.stdout?.resume();
    child.once('error', (error) => ready.resolve(String(error)));
    child.once('close', () => ready.resolve(`PostgreSQL ended: ${said}`));
    return ready.promise;
  }

  async stop(how: 'fast' | 'immediate'): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'close');
    child.kill(how === 'fast' ? 'SIGINT' : 'SIGQUIT');
    await ended;
  }
}

async function preparedServer(folder: string, spec: GuardSpec): Promise<GuardedServer> {
  await chmod(folder, 0o700);
  await copyPrograms(spec.native, join(folder, 'native'));
  const server = new GuardedServer(folder, spec.settings);
  if (spec.copyOf !== null) await cp(spec.copyOf, server.data, { recursive: true });
  else await mkdir(server.data);
  await rmLock(server.data);
  await chmod(server.data, 0o700);
  await giveToOwner(folder);
  if (spec.copyOf === null) await server.initialise();
  for (const [name, text] of Object.entries(spec.files)) {
    const path = join(server.data, name);
    await writeFile(path, text, { mode: 0o600 });
    if (owner !== null) chownSync(path, owner.uid, owner.gid);
  }
  return server;
}

/** A copied folder believes that the server of the original runs on it. */
async function rmLock(data: string): Promise<void> {
  rmSync(join(data, 'postmaster.pid'), { force: true });
}

async function main(spec: GuardSpec): Promise<void> {
  const answer = (it: GuardAnswer): boolean | undefined => process.send?.(it);
  const folder = await mkdtemp(join(openFolder(), 'rcb-postgres-'));
  const abandoned = Promise.withResolvers<never>();
  abandoned.promise.catch(() => {});
  process.on('disconnect', () => abandoned.reject(new Error('abandoned')));
  // Ctrl-C reaches every process of the terminal: whoever started this one decides when it ends.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  let server: GuardedServer | null = null;
  try {
    server = await Promise.race([preparedServer(folder, spec), abandoned.promise]);
    await Promise.race([server.start(), abandoned.promise]);
    let last: Promise<unknown> = Promise.resolve();
    const obey = async (order: GuardOrder): Promise<void> => {
      try {
        if (order.type === 'stop') await server?.stop(order.how);
        else await server?.start();
        answer({ port: server?.port ?? 0, data: server?.data ?? '' });
      } catch (error) {
        answer({ failed: String(error) });
      }
    };
    process.on('message', (order: GuardOrder) => {
      last = last.then(() => obey(order));
    });
    answer({ port: server.port, data: server.data });
    await abandoned.promise;
  } catch (error) {
    if (process.connected) answer({ failed: String(error) });
  } finally {
    await server?.stop('immediate');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  process.exit();
}

await main(JSON.parse(process.argv[2] as string) as GuardSpec);
