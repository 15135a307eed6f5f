import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { roll } from '../../src/simulator/simulated-dice.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { linesOf } from '../support/folder-lines.ts';
import { killedAfter } from '../support/processes.ts';
import { composedRun, type RunSpec } from './composed-run.ts';
import { brokenFilesOf, fatesOf, madePicture, planInto, runUntilDone } from './evidence.ts';
import { type Doubt, fileBytes, type KillPoint, killPoints } from './kill-points.ts';
import { type KilledProvider, killedProviders } from './killed-providers.ts';

const script = join(import.meta.dirname, 'killed-run.ts');
const points = Object.keys(killPoints) as KillPoint[];

/** How often runs of a provider are killed. */
interface Rounds {
  /** At which passing each life ends. Every point is passed once per job at least. */
  readonly lonelyKills: readonly number[];
  readonly lonelyJobs: number;
  readonly crowdedKills: readonly number[];
  readonly crowdedJobs: number;
  readonly randomKills: number;
  readonly randomJobs: number;
}

// KILL_ROUNDS=10 kills five times as often.
const rounds = Number(process.env.KILL_ROUNDS ?? 2);

/** The second provider is killed less often: what lies above the client is the same. */
const matrices: readonly (readonly [KilledProvider, Rounds])[] = [
  [
    'runcomfy',
    {
      lonelyKills: Array(rounds).fill([1, 3, 2]).flat() as number[],
      lonelyJobs: 9 * rounds,
      crowdedKills: Array(rounds).fill([1, 4]).flat() as number[],
      crowdedJobs: 12 * rounds,
      randomKills: 30 * rounds,
      randomJobs: 150 * rounds,
    },
  ],
  [
    'serverless',
    {
      lonelyKills: Array(Math.ceil(rounds / 2))
        .fill([1, 2])
        .flat() as number[],
      lonelyJobs: 3 * rounds,
      crowdedKills: Array(Math.ceil(rounds / 2)).fill(4) as number[],
      crowdedJobs: 6 * rounds,
      randomKills: 10 * rounds,
      randomJobs: 60 * rounds,
    },
  ],
];
// A job passes some 25 points, so that all these lives together do not get to the end.
const maxPassings = 60;

const making = { latency: { kind: 'fixed', ms: 20 }, outputBytes: fileBytes } as const;
interface Doubts {
  readonly doubted: number;
  readonly doubtedAndAccepted: number;
}

/** The machine's own number of lives at once, over all tests that run at the same moment. */
const atOnce = pLimit(3);

