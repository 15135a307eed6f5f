import { expect } from 'vitest';
import { mirrorOf } from '../../src/store/mirror/mirror-of.ts';
import { databaseForTest, postgresTest } from '../support/postgres.ts';
import { queried } from '../support/postgres-server.ts';
import { fleetOn, type Machine } from './fleet.ts';
import { sharedFates } from './shared-evidence.ts';

/** Keeps when somebody took a job, and when each runner was heard of, by the clock of the database. */
const watching = [
  'CREATE TABLE public.taken (job text, taker text, at timestamptz)',
  `CREATE FUNCTION public.take() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
     INSERT INTO public.taken VALUES (NEW.id, NEW.holder, clock_timestamp()); RETURN NULL; END $$`,
  `CREATE TRIGGER taking AFTER UPDATE OF holder ON rcb.job FOR EACH ROW
     WHEN (NEW.holder IS NOT NULL AND NEW.holder IS DISTINCT FROM OLD.holder) EXECUTE FUNCTION public.take()`,
  'CREATE TABLE public.heard (name text, at timestamptz)',
  `CREATE FUNCTION public.hear() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
     INSERT INTO public.heard VALUES (NEW.name, clock_timestamp()); RETURN NULL; END $$`,
  'CREATE TRIGGER hearing AFTER UPDATE OF seen_at ON rcb.runner FOR EACH ROW EXECUTE FUNCTION public.hear()',
];

// A runner renews its leases this often: one that is heard of later was held up by a busy machine, for that long.
const heldUpSql = `SELECT greatest(max(gap) - interval '8 s', interval '0') AS held_up FROM
  (SELECT name, at - lag(at) OVER (PARTITION BY name ORDER BY at) AS gap FROM public.heard) gaps WHERE name <> `;

postgresTest('the jobs of a machine that is killed are in other hands 40 s after its last word', async () => {
  const url = await databaseForTest();
  // Nothing ends meanwhile. Each machine allows twenty more, so that each has some.
  const fleet = await fleetOn({
    ...{ url, jobs: 90, concurrency: (n) => 20 * (n + 1) },
    simulated: { latency: { kind: 'fixed', ms: 3_600_000 } },
  });
  await fleet.begin();
  await queried(url, ...watching);
  await fleet.accepted(60);
  const [, ...others] = fleet.machines;
  const sizes = await queried(
    url,
    'SELECT holder, count(*)::int AS n FROM rcb.job WHERE holder IS NOT NULL GROUP BY holder',
  );
  const holds = (machine: Machine): number =>
    sizes.find(({ holder }) => holder === mirrorOf(machine.dir)?.runner)?.n ?? 0;
  const [killed] = others.toSorted((a, b) => holds(b) - holds(a)) as [Machine];
  const victim = `'${mirrorOf(killed.dir)?.runner}'`;
  const heldUp = heldUpSql + victim;
  killed.life().kill('SIGKILL');
  await killed.life().ended;
  await queried(
    url,
    `CREATE TABLE public.held AS SELECT id, now() AS since FROM rcb.job WHERE holder = ${victim}
       AND state IN ('queued', 'running')`,
  );
  const [held] = await queried(url, 'SELECT count(*)::int AS n FROM public.held');
  expect(held.n).toBeGreaterThan(10);
  const takenSql = `SELECT count(DISTINCT held.id)::int AS n FROM public.held JOIN public.taken ON job = id AND at > since`;
  await expect.poll(() => queried(url, takenSql)).toEqual([held]);
  const [late] = await queried(
    url,
    `SELECT count(*)::int AS n FROM (SELECT min(at) AS at FROM public.held JOIN public.taken ON job = id AND at > since
       GROUP BY id) first WHERE at > (SELECT to_timestamp(seen_at / 1000.0) FROM rcb.runner WHERE name = ${victim})
       + interval '40 s' + (${heldUp})`,
  );
  expect(late).toEqual({ n: 0 });
  expect(await sharedFates(url, () => fleet.simulator.census())).toMatchObject({ paidTwice: 0, lost: 0 });
});
