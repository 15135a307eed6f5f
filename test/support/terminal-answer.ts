import { spawn, spawnSync } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { quoted } from '../../src/core/shell-words.ts';

/** `script` of util-linux gives a program a terminal of its own; that of other systems takes other flags. */
export function canOpenTerminal(): boolean {
  return spawnSync('script', ['--version']).stdout?.toString().includes('util-linux') ?? false;
}

export interface Answered {
  readonly code: number | null;
  /** All that the terminal showed. */
  readonly shown: string;
}

/** Runs a command on a terminal of its own, and types the answer to the first question that ends with `[y/N]`. */
export function answering(
  command: readonly string[],
  answer: string,
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<Answered> {
  const line = command.map(quoted).join(' ');
  const child = spawn('script', ['-qefc', line, '/dev/null'], {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, TERM: 'xterm', SHELL: '/bin/sh', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let shown = '';
  let isAnswered = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    if (isAnswered || !shown.includes('[y/N]')) return;
    isAnswered = true;
    child.stdin.write(`${answer}\r`);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, shown }));
  });
}