describe.each(matrices)('with %s,', (provider, numbers) => {
  const { lonelyKills, lonelyJobs, crowdedKills, crowdedJobs, randomKills, randomJobs } = numbers;
  const { simulated } = killedProviders[provider];

  let simulator: Simulator;
  let made: Buffer;
  let home: string;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'rcb-kill-'));
    env = { PATH: process.env.PATH, NODE_COMPILE_CACHE: join(home, 'compiled') };
    simulator = await startSimulator({ ...making, ...simulated });
    made = await madePicture(simulator.baseUrl, provider);
    // The first life lives to its end, and leaves its compiled code to the others.
    const spec = await folder('first', 1, true);
    const [code] = (await once(life(spec), 'close')) as [number];
    expect(code).toBe(0);
  });

  afterAll(async () => {
    await simulator.close();
    rmSync(home, { recursive: true, force: true });
  });

  async function folder(name: string, jobs: number, oneByOne: boolean, server = simulator): Promise<RunSpec> {
    const dir = join(home, name.replaceAll(' ', '-'));
    await planInto({ dir, provider }, name, jobs);
    // One by one, files are written while they come; otherwise they are held in memory until they are whole.
    return { provider, dir, base: server.baseUrl, oneByOne, ...(oneByOne ? { heldBytes: 0 } : {}) };
  }

  function life(spec: RunSpec, ...kill: readonly (string | number)[]): ChildProcess {
    return spawn(process.execPath, [script, JSON.stringify(spec), ...kill.map(String)], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }

  /**
   * A simulator whose time passes by what it is asked, a few calls to a generation, so that one job alone is always seen
   * to run.
   */
  function steppingSimulator(): Promise<Simulator> {
    let now = Date.now();
    const clock = (): number => {
      now += 4;
      return now;
    };
    return startSimulator({
      ...making,
      ...simulated,
      latency: { kind: 'fixed', ms: 80 },
      wording: 'plain',
      clock,
    });
  }

  /** Holds at every moment, whatever was killed when. Gives how many accepted requests are in doubt. */
  async function expectNothingLost({ dir }: RunSpec, server = simulator): Promise<Doubts> {
    const lines = linesOf(dir);
    const fates = fatesOf(lines, server.census());
    expect(fates).toMatchObject({ paidTwice: 0, lost: 0 });
    expect(await brokenFilesOf(dir, lines, made)).toEqual([]);
    const doubted = lines.filter(({ state }) => state === 'unknown' || state === 'submitting').length;
    return { doubted, doubtedAndAccepted: fates.doubtedAndAccepted };
  }

  async function expectFinishedWith(spec: RunSpec, server = simulator): Promise<Doubts> {
    await runUntilDone({ ...spec, oneByOne: false });
    for (const { state } of linesOf(spec.dir)) expect(['done', 'unknown']).toContain(state);
    return expectNothingLost(spec, server);
  }

  describe('a run that is SIGKILLed', () => {
    test.concurrent('at random moments pays for no job twice and loses none', () =>
      atOnce(async () => {
        const spec = await folder('random', randomJobs, false);
        for (let lives = 0; lives < randomKills; lives += 1) {
          // A little after so many passings: what has happened meanwhile is not known, only that it cannot be much.
          const passings = Math.floor(roll(1, 'kill', lives) * maxPassings);
          const { signal } = await killedAfter(1 + passings, script, [JSON.stringify(spec), 'told'], env);
          expect(signal).toBe('SIGKILL');
          await expectNothingLost(spec);
        }
        await expectFinishedWith(spec);
      }));

    test.concurrent.for(points)(
      '%s, with one job under way, doubts only what a submit left open',
      (point, { onTestFinished }) =>
        atOnce(async () => {
          const stepping = await steppingSimulator();
          onTestFinished(() => stepping.close());
          const spec = await folder(`lonely ${point}`, lonelyJobs, true, stepping);
          const doubt: Doubt = killPoints[point];
          for (const [kills, nth] of lonelyKills.entries()) {
            expect(await once(life(spec, point, nth), 'close')).toEqual([null, 'SIGKILL']);
            expect((await expectNothingLost(spec, stepping)).doubted).toBe(doubt === 'none' ? 0 : kills + 1);
          }
          expect(await expectFinishedWith(spec, stepping)).toEqual({
            doubted: doubt === 'none' ? 0 : lonelyKills.length,
            doubtedAndAccepted: doubt === 'accepted' ? lonelyKills.length : 0,
          });
        }),
    );

    test.concurrent.for(points)(
      '%s, with several jobs under way, pays for none twice and loses none',
      (point) =>
        atOnce(async () => {
          const spec = await folder(`crowded ${point}`, crowdedJobs, false);
          for (const [kills, nth] of crowdedKills.entries()) {
            const [code, signal] = await once(life(spec, point, nth), 'close');
            // Of several jobs, any may end between two looks, so that no life may see one run.
            if (signal !== 'SIGKILL') {
              expect({ point, code }).toEqual({ point: expect.stringMatching(/running$/), code: 0 });
            }
            // No more than the submits that may be under way at once.
            expect((await expectNothingLost(spec)).doubted).toBeLessThanOrEqual(3 * (kills + 1));
          }
          await expectFinishedWith(spec);
        }),
    );
  });

  test('the same folder without a kill has nothing in doubt', async () => {
    const spec = await folder('calm', crowdedJobs, false);
    await composedRun(spec);
    expect(linesOf(spec.dir).map(({ state }) => state)).toEqual(Array(crowdedJobs).fill('done'));
  });
});
