import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { ManifestLine } from '../../src/core/job/manifest.ts';

const builtProgram = new URL('../../dist/cli/program.js', import.meta.url).href;

/** The built program. */
export const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly pid: number;
  /** Resolves when the text has been written to stderr or stdout. */
  said(text: string | RegExp): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

export interface Setting {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** Starts the built program as a process of its own, with an environment that knows no token. */
export function startRcb(args: readonly string[], { cwd, env = {}, input }: Setting): Started {
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  const waiting = new Set<() => void>();
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (const check of waiting) check();
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    for (const check of waiting) check();
  });
  if (input !== undefined) child.stdin?.end(input);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });

  function said(text: string | RegExp): Promise<void> {
    const there = (all: string): boolean => (typeof text === 'string' ? all.includes(text) : text.test(all));
    return new Promise((resolve, reject) => {
      function check(): void {
        if (!there(stdout) && !there(stderr)) return;
        waiting.delete(check);
        resolve();
      }
      waiting.add(check);
      check();
      void ended.then(() => reject(new Error(`It ended without saying ${text}:\n${stdout}\n${stderr}`)));
    });
  }

  return { pid: child.pid as number, said, kill: (signal) => void child.kill(signal), ended };
}

/**
 * Runs the built program within this process: the same as `startRcb`, but for a start-up of some tenths of a second.
 * `onOutput` gets what it writes to stdout as it comes. What is to be killed needs a process of its own.
 */
export async function rcb(
  args: readonly string[],
  { cwd, env = {}, input = '' }: Setting,
  onOutput: (text: string) => void = () => {},
): Promise<Ended> {
  const { program } = (await import(builtProgram)) as typeof import('../../src/cli/program.ts');
  const said = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof said): Writable =>
    new Writable({
      decodeStrings: false,
      write(text: string | Uint8Array, _, written) {
        said[name] += typeof text === 'string' ? text : Buffer.from(text).toString();
        if (name === 'stdout') onOutput(String(text));
        written();
      },
    });
  const exited = Promise.withResolvers<number>();
  const leave = enter(cwd);
  try {
    const ended = program({
      argv: args,
      env: { PATH: process.env.PATH, HOME: cwd, ...env },
      stdin: Readable.from([Buffer.from(input)]),
      stdout: stream('stdout'),
      stderr: stream('stderr'),
      pid: process.pid,
      nodeVersion: process.versions.node,
      execPath: process.execPath,
      mainPath: main,
      exit: exited.resolve,
      onSignal: () => () => {},
      signalGroup: () => {},
      killGroup: () => {},
    });
    const code = await Promise.race([ended, exited.promise]);
    return { code, signal: null, ...said };
  } finally {
    leave();
  }
}

/** The same with `--json` among its arguments: `onEvent` gets each of its events as it comes. */
export function rcbEvents(
  args: readonly string[],
  setting: Setting,
  onEvent: (event: Readonly<Record<string, unknown>>) => void,
): Promise<Ended> {
  let unread = '';
  return rcb(args, setting, (text) => {
    unread += text;
    for (let end = unread.indexOf('\n'); end >= 0; end = unread.indexOf('\n')) {
      onEvent(JSON.parse(unread.slice(0, end)) as Record<string, unknown>);
      unread = unread.slice(end + 1);
    }
  });
}

const home = process.cwd();
let inside = 0;

/** Makes a folder the working directory, as long as a run in it goes on. */
function enter(folder: string): () => void {
  if (inside > 0 && process.cwd() !== realpathSync(folder)) {
    throw new Error('Runs at the same time within one process need one working directory.');
  }
  process.chdir(folder);
  inside += 1;
  return () => {
    inside -= 1;
    if (inside === 0) process.chdir(home);
  };
}

/** A folder to work in, gone after the test. */
export function workFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'rcb-test-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export function manifestOf(dir: string): ManifestLine[] {
  return readFileSync(join(dir, 'manifest.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as ManifestLine);
}

/** Every file below a folder, relative to it. */
export function filesBelow(dir: string): string[] {
  return (readdirSync(dir, { recursive: true }) as string[])
    .filter((path) => statSync(join(dir, path)).isFile())
    .sort();
}
