import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { childrenOf } from '../test/support/processes.ts';

/** The built program. */
export const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** What one command took. Peaks are of resident memory; 0 where the system does not tell, as outside of Linux. */
export interface Taken {
  readonly ms: number;
  readonly peakMb: number;
  /** Of the largest process that it started; 0: it started none. */
  readonly childPeakMb: number;
}

const pollEveryMs = 50;

/** Runs the built program to its end. Throws with what it said for an exit code that is not among the `expected` ones. */
export async function measuredRcb(
  args: readonly string[],
  cwd: string,
  expected: readonly number[] = [0],
): Promise<Taken> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = once(child, 'close') as Promise<[number | null]>;
  const over = new AbortController();
  const peaks = watchPeaks(child.pid as number, over.signal);
  const [code] = await ended;
  const ms = performance.now() - startedAt;
  over.abort();
  if (code === null || !expected.includes(code)) throw new Error(`rcb ${args.join(' ')}: ${code}\n${said}`);
  return { ms, ...(await peaks) };
}

/** The system keeps the peak of each process, so that only what comes in its last moment is missed. */
async function watchPeaks(pid: number, over: AbortSignal): Promise<Pick<Taken, 'peakMb' | 'childPeakMb'>> {
  let [peakMb, childPeakMb] = [0, 0];
  while (!over.aborted) {
    peakMb = Math.max(peakMb, peakOf(pid));
    childPeakMb = Math.max(childPeakMb, ...childrenOf(pid).map(peakOf));
    await after(pollEveryMs);
  }
  return { peakMb, childPeakMb };
}

function peakOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    return Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1_024;
  } catch {
    return 0;
  }
}
