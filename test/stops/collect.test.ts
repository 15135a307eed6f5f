import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { realClock } from '../../src/app/real-clock.ts';
import type { Job } from '../../src/core/job/job.ts';
import type { ProviderClient } from '../../src/core/provider.ts';
import { runBatch } from '../../src/engine/batch.ts';
import { type Connections, openConnections } from '../../src/http/connections.ts';
import { transportOver } from '../../src/http/exchange.ts';
import { openLinks } from '../../src/http/links/links.ts';
import { withRepeatedSaves, withRetry } from '../../src/http/retry.ts';
import { apiClient } from '../../src/providers/runcomfy/client.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { fileStore } from '../../src/store/files/run-files.ts';
import { aJob } from '../support/builders.ts';
import { filesBelow, workFolder } from '../support/command-line.ts';
import { calmLimits, handles, portsOf } from '../support/running.ts';
import { type World, world } from '../support/world.ts';

const jobs = 6;
let simulator: Simulator;
let connections: Connections;
let dir: string;
let w: World;

beforeEach(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 5 }, outputBytes: 20_000 });
  connections = openConnections({ api: 8, files: 4 });
  dir = workFolder();
  w = world();
  w.put(Array.from({ length: jobs }, (_, seed): Job => aJob({ prompt: 'a cat', seed })));
});
afterEach(async () => {
  await connections.close();
  await simulator.close();
});

/** The engine with the real client, downloads and files; `onAgain` is called when a result is asked for once more. */
async function life(onAgain: () => void = () => {}): Promise<void> {
  const { now } = realClock;
  const client = apiClient({
    base: new URL(simulator.baseUrl),
    token: 'any',
    transport: transportOver(connections.api, now),
  });
  const asked = new Set<string>();
  const counting: ProviderClient = {
    ...client,
    result(request, signal) {
      if (asked.has(request.id)) onAgain();
      asked.add(request.id);
      return client.result(request, signal);
    },
  };
  const open = openLinks({
    dispatcher: connections.files,
    ownDomains: [],
    allowedHosts: [],
    allowLoopback: true,
    maxBytes: 1_000_000,
    now,
  });
  const policy = { backoff: { retries: 1, firstMs: 1, limitMs: 1 }, clock: realClock, dice: () => 0.5 };
  await runBatch(
    {
      ...portsOf(w),
      clock: realClock,
      api: counting,
      results: ({ observe }) => withRetry(counting, { ...policy, observe }),
      files: ({ observe }) => withRepeatedSaves(fileStore(dir, open), { ...policy, observe }),
    },
    { ...calmLimits, pace: { everyMs: 10 }, maxPollsPerSecond: 1_000 },
    handles().stop,
  );
  w.reboot();
}

function expectAllDone(): void {
  for (const state of w.states()) expect(state).toMatchObject({ status: 'done', files: [{ bytes: 20_000 }] });
  expect(filesBelow(dir)).toHaveLength(jobs);
  expect(simulator.census().acceptedTotal).toBe(jobs);
}

const faults = [
  ['truncated', { truncatedBody: 1 }],
  ['cut off midway', { resetMidway: 1 }],
  ['a web page or empty', { wrongContent: 1 }],
  ['expired', { expired: 1 }],
  ['redirected elsewhere', { redirectAway: 1 }],
  ['refused by its host', { http500: 1 }],
] as const;

describe.each(faults)('a download that is %s', (_name, fault) => {
  test('is repaired by asking for the result again', async () => {
    simulator.setFaults({ file: fault });
    await life(() => simulator.setFaults({}));
    expect(Object.values(simulator.census().faults)).not.toEqual([]);
    expectAllDone();
  });

  test('leaves its job succeeded with a download error, and the next run collects it', async () => {
    simulator.setFaults({ file: fault });
    await life();
    for (const state of w.states()) {
      expect(state).toMatchObject({ status: 'succeeded', stalled: { kind: 'download_failed' } });
    }
    expect(filesBelow(dir)).toEqual([]);
    expect(simulator.census().acceptedTotal).toBe(jobs);
    simulator.setFaults({});
    await life();
    expectAllDone();
  });
});

describe('links that have really expired', () => {
  test('are asked for again, and generate nothing', async () => {
    simulator.setOptions({ linkLifetimeMs: 0 });
    await life(() => simulator.setOptions({ linkLifetimeMs: 60_000 }));
    expectAllDone();
    expect(simulator.census().calls.file).toMatchObject({ 403: expect.any(Number), 200: jobs });
  });
});

describe('a web page and an empty body in place of a picture', () => {
  test('are both among what the simulator gave', async () => {
    simulator.setFaults({ file: { wrongContent: 1 } });
    await life();
    const messages = w.states().map((state) => ('stalled' in state ? (state.stalled?.message ?? '') : ''));
    expect(new Set(messages).size).toBeGreaterThan(1);
    expect(filesBelow(join(dir))).toEqual([]);
  });
});
