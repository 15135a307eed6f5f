import { describe, expect, test } from 'vitest';
import { exitCodes, exitOfRun } from '../../src/cli/exit.ts';
import { failure, JobFailure } from '../../src/core/job/failures.ts';
import type { Job } from '../../src/core/job/job.ts';
import { noCounts, type Tally, tallying } from '../../src/core/job/tally.ts';
import { defaultBackoff } from '../../src/core/pacing/pace.ts';
import type { FileStore, RunEvent } from '../../src/core/ports.ts';
import type { ProviderClient } from '../../src/core/provider.ts';
import { runBatch } from '../../src/engine/batch.ts';
import { withRepeatedSaves, withRetry } from '../../src/http/retry.ts';
import { aJob } from '../support/builders.ts';
import { calmLimits, handles, portsOf } from '../support/running.ts';
import { type World, type WorldOptions, world } from '../support/world.ts';

const minuteMs = 60_000;

/** A network that is away for `forMs`, from the moment that `cut` is called. */
interface Network {
  cut(): void;
  isAway(): boolean;
}

function network(w: World, forMs = 10 * minuteMs): Network {
  let cutAt: number | null = null;
  return {
    cut: () => {
      cutAt ??= w.clock.now();
    },
    isAway: () => cutAt !== null && w.clock.now() < cutAt + forMs,
  };
}

function worldOf(count: number, options: WorldOptions): World {
  const w = world(options);
  w.put(Array.from({ length: count }, (_, seed): Job => aJob({ prompt: 'a cat', seed })));
  return w;
}

/** One run of the program's own coats over the world, with the network away for a while. */
async function life(
  w: World,
  { isAway }: Network,
  observe: (event: RunEvent) => void = () => {},
): Promise<Tally> {
  const counts = noCounts();
  for (const { status } of w.states()) counts[status] += 1;
  const tally = tallying({ counts, spentUsd: 0, unpriced: 0 });

  function unless<Args extends unknown[], T>(
    kind: 'unreachable' | 'read_failed' | 'download_failed',
    call: (...args: Args) => Promise<T>,
  ): (...args: Args) => Promise<T> {
    return async (...args) => {
      if (isAway()) throw new JobFailure(failure(kind, 'There is no network.'));
      return call(...args);
    };
  }
  const api: ProviderClient = {
    submit: unless('unreachable', w.api.submit),
    status: unless('read_failed', w.api.status),
    result: unless('read_failed', w.api.result),
    cancel: unless('read_failed', w.api.cancel),
    ping: unless('read_failed', w.api.ping),
  };
  const files: FileStore = { save: unless('download_failed', w.files.save) };
  const policy = { backoff: defaultBackoff, clock: w.clock, dice: () => 0.5 };
  const ports = {
    ...portsOf(w, (event) => {
      tally.observe(event);
      observe(event);
    }),
    api,
    results: ({ observe }) => withRetry(api, { ...policy, observe }),
    files: ({ observe }) => withRepeatedSaves(files, { ...policy, observe }),
  } satisfies Parameters<typeof runBatch>[0];
  await w.clock.run(runBatch(ports, { ...calmLimits, backoff: defaultBackoff }, handles().stop));
  w.reboot();
  return tally.now();
}

function nthSubmit(n: number): (event: RunEvent) => boolean {
  let announced = 0;
  return (event) => event.type === 'advanced' && event.state.status === 'submitting' && ++announced === n;
}

function exitOf(tally: Tally): number {
  return exitCodes[exitOfRun(tally, null)];
}

function expectOneRequestEach(w: World, jobs: number): void {
  expect([...w.accepted.values()]).toEqual(Array(jobs).fill(1));
  expect(w.disk.size).toBe(jobs);
}

describe('a network that is away for ten minutes', () => {
  const jobs = 12;

  test('while every slot waits for a generation is waited out: exit 0', async () => {
    const w = worldOf(jobs, { latencyMs: () => minuteMs });
    const net = network(w);
    let repeats = 0;
    const tally = await life(w, net, (event) => {
      if (event.type === 'polled' && event.status.phase === 'running') net.cut();
      if (event.type === 'repeating') repeats += 1;
    });
    expect(repeats).toBeGreaterThan(0);
    expect(tally.counts).toMatchObject({ done: jobs });
    expect(exitOf(tally)).toBe(0);
    expectOneRequestEach(w, jobs);
  });

  test('while there is something to submit is waited out, too: exit 0', async () => {
    const w = worldOf(jobs, { latencyMs: (job) => Number(job.input.seed) * 20_000 });
    const net = network(w);
    const isFifthSubmit = nthSubmit(5);
    const tally = await life(w, net, (event) => {
      if (isFifthSubmit(event)) net.cut();
    });
    expect(exitOf(tally)).toBe(0);
    expectOneRequestEach(w, jobs);
  });

  test('from the start ends the run soon: exit 69, and a rerun finishes it', async () => {
    const w = worldOf(jobs, {});
    const net = network(w);
    net.cut();
    const halts: RunEvent[] = [];
    const first = await life(w, net, (event) => {
      if (event.type === 'halted') halts.push(event);
    });
    expect(halts).toMatchObject([{ failure: { kind: 'unreachable' } }]);
    expect(first.counts).toEqual({ ...noCounts(), pending: jobs });
    expect(exitOf(first)).toBe(69);
    expect(exitOf(await life(w, network(w)))).toBe(0);
    expectOneRequestEach(w, jobs);
  });

  test('while a file comes in leaves its job succeeded with exit 75, and a rerun collects it', async () => {
    const w = worldOf(1, {});
    const net = network(w);
    const tally = await life(w, net, (event) => {
      if (event.type === 'advanced' && event.state.status === 'succeeded') net.cut();
    });
    expect(w.states()[0]).toMatchObject({ status: 'succeeded', stalled: { kind: 'read_failed' } });
    expect(exitOf(tally)).toBe(75);

    expect(exitOf(await life(w, network(w)))).toBe(0);
    expectOneRequestEach(w, 1);
  });
});

describe('a network that blinks for eight seconds', () => {
  test('ends nothing: exit 0', async () => {
    const w = worldOf(8, { latencyMs: (job) => Number(job.input.seed) * 2_000 });
    const net = network(w, 8_000);
    const isFifthSubmit = nthSubmit(5);
    let repeats = 0;
    const tally = await life(w, net, (event) => {
      if (isFifthSubmit(event)) net.cut();
      if (event.type === 'repeating' && event.call === 'submit') repeats += 1;
    });
    expect(repeats).toBeGreaterThan(0);
    expect(exitOf(tally)).toBe(0);
    expectOneRequestEach(w, 8);
  });
});
