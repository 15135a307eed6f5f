import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Whether a program answers on this machine. */
export function isInstalled(program: string): boolean {
  return spawnSync(program, ['--version']).status === 0;
}

/** `script` of util-linux gives a program a terminal of its own; that of other systems takes other flags. */
export function canOpenTerminal(): boolean {
  return spawnSync('script', ['--version']).stdout?.toString().includes('util-linux') ?? false;
}

/** A folder with a program `rcb` that answers `__complete` with the same lines always, and tells how it was called. */
export function folderWithProgram(candidates: readonly string[]): { dir: string; env: NodeJS.ProcessEnv } {
  const dir = mkdtempSync(join(tmpdir(), 'rcb-completion-'));
  // A shell may still be writing its history here when it is told to end.
  onTestFinished(() => rmSync(dir, { recursive: true, maxRetries: 10 }));
  writeFileSync(join(dir, 'candidates'), candidates.map((line) => `${line}\n`).join(''));
  const program = `#!/bin/sh
if [ "$1" = __complete ]; then
  printf '%s|' "$@" > '${join(dir, 'asked')}'
  cat '${join(dir, 'candidates')}'
else
  printf 'RAN|'; printf '%s|' "$@"; printf 'END\\n'
fi
`;
  writeFileSync(join(dir, 'rcb'), program);
  chmodSync(join(dir, 'rcb'), 0o755);
  const env = {
    PATH: `${dir}:${process.env.PATH}`,
    HOME: dir,
    TERM: 'xterm',
    LANG: 'C.UTF-8',
    LC_ALL: 'C.UTF-8',
  };
  return { dir, env };
}

/** A shell on a terminal of its own, at whose prompt `READY> ` keys are typed. */
export interface ShellTerminal {
  /** Types a command, its tabs among it, and gives the arguments with which `rcb` was then called. */
  type(keys: string): Promise<readonly string[]>;
}

export async function openShell(
  command: string,
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<ShellTerminal> {
  const child = spawn('script', ['-qefc', command, '/dev/null'], { cwd, env, detached: true });
  onTestFinished(() => end(child));
  let shown = '';
  let wake = (): void => {};
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
    wake();
  });
  child.once('close', () => wake());

  async function until(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(shown);
      if (found !== null) {
        shown = shown.slice(found.index + found[0].length);
        return found;
      }
      if (child.exitCode !== null) throw new Error(`the shell ended: ${shown}`);
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      await promise;
    }
  }

  await until(/READY> /);
  return {
    async type(keys) {
      child.stdin.write(keys);
      child.stdin.write('\r');
      const [, words = ''] = await until(/RAN\|(.*?)END/s);
      await until(/READY> /);
      return words.split('|').slice(0, -1);
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const closed = Promise.withResolvers<void>();
  child.once('close', () => closed.resolve());
  process.kill(-child.pid, 'SIGKILL');
  await closed.promise;
}
