import type { Job } from '../../src/core/job/job.ts';
import type { Clock, FileStore, RunEvent } from '../../src/core/ports.ts';
import type { ProviderClient } from '../../src/core/provider.ts';
import { gate } from '../../src/core/sharing/gate.ts';
import { LedgerAway, type SharedLedger } from '../../src/core/sharing/shared-ledger.ts';
import { admissionByGate } from '../../src/engine/admission.ts';
import { runBatch } from '../../src/engine/batch.ts';
import type { Limits } from '../../src/engine/lanes.ts';
import { sharedRunLedger } from '../../src/share/runner/shared-run-ledger.ts';
import { diceOf } from './dice.ts';
import { type MirrorDisk, mirrorDisk, openMirrorIn } from './mirror-memory.ts';
import { calmLimits, handles } from './running.ts';
import { type SharedMemory, sharedMemory } from './shared-memory.ts';
import { type World, type WorldOptions, world } from './world.ts';

/** What a link does with a call: `cut`: it never gets there; `mute`: it takes effect, and the answer is lost. */
export type LinkFate = 'good' | 'cut' | 'mute';

interface Span {
  readonly at: number;
  readonly ms: number;
}

/** What befalls one machine; instants count from the beginning. */
export interface MachinePlan {
  readonly limits?: Partial<Limits>;
  /** For each life, after how many uses of a port it ends; null or absent: it does not. */
  readonly cuts?: readonly (number | null)[];
  /** How long it is off between two lives. */
  readonly offMs?: number;
  /** When its processes stand still. */
  readonly freezes?: readonly Span[];
  /** When it cannot reach the shared ledger. */
  readonly partitions?: readonly Span[];
  /** What becomes of its first calls to the shared ledger. */
  readonly links?: readonly LinkFate[];
  /** How far its clock is from the true time. */
  readonly skewMs?: number;
  /** How long a call to the shared ledger takes. */
  readonly linkMs?: number;
  /** How long a submission takes to arrive, and again its answer to come. */
  readonly submitMs?: number;
}

export interface SharedWorld {
  readonly server: World;
  readonly memory: SharedMemory;
  readonly disks: ReadonlyMap<string, MirrorDisk>;
  put(jobs: readonly Job[]): void;
  /** Runs the machine until its work ends, through all of its lives. */
  work(name: string, plan?: MachinePlan, observe?: (event: RunEvent) => void): Promise<void>;
}

