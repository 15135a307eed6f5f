// Three machines on one run: the built program in three folders, each with its own wire to one PostgreSQL, and a
// simulated API that counts what was paid for.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';
import { type Ended, type Started, startRcb } from '../support/command-line.ts';
import { queried } from '../support/postgres-server.ts';
import { isAlive, until, untilSo } from '../support/processes.ts';
import { type TcpProxy, tcpProxy } from '../support/tcp-proxy.ts';
import { auditStates } from './shared-evidence.ts';

export interface FleetWish {
  /** Of the database of the run. */
  readonly url: string;
  readonly jobs: number;
  /** Requests in flight of the account, as each machine allows them. */
  readonly concurrency: number | ((machine: number) => number);
  readonly machines?: number;
  readonly simulated?: SimulatorOptions;
  /** More words for every machine. */
  readonly args?: readonly string[];
}

export interface Machine {
  readonly name: string;
  /** Its folder of the run. */
  readonly dir: string;
  /** Between it and PostgreSQL. */
  readonly wire: TcpProxy;
  /** Begins or continues to work. */
  start(...args: readonly string[]): Started;
  /** The latest process. */
  life(): Started;
  isAlive(): boolean;
}

export interface Fleet {
  readonly url: string;
  readonly simulator: Simulator;
  readonly machines: readonly Machine[];
  /** Machine 0 begins the run; the others join once it is there. */
  begin(): Promise<void>;
  /** Resolves once the API has accepted so many submissions. */
  accepted(total: number): Promise<void>;
  /** Heals all wires, starts again what was killed, and resolves when all machines have ended. */
  settled(): Promise<readonly Ended[]>;
}

export const runOfFleet = 'cats';
const environment = { RUNCOMFY_API_TOKEN: 'any', NO_COLOR: '1' } as const;

/** It ends with the test: of tests that run at once, each has its own `onTestFinished`. */
export async function fleetOn(
  wish: FleetWish,
  ends: (clear: () => Promise<void>) => void = onTestFinished,
): Promise<Fleet> {
  const { url, jobs, concurrency, machines: count = 3 } = wish;
  const home = mkdtempSync(join(tmpdir(), 'rcb-fleet-'));
  const simulator = await startSimulator({
    slots: 10_000,
    latency: { kind: 'uniform', minMs: 100, maxMs: 400 },
    outputBytes: 2_048,
    ...wish.simulated,
  });
  ends(() => simulator.close());
  const rows = Array.from({ length: jobs }, (_, n) => `a cat,${n + 1}\n`).join('');
  const common = [
    ...['--base-url', simulator.baseUrl, '--submits', '32', '--poll-rps', '10000'],
    ...['-y', '--no-view', '--no-embed', '--on-unknown', 'hold', ...(wish.args ?? [])],
  ];
  const machines: Machine[] = [];
  for (let n = 0; n < count; n += 1) {
    const cwd = join(home, `machine-${n}`);
    mkdirSync(cwd);
    writeFileSync(join(cwd, `${runOfFleet}.csv`), `prompt,seed\n${rows}`);
    const wire = await tcpProxy(url);
    const inFlight = typeof concurrency === 'number' ? concurrency : concurrency(n);
    machines.push(
      machineIn(cwd, wire, url, n === 0 ? ['run', `${runOfFleet}.csv`] : ['work', runOfFleet], [
        ...common,
        '-j',
        String(inFlight),
      ]),
    );
  }
  ends(async () => {
    for (const machine of machines) {
      if (machine.isAlive()) {
        machine.life().kill('SIGKILL');
        await machine.life().ended;
      }
      await machine.wire.close();
    }
    rmSync(home, { recursive: true, force: true });
  });

  return {
    url,
    simulator,
    machines,
    async begin() {
      const [first, ...others] = machines as [Machine, ...Machine[]];
      first.start();
      // Where the first one cannot begin, its words say why.
      const failed = first.life().ended.then((ended) => {
        throw new Error(JSON.stringify(ended));
      });
      failed.catch(() => {});
      const isTable = async () =>
        (await queried(url, "SELECT to_regclass('rcb.job') AS job"))[0].job !== null;
      await Promise.race([failed, untilSo(isTable)]);
      await auditStates(url);
      const isPlanned = async () => (await queried(url, 'SELECT 1 FROM rcb.job LIMIT 1')).length > 0;
      await Promise.race([failed, untilSo(isPlanned)]);
      for (const machine of others) machine.start();
    },
    async accepted(total) {
      const areOver = () => machines.every((machine) => !machine.isAlive());
      await until(() => simulator.census().acceptedTotal >= total || areOver());
      if (simulator.census().acceptedTotal < total)
        throw new Error(`All machines have ended before ${total} submissions were accepted.`);
    },
    async settled() {
      for (const { wire } of machines) wire.heal();
      const ended = machines.map(async (machine) => {
        const ended = await machine.life().ended;
        return ended.signal === null ? ended : machine.start().ended;
      });
      return Promise.all(ended);
    },
  };
}

function machineIn(
  cwd: string,
  wire: TcpProxy,
  url: string,
  words: readonly string[],
  common: readonly string[],
): Machine {
  let life: Started | null = null;
  const env = { ...environment, RCB_LEDGER: wire.through(url) };
  const latest = (): Started => {
    if (life === null) throw new Error(`${cwd} has not been started.`);
    return life;
  };
  return {
    name: basename(cwd),
    dir: join(cwd, 'out', runOfFleet),
    wire,
    start(...more) {
      life = startRcb([...words, ...common, ...more], { cwd, env });
      return life;
    },
    life: latest,
    isAlive: () => life !== null && isAlive(life.pid),
  };
}
