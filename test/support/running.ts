import type { RunEvent, Stop } from '../../src/core/ports.ts';
import { runBatch } from '../../src/engine/batch.ts';
import type { Limits } from '../../src/engine/lanes.ts';
import type { Ports } from '../../src/engine/run-ports.ts';
import type { World } from './world.ts';

export const calmLimits: Limits = {
  concurrency: { max: 4, adapts: false },
  maxSubmissions: 2,
  maxSubmissionsPerMinute: null,
  maxDownloads: 2,
  pace: { everyMs: null },
  maxPollsPerSecond: 50,
  jobTimeoutMs: 30 * 60_000,
  outageMs: 2 * 3_600_000,
  backoff: { retries: 0, firstMs: 1_000, limitMs: 60_000 },
  abandonAfterMs: 5_000,
};

export interface Handles {
  readonly drain: AbortController;
  readonly leave: AbortController;
  readonly stop: Stop;
}

export function handles(): Handles {
  const drain = new AbortController();
  const leave = new AbortController();
  return { drain, leave, stop: { drain: drain.signal, leave: leave.signal } };
}

export function portsOf(w: World, observe: (event: RunEvent) => void = () => {}): Ports {
  return {
    api: w.api,
    results: () => w.api,
    files: () => w.files,
    ledger: w.openLedger(),
    admission: null,
    past: new Map(),
    clock: w.clock,
    dice: () => 0.5,
    observe,
  };
}

/** One life of the program in the world: until the batch ends, or the power does. */
export async function oneLife(
  w: World,
  limits: Partial<Limits> = {},
  options: {
    readonly stop?: Stop;
    readonly observe?: (event: RunEvent) => void;
    readonly admission?: Ports['admission'];
    readonly machinesOf?: Ports['machinesOf'];
  } = {},
): Promise<'ended' | 'cut'> {
  const batch = runBatch(
    {
      ...portsOf(w, options.observe),
      admission: options.admission ?? null,
      machinesOf: options.machinesOf ?? (() => null),
    },
    { ...calmLimits, ...limits },
    options.stop ?? handles().stop,
  );
  const outcome = await w.clock.run(Promise.race([batch.then(() => 'ended' as const), w.death()]));
  w.reboot();
  return outcome;
}
