import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { platform } from 'node:os';

/**
 * Whether the process may use its terminal: one that a shell has put into the background is stopped by the system as
 * soon as it reads from it or changes its mode.
 */
export async function isInForeground(pid: number): Promise<boolean> {
  if (platform() === 'win32') return true;
  return platform() === 'linux' ? byStatus() : (await stateOf(pid)).includes('+');
}

/** Its process group is the one that the terminal listens to: the fifth and the eighth field, the second being a name. */
function byStatus(): boolean {
  try {
    const fields = readFileSync('/proc/self/stat', 'latin1').split(') ').at(-1)?.split(' ') ?? [];
    return fields[2] === fields[5];
  } catch {
    return false;
  }
}

/** A state such as `S+`, in which the plus means the foreground. Empty where there is no such program. */
function stateOf(pid: number): Promise<string> {
  const child = spawn('ps', ['-o', 'stat=', '-p', String(pid)], { stdio: ['ignore', 'pipe', 'ignore'] });
  let said = '';
  child.stdout.setEncoding('latin1').on('data', (text: string) => {
    said += text;
  });
  return new Promise((resolve) => {
    child.on('error', () => resolve(''));
    child.on('close', () => resolve(said));
  });
}
