import type { RunEvent } from '../../src/core/ports.ts';
import { drawLatencyMs } from '../../src/simulator/faults/latency.ts';
import { aJob } from './builders.ts';
import type { BusyRun } from './busy-run.ts';
import { busyServer, idealMs } from './busy-server.ts';
import { diceOf } from './dice.ts';
import { gatedAccount } from './gated-account.ts';
import { gatedRun } from './gated-run.ts';
import { calmLimits } from './running.ts';
import { world } from './world.ts';

/** Several engines on one account and one busy server. Throws unless every job is done. */
export async function busyRunners(run: BusyRun & { readonly runners: number }) {
  const { jobs, latency, fixed, max = 256, maxPollsPerSecond = 1_000, night = [] } = run;
  const dice = diceOf(1);
  const runMs = Array.from({ length: jobs }, (_, nth) =>
    drawLatencyMs(typeof latency === 'function' ? latency(nth) : latency, dice),
  );
  const w = world();
  const server = busyServer({ ...run, clock: w.clock, latencyMs: (nth) => runMs[nth] as number });
  const account = gatedAccount(w.clock);
  account.put(Array.from({ length: jobs }, (_, seed) => aJob({ prompt: 'a cat', seed })));
  const startedAt = w.clock.now();
  const never = new AbortController().signal;
  for (const { atMs, slots } of night) void w.clock.sleep(atMs, never).then(() => server.resize(slots));
  let lastAt = 0;
  const shares = new Map<number, number>();
  const ends: number[] = [];

  const batches = Array.from({ length: run.runners }, (_, nth) => {
    const observe = (event: RunEvent): void => {
      if (event.type !== 'advanced' || event.state.status !== 'succeeded') return;
      lastAt = event.at;
      ends.push(event.at - startedAt);
      shares.set(nth, (shares.get(nth) ?? 0) + 1);
    };
    return gatedRun({
      ...{ name: `runner-${nth}`, account },
      limits: {
        ...calmLimits,
        concurrency: { max: fixed ?? max, adapts: fixed === null },
        ...{ maxSubmissions: 8 * run.runners, maxDownloads: 64, maxPollsPerSecond },
        backoff: { retries: 20, firstMs: 1_000, limitMs: 60_000 },
      },
      ports: {
        ...{ api: server.api, results: () => server.api, files: () => w.files, past: new Map() },
        ...{ clock: w.clock, dice: diceOf(nth + 2), observe },
      },
    }).batch;
  });
  await w.clock.run(Promise.all(batches));
  const undone = account.states().filter(({ state }) => state.status !== 'done');
  if (undone.length > 0) throw new Error(`${undone.length} jobs are not done: ${JSON.stringify(undone[0])}`);
  const slots = Math.min(run.slots, run.inFlightLimit ?? run.slots);
  const later = (calls: readonly { readonly at: number }[]): number =>
    calls.filter(({ at }) => at - startedAt > 10_000).length;
  return {
    server,
    efficiency: idealMs(runMs, slots) / (lastAt - startedAt),
    pollsPerJob: server.polls() / jobs,
    refusals: server.refusals.filter(({ call }) => call === 'submit').length,
    refusedLater: later(server.refusals) / Math.max(1, later(server.log)),
    peak: account.peaks.inFlight,
    shares: [...shares.values()],
    ends,
  };
}
