import { expect } from 'vitest';
import { databaseForTest, postgresTest } from '../support/postgres.ts';
import { fleetOn, type Machine } from './fleet.ts';
import { missingFiles, sharedFates } from './shared-evidence.ts';

// All that can befall them, in thousands of jobs, is in three-machines.night.test.ts.
postgresTest('three machines pay for nothing twice when one is killed and wires break', async () => {
  const url = await databaseForTest();
  const jobs = 90;
  const fleet = await fleetOn({ url, jobs, concurrency: 12 });
  const [first, second, third] = fleet.machines as [Machine, Machine, Machine];
  await fleet.begin();
  await fleet.accepted(15);
  second.life().kill('SIGKILL');
  first.wire.swallowCommits({ of: /submitting/ });
  await fleet.accepted(30);
  third.wire.cut();
  first.wire.swallowCommits({ times: 2 });
  await fleet.accepted(40);
  const ended = await fleet.settled();
  const found = await sharedFates(url, () => fleet.simulator.census());
  expect(found).toMatchObject({ jobs, paidTwice: 0, wrongIds: 0, lost: 0 });
  expect(Object.keys(found.states).filter((state) => !['done', 'unknown'].includes(state))).toEqual([]);
  for (const { code, stderr } of ended)
    expect({ code, stderr }).toEqual({ code: found.unknown > 0 ? 76 : 0, stderr });
  expect(
    await missingFiles(
      url,
      fleet.machines.map(({ dir }) => dir),
    ),
  ).toEqual([]);
});
