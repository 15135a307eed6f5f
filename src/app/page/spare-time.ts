import { type CpuInfo, cpus } from 'node:os';
import type { Clock } from '../../core/ports.ts';

const measureEveryMs = 250;
const longestPauseMs = 1_000;

// In cores: what other work may need before it is seen to need it.
const keptFree = 0.25;

/** Lets a process of low priority work only as fast as the rest of the machine leaves room. */
interface SpareTime {
  /** Waits before the next piece of work, the longer the busier the others are; until `enough` at most. */
  turn(enough: AbortSignal): Promise<void>;
}

/** Measures how much of all cores is idle, or used at a low priority, which is mostly by this work itself. */
export function spareTime(clock: Clock, readCpus: () => readonly CpuInfo[] = cpus): SpareTime {
  let measured = timesOf(readCpus());
  let measuredAt: number = clock.now();
  /** Of one core, from 0 to 1. */
  let share = 0;
  let turnAt: number = measuredAt;

  function measure(): void {
    const now = clock.now();
    if (now >= measuredAt && now - measuredAt < measureEveryMs) return;
    const times = timesOf(readCpus());
    const all = times.all - measured.all;
    // Some systems tell nothing.
    const free = all > 0 ? (times.cores * (times.free - measured.free)) / all : Number.POSITIVE_INFINITY;
    share = Math.min(1, Math.max(0, free - keptFree));
    measured = times;
    measuredAt = now;
  }

  return {
    async turn(enough) {
      measure();
      const workedMs = Math.max(0, clock.now() - turnAt);
      const dueMs = share === 0 ? measureEveryMs : workedMs * (1 / share - 1);
      await pause(clock, Math.min(dueMs, longestPauseMs), enough);
      turnAt = clock.now();
    },
  };
}

function timesOf(each: readonly CpuInfo[]): {
  readonly all: number;
  readonly free: number;
  readonly cores: number;
} {
  let [all, free] = [0, 0];
  for (const { times } of each) {
    all += times.user + times.nice + times.sys + times.idle + times.irq;
    free += times.idle + times.nice;
  }
  return { all, free, cores: each.length };
}

/** Waits until `enough` at most. */
export async function pause(clock: Clock, ms: number, enough: AbortSignal): Promise<void> {
  if (ms <= 0 || enough.aborted) return;
  try {
    await clock.sleep(ms, enough);
  } catch (error) {
    if (!enough.aborted) throw error;
  }
}