/** One server, one shared ledger, and any number of machines. */
export function sharedWorld(options: WorldOptions = {}, maxInFlight = 1_000): SharedWorld {
  const server = world(options);
  const { clock } = server;
  const begunAt = clock.now();
  const memory = sharedMemory(clock.now);
  const disks = new Map<string, MirrorDisk>();

  function inSpan(spans: readonly Span[]): Span | undefined {
    const now = clock.now() - begunAt;
    return spans.find(({ at, ms }) => at <= now && now < at + ms);
  }

  async function sleepFor(ms: number): Promise<void> {
    await clock.sleep(ms, new AbortController().signal);
  }

  /** One process, until its work ends or its power goes. */
  async function live(
    name: string,
    plan: MachinePlan,
    links: LinkFate[],
    cut: number | null,
    observe: (event: RunEvent) => void,
  ): Promise<'ended' | 'cut'> {
    const disk = disks.get(name) ?? mirrorDisk();
    disks.set(name, disk);
    const opened = openMirrorIn(disk, clock);
    let usesLeft = cut;
    let isDead = false;
    let die: () => void = () => {};
    const death = new Promise<'cut'>((resolve) => {
      die = () => resolve('cut');
    });

    async function point(): Promise<void> {
      if (isDead) await new Promise<never>(() => {});
      for (let frozen = inSpan(plan.freezes ?? []); frozen; frozen = inSpan(plan.freezes ?? [])) {
        await sleepFor(frozen.at + frozen.ms - (clock.now() - begunAt));
        if (isDead) await new Promise<never>(() => {});
      }
      if (usesLeft === null) return;
      usesLeft -= 1;
      if (usesLeft >= 0) return;
      isDead = true;
      opened.die();
      die();
      await new Promise<never>(() => {});
    }

    function passing<Args extends unknown[], T>(call: (...args: Args) => Promise<T>) {
      return async (...args: Args): Promise<T> => {
        await point();
        try {
          return await call(...args);
        } finally {
          await point();
        }
      };
    }

    function overLink<Args extends unknown[], T>(
      call: (...args: Args) => Promise<T>,
      unheard: (answer: T) => void = () => {},
    ) {
      return passing(async (...args: Args): Promise<T> => {
        await sleepFor(plan.linkMs ?? 5);
        const fate = links.shift() ?? 'good';
        if (fate === 'cut' || inSpan(plan.partitions ?? [])) throw new LedgerAway('cut off');
        const answer = await call(...args);
        if (fate === 'mute') unheard(answer);
        if (fate === 'mute') throw new LedgerAway('The answer was lost.');
        return answer;
      });
    }

    const skewMs = plan.skewMs ?? 0;
    const ownClock: Clock = {
      now: () => (clock.now() + skewMs) as ReturnType<Clock['now']>,
      async sleep(ms, signal) {
        if (isDead) await new Promise<never>(() => {});
        try {
          await clock.sleep(ms, signal);
        } finally {
          for (let frozen = inSpan(plan.freezes ?? []); frozen; frozen = inSpan(plan.freezes ?? [])) {
            await sleepFor(frozen.at + frozen.ms - (clock.now() - begunAt));
          }
          if (isDead) await new Promise<never>(() => {});
        }
      },
    };
    const api: ProviderClient = {
      submit: passing(async (...args) => {
        await sleepFor(plan.submitMs ?? 0);
        try {
          return await server.api.submit(...args);
        } finally {
          await sleepFor(plan.submitMs ?? 0);
        }
      }),
      status: passing(server.api.status),
      result: passing(server.api.result),
      cancel: passing(server.api.cancel),
      ping: passing(server.api.ping),
    };
    const files: FileStore = { save: passing(server.files.save) };
    const joined = memory.join(name);
    const shared: SharedLedger = {
      runner: joined.runner,
      claim: overLink(joined.claim, ({ claims }) => joined.unheard(claims)),
      announce: overLink(joined.announce),
      tell: overLink(joined.tell),
      order: overLink(joined.order),
      replayed: overLink(joined.replayed),
      renew: overLink(joined.renew),
      release: overLink(joined.release),
      pause: overLink(joined.pause),
      changes: overLink(joined.changes),
      read: overLink(joined.read),
    };
    const run = sharedRunLedger({
      shared,
      mirror: { ...opened.mirror, keep: passing(opened.mirror.keep) },
      take: opened.take,
      gateOf: (apply) =>
        gate({
          limits: { maxInFlight, maxSubmissions: 1_000, maxSubmissionsPerMinute: null, failures: null },
          ...{ budget: null, inFlight: [], apply, drain: () => {} },
        }),
      clock: ownClock,
      steadyMs: () => clock.now(),
      dice: diceOf(name.length + (cut ?? 0)),
      observe,
      patienceMs: null,
    });

    async function batch(): Promise<'ended'> {
      await runBatch(
        {
          api: run.fresh(api),
          results: () => api,
          files: () => files,
          ledger: run.ledger,
          admission: admissionByGate(run.gate),
          account: run.gate,
          past: new Map(),
          clock: ownClock,
          dice: () => 0.5,
          observe: (event) => {
            run.hear(event);
            observe(event);
          },
        },
        { ...calmLimits, ...plan.limits },
        handles().stop,
      );
      await run.close();
      return 'ended';
    }

    return Promise.race([batch(), death]);
  }

  return {
    server,
    memory,
    disks,
    put: memory.put,
    async work(name, plan = {}, observe = () => {}) {
      const links = [...(plan.links ?? [])];
      const cuts = [...(plan.cuts ?? [])];
      while ((await live(name, plan, links, cuts.shift() ?? null, observe)) === 'cut') {
        await sleepFor(plan.offMs ?? 0);
      }
    },
  };
}
