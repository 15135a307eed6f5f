import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';
import { childrenOf } from '../test/support/processes.ts';

/** What one command took, from its start to its end. Figures that the system does not tell, as outside of Linux, are 0. */
export interface Taken {
  readonly ms: number;
  /** User and system time of the process and of all that it started and waited for, in steps of 10 ms. */
  readonly cpuMs: number;
  /** The most that all its processes together had resident at one moment; what they share counts for each. */
  readonly treePeakMb: number;
  readonly peakMb: number;
  /** Of the largest process that it started; 0: it started none. */
  readonly childPeakMb: number;
}

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Exit codes. Default 0 alone. */
  readonly expected?: readonly number[];
}

const pollEveryMs = 25;

/** Runs a command to its end, one at a time. Throws with what it said for an exit code that is not expected. */
export async function measuredProcess(command: Command): Promise<Taken> {
  const { program, args, cwd, env, expected = [0] } = command;
  const [cpu, startedAt] = [reapedCpuMs(), performance.now()];
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
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
  if (code === null || !expected.includes(code))
    throw new Error(`${program} ${args.join(' ')}: ${code}\n${said}`);
  return { ms, cpuMs: reapedCpuMs() - cpu, ...(await peaks) };
}

type Peaks = Pick<Taken, 'treePeakMb' | 'peakMb' | 'childPeakMb'>;

async function watchPeaks(pid: number, over: AbortSignal): Promise<Peaks> {
  let [treePeakMb, peakMb, childPeakMb] = [0, 0, 0];
  while (!over.aborted) {
    const below = descendantsOf(pid).map(memoryOf);
    const own = memoryOf(pid);
    peakMb = Math.max(peakMb, own.peakMb);
    childPeakMb = Math.max(childPeakMb, ...below.map((each) => each.peakMb));
    treePeakMb = Math.max(treePeakMb, own.mb + below.reduce((sum, { mb }) => sum + mb, 0), peakMb);
    await after(pollEveryMs);
  }
  return { treePeakMb, peakMb, childPeakMb };
}

function descendantsOf(pid: number): readonly number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

/** The system keeps the peak of each process, so that only what comes in its last moment is missed. */
function memoryOf(pid: number): { readonly mb: number; readonly peakMb: number } {
  const status = textOf(`/proc/${pid}/status`);
  const megabytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0) / 1_024;
  return { mb: megabytes('VmRSS'), peakMb: megabytes('VmHWM') };
}

/** Of all processes that have ended and that this one, or one of them, waited for. */
export function reapedCpuMs(): number {
  const { 13: user, 14: system } = statOf('self');
  return (user ?? 0) + (system ?? 0);
}

/** Of a process up to now. */
export function cpuMsOf(pid: number): number {
  const { 11: user, 12: system } = statOf(pid);
  return (user ?? 0) + (system ?? 0);
}

/** The fields behind the name, times in milliseconds. */
function statOf(pid: number | 'self'): readonly number[] {
  const fields = textOf(`/proc/${pid}/stat`).split(') ')[1]?.split(' ') ?? [];
  return fields.map((field) => Number(field) * 10);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
