import pLimit from 'p-limit';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { ownPostgresTest } from '../support/postgres.ts';
import { type PostgresServer, startPostgres } from '../support/postgres-server.ts';
import { fleetOn } from './fleet.ts';
import { missingFiles, type SharedFates, sharedFates } from './shared-evidence.ts';
import { type Trouble, troubles } from './troubles.ts';

const all = Object.entries(troubles) as [string, Trouble][];

// FLEET_JOBS=2400 makes more than 20,000 submissions of all.
const jobs = Number(process.env.FLEET_JOBS ?? 600);

/** Most of a trouble is waiting for leases to end, so several share the machine. */
const atOnce = pLimit(3);

describe('three machines on one run', () => {
  let shared: PostgresServer;
  const fates: SharedFates[] = [];

  beforeAll(async () => {
    shared = await startPostgres();
  });

  afterAll(async () => {
    await shared.close();
    const sum = (of: (each: SharedFates) => number): number =>
      fates.reduce((total, each) => total + of(each), 0);
    console.log(
      `Of ${sum(({ accepted }) => accepted)} submissions: paid twice ${sum(({ paidTwice }) => paidTwice)}, ` +
        `wrong ids ${sum(({ wrongIds }) => wrongIds)}, lost ${sum(({ lost }) => lost)}; ` +
        `unknown in the end ${sum(({ unknown }) => unknown)}, of them paid ${sum(({ unknownAndPaid }) => unknownAndPaid)}; ` +
        `came back by late facts ${sum(({ cameBack }) => cameBack)}.`,
    );
  });

  ownPostgresTest.concurrent.for(all)(
    'pay for nothing twice and lose nothing when %s',
    ([name, trouble], { onTestFinished }) =>
      atOnce(async () => {
        const server = trouble.needsServer ? await startPostgres() : shared;
        if (trouble.needsServer) onTestFinished(() => server.close());
        const { url } = await server.database();
        const fleet = await fleetOn(
          {
            ...{ url, jobs, concurrency: 90 },
            // Every fourth answer to a POST is slow, so that some are always under way.
            simulated: { faults: { submit: { slowBody: 0.25 } }, slowMs: 1_500 },
          },
          onTestFinished,
        );
        await fleet.begin();
        await trouble.strike({ fleet, jobs, server });
        const ended = await fleet.settled();
        const found = await sharedFates(url, () => fleet.simulator.census());
        fates.push(found);
        console.log(`When ${name}: ${JSON.stringify(found)}, exits ${ended.map(({ code }) => code)}`);
        expect(found).toMatchObject({ jobs, paidTwice: 0, wrongIds: 0, lost: 0 });
        for (const state of Object.keys(found.states)) expect(['done', 'unknown']).toContain(state);
        // A machine may come to rest before another one tells what it has known for long.
        const codes = found.unknown > 0 ? [76] : found.cameBack > 0 ? [0, 76] : [0];
        for (const { code, stderr } of ended) expect(codes, stderr).toContain(code);
        expect(
          await missingFiles(
            url,
            fleet.machines.map(({ dir }) => dir),
          ),
        ).toEqual([]);
      }),
  );
});
