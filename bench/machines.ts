import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SimulatorOptions } from '../src/simulator/simulator.ts';
import { queried, startPostgres } from '../test/support/postgres-server.ts';
import { main } from './measured-rcb.ts';
import { type Row, rounded, type Suite } from './suite.ts';
import { withSimulator } from './with-simulator.ts';

interface Load {
  readonly what: string;
  readonly jobs: number;
  readonly simulated: SimulatorOptions;
  /** Of each of so many machines. */
  args(machines: number): readonly string[];
}

const latency = { kind: 'fixed', ms: 1_000 } as const;

const loads: readonly Load[] = [
  {
    // Eight downloads at once are what a machine does, and its line has room for no more.
    what: 'a line of 8 files a second',
    jobs: 480,
    simulated: {
      latency,
      outputBytes: 2_048,
      slots: 1_000,
      slowMs: 1_000,
      faults: { file: { slowBody: 1 } },
    },
    args: () => ['-j', '200', '--downloads', '8'],
  },
  {
    what: '40 requests in flight a machine',
    jobs: 2_400,
    simulated: { latency, outputBytes: 2_048, slots: 1_000 },
    args: (machines) => ['-j', String(40 * machines)],
  },
];

const counts = [1, 2, 3] as const;

/** Runs on one ledger, by so many machines, each a process of its own. */
export const machines: Suite = {
  name: 'machines',
  title: 'one run by 1, 2 and 3 machines on one PostgreSQL, with room at the API',
  async run() {
    const server = await startPostgres();
    try {
      const rows: Row[] = [];
      for (const load of loads) {
        let alone = 0;
        for (const count of counts) {
          const { url } = await server.database();
          const rate = await withSimulator(load.simulated, (base) => rateOf(load, count, { url, base }));
          if (count === 1) alone = rate;
          rows.push({
            load: load.what,
            machines: count,
            'jobs/s': rounded(rate, 1),
            'by one': rounded(rate / alone, 2),
          });
        }
      }
      return [...rows, await takeover(server)];
    } finally {
      await server.close();
    }
  },
};

interface Place {
  readonly url: string;
  readonly base: string;
}

/** Starts so many machines on one run, and lends them. They are killed in the end, if they still live. */
async function withMachines<T>(
  { jobs, args }: Pick<Load, 'jobs' | 'args'>,
  count: number,
  { url, base }: Place,
  work: (lives: readonly ChildProcess[]) => Promise<T>,
): Promise<T> {
  const home = mkdtempSync(join(tmpdir(), 'rcb-machines-'));
  const lives: ChildProcess[] = [];
  try {
    for (let n = 0; n < count; n += 1) {
      const cwd = join(home, String(n));
      mkdirSync(cwd);
      const rows = Array.from({ length: jobs }, (_, seed) => `a cat,${seed}\n`).join('');
      writeFileSync(join(cwd, 'cats.csv'), `prompt,seed\n${rows}`);
      const words = n === 0 ? ['run', 'cats.csv'] : ['work', 'cats'];
      const more = [
        '--base-url',
        base,
        '--submits',
        '64',
        '--poll-rps',
        '10000',
        '-y',
        '--no-view',
        '--no-embed',
      ];
      const env = { PATH: process.env.PATH, HOME: cwd, RUNCOMFY_API_TOKEN: 'bench', RCB_LEDGER: url };
      lives.push(
        spawn(process.execPath, [main, ...words, ...more, ...args(count)], {
          cwd,
          env,
          stdio: ['ignore', 'ignore', 'pipe'],
        }),
      );
      if (n === 0) await untilPlanned(url);
    }
    return await work(lives);
  } finally {
    for (const life of lives) life.kill('SIGKILL');
    rmSync(home, { recursive: true, force: true });
  }
}

async function untilPlanned(url: string): Promise<void> {
  for (;;) {
    const [{ is }] = (await queried(url, "SELECT to_regclass('rcb.job') IS NOT NULL AS is")) as [
      { is: boolean },
    ];
    if (is && (await queried(url, 'SELECT 1 FROM rcb.job LIMIT 1')).length > 0) return;
  }
}

/** Between the tenth and the ninetieth of a hundred jobs, so that neither start nor end counts. */
async function rateOf(load: Load, count: number, place: Place): Promise<number> {
  return withMachines(load, count, place, async (lives) => {
    const ended = await Promise.all(lives.map(exit));
    if (ended.some((code) => code !== 0)) throw new Error(`${count} machines ended with ${ended}.`);
    const [{ ms, jobs }] = (await queried(
      place.url,
      `WITH part AS (SELECT done_at, percent_rank() OVER (ORDER BY done_at) AS rank FROM rcb.attempt)
       SELECT (max(done_at) - min(done_at))::int AS ms, count(*)::int AS jobs FROM part WHERE rank BETWEEN 0.1 AND 0.9`,
    )) as [{ ms: number; jobs: number }];
    return (jobs * 1_000) / ms;
  });
}

async function exit(life: ChildProcess): Promise<number | null> {
  let said = '';
  life.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code] = (await once(life, 'close')) as [number | null];
  if (code !== 0) console.error(said.slice(-2_000));
  return code;
}

/** How long the jobs of a machine that is killed are in nobody's hands. */
async function takeover(server: Awaited<ReturnType<typeof startPostgres>>): Promise<Row> {
  const { url } = await server.database();
  const load = { jobs: 300, args: () => ['-j', '90'] };
  const slow = { latency: { kind: 'fixed', ms: 60_000 }, slots: 1_000 } as const;
  return withSimulator(slow, (base) =>
    withMachines(load, 3, { url, base }, async ([, killed]) => {
      const name = `(SELECT name FROM rcb.runner ORDER BY num OFFSET 1 LIMIT 1)`;
      const heldSql = `SELECT count(*)::int AS n FROM rcb.job WHERE holder = ${name}`;
      const held = async (): Promise<number> => ((await queried(url, heldSql)) as [{ n: number }])[0].n;
      while ((await held()) < 10);
      killed?.kill('SIGKILL');
      const [from, jobs] = [performance.now(), await held()];
      while ((await held()) > 0);
      const seconds = rounded((performance.now() - from) / 1_000, 1);
      return {
        load: `SIGKILL of one of three with ${jobs} jobs in its hands`,
        'taken over after, s': seconds,
      };
    }),
  );
}
