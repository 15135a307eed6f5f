import { realClock } from '../../src/app/real-clock.ts';
import type { PostgresServer } from '../support/postgres-server.ts';
import type { Fleet, Machine } from './fleet.ts';

/** What befalls three machines while they work on a run. */
export interface Trouble {
  /** It stops the server, and so cannot share it. */
  readonly needsServer?: true;
  strike(at: Struck): Promise<void>;
}

export interface Struck {
  readonly fleet: Fleet;
  readonly jobs: number;
  readonly server: PostgresServer;
}

/** As long as an outage lasts: no test waits for it, it is what happens. */
const lasts = (seconds: number): Promise<void> =>
  realClock.sleep(seconds * 1_000, new AbortController().signal);

const machine = ({ machines }: Fleet, n: number): Machine => machines[n] as Machine;
const facts = /"?(?:queued|succeeded|done)"?/;

/** By name. */
export const troubles = {
  'one is killed for good': {
    async strike({ fleet, jobs }) {
      await fleet.accepted(jobs / 3);
      machine(fleet, 1).life().kill('SIGKILL');
    },
  },
  'the one that began is killed, and another one soon after': {
    async strike({ fleet, jobs }) {
      await fleet.accepted(jobs / 4);
      machine(fleet, 0).life().kill('SIGKILL');
      await fleet.accepted(jobs / 2);
      machine(fleet, 2).life().kill('SIGKILL');
    },
  },
  'one is cut off for a while, and tells nobody': {
    async strike({ fleet, jobs }) {
      await fleet.accepted(jobs / 4);
      machine(fleet, 1).wire.darken();
      await lasts(15);
      machine(fleet, 1).wire.heal();
    },
  },
  'one is cut off for longer than its lease': {
    async strike({ fleet, jobs }) {
      await fleet.accepted(jobs / 4);
      machine(fleet, 2).wire.darken();
      await lasts(40);
      machine(fleet, 2).wire.heal();
    },
  },
  'wires break again and again': {
    async strike({ fleet, jobs }) {
      for (let n = 1; n <= 12; n += 1) {
        await fleet.accepted((jobs * n) / 15);
        machine(fleet, n % 3).wire.cut();
        await lasts(0.3);
        machine(fleet, n % 3).wire.heal();
      }
    },
  },
  'answers to commits are lost': {
    async strike({ fleet, jobs }) {
      for (let n = 1; n <= 24; n += 1) {
        await fleet.accepted((jobs * n) / 28);
        const of = n % 2 === 0 ? facts : /submitting/;
        machine(fleet, n % 3).wire.swallowCommits({ of, becomes: n % 5 === 0 ? 'silent' : 'reset' });
      }
    },
  },
  'one is frozen for longer than its lease': {
    async strike({ fleet, jobs }) {
      await fleet.accepted(jobs / 4);
      machine(fleet, 1).life().kill('SIGSTOP');
      await lasts(40);
      machine(fleet, 1).life().kill('SIGCONT');
    },
  },
  'PostgreSQL crashes three times, and one machine is killed': {
    needsServer: true,
    async strike({ fleet, jobs, server }) {
      for (const n of [1, 2, 3]) {
        await fleet.accepted((jobs * n) / 5);
        await server.stop('immediate');
        if (n === 2) machine(fleet, 0).life().kill('SIGKILL');
        await lasts(2);
        await server.start();
      }
    },
  },
  'all of it at once': {
    needsServer: true,
    async strike({ fleet, jobs, server }) {
      await fleet.accepted(jobs / 5);
      machine(fleet, 0).wire.darken();
      machine(fleet, 1).wire.swallowCommits({ times: 3 });
      await lasts(5);
      machine(fleet, 2).life().kill('SIGKILL');
      await server.stop('immediate');
      machine(fleet, 1).life().kill('SIGSTOP');
      await lasts(2);
      await server.start();
      await lasts(35);
      machine(fleet, 1).life().kill('SIGCONT');
      machine(fleet, 0).wire.heal();
    },
  },
} as const satisfies Record<string, Trouble>;
