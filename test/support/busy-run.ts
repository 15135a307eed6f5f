import type { RunEvent } from '../../src/core/ports.ts';
import { runBatch } from '../../src/engine/batch.ts';
import { drawLatencyMs, type Latency } from '../../src/simulator/faults/latency.ts';
import { aJob } from './builders.ts';
import { type BusyOptions, type BusyServer, busyServer, idealMs } from './busy-server.ts';
import { diceOf } from './dice.ts';
import { calmLimits, handles, portsOf } from './running.ts';
import { world } from './world.ts';

export interface BusyRun extends Omit<BusyOptions, 'clock' | 'latencyMs'> {
  readonly jobs: number;
  /** Of the job with this number in the order of submits. */
  readonly latency: Latency | ((nth: number) => Latency);
  /** null: a window that adapts, within `max`. */
  readonly fixed: number | null;
  readonly max?: number;
  readonly maxPollsPerSecond?: number;
  /** Changes of the number of slots, each at so many ms after the start. */
  readonly night?: readonly { readonly atMs: number; readonly slots: number }[];
}

export interface BusyOutcome {
  readonly server: BusyServer;
  /** The ideal makespan on the first number of slots, divided by the real one. */
  readonly efficiency: number;
  readonly pollsPerJob: number;
  /** Share of calls after the first ten seconds that were answered 429. */
  readonly refusedLater: number;
  /** Most requests that were submitted and not yet seen to have ended. */
  readonly inFlightPeak: number;
  /** The same at the end of each second. */
  readonly inFlight: readonly number[];
  /** Jobs whose end was seen, at the end of each second. */
  readonly ended: readonly number[];
}

/** A batch by the real engine in virtual time, on a server that is busy. Throws unless every job is done. */
export async function busyRun(run: BusyRun): Promise<BusyOutcome> {
  const { jobs, latency, fixed, max = 256, maxPollsPerSecond = 1_000, night = [] } = run;
  const dice = diceOf(1);
  const runMs = Array.from({ length: jobs }, (_, nth) =>
    drawLatencyMs(typeof latency === 'function' ? latency(nth) : latency, dice),
  );
  const w = world();
  w.put(Array.from({ length: jobs }, (_, seed) => aJob({ prompt: 'a cat', seed })));
  const server = busyServer({ ...run, clock: w.clock, latencyMs: (nth) => runMs[nth] as number });
  const startedAt = w.clock.now();
  const never = new AbortController().signal;
  for (const { atMs, slots } of night) void w.clock.sleep(atMs, never).then(() => server.resize(slots));

  let [inFlight, inFlightPeak, endedCount, lastAt] = [0, 0, 0, 0];
  const seconds: { inFlight: number[]; ended: number[] } = { inFlight: [], ended: [] };
  function observe(event: RunEvent): void {
    if (event.type !== 'advanced') return;
    if (event.from.status === 'submitting' && event.state.status === 'queued') inFlight += 1;
    if (event.state.status === 'succeeded') {
      inFlight -= 1;
      endedCount += 1;
      lastAt = event.at;
    }
    inFlightPeak = Math.max(inFlightPeak, inFlight);
    const second = Math.floor((event.at - startedAt) / 1_000);
    seconds.inFlight[second] = inFlight;
    seconds.ended[second] = endedCount;
  }

  await w.clock.run(
    runBatch(
      { ...portsOf(w, observe), api: server.api, results: () => server.api, dice },
      {
        ...calmLimits,
        concurrency: { max: fixed ?? max, adapts: fixed === null },
        maxSubmissions: 8,
        maxDownloads: 64,
        maxPollsPerSecond,
        backoff: { retries: 20, firstMs: 1_000, limitMs: 60_000 },
      },
      handles().stop,
    ),
  );
  const undone = w.states().filter(({ status }) => status !== 'done');
  if (undone.length > 0) throw new Error(`${undone.length} jobs are not done: ${JSON.stringify(undone[0])}`);
  const slots = Math.min(run.slots, run.inFlightLimit ?? run.slots);
  const later = (calls: readonly { readonly at: number }[]): number =>
    calls.filter(({ at }) => at - startedAt > 10_000).length;
  return {
    server,
    efficiency: idealMs(runMs, slots) / (lastAt - startedAt),
    pollsPerJob: server.polls() / jobs,
    refusedLater: later(server.refusals) / Math.max(1, later(server.log)),
    inFlightPeak,
    inFlight: filled(seconds.inFlight),
    ended: filled(seconds.ended),
  };
}

/** A second in which nothing happened is like the one before. */
function filled(values: readonly number[]): number[] {
  const all: number[] = [];
  for (let second = 0; second < values.length; second += 1) all.push(values[second] ?? all.at(-1) ?? 0);
  return all;
}
