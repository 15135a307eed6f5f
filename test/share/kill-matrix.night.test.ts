import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { startSimulator } from '../../src/simulator/simulator.ts';
import type { RunSpec } from '../kill/composed-run.ts';
import { fileBytes } from '../kill/kill-points.ts';
import { postgresTest, testDatabase } from '../support/postgres.ts';
import { auditStates, missingFiles, sharedFates } from './shared-evidence.ts';
import type { SharedSpec } from './shared-life.ts';
import { beginShared } from './shared-plan.ts';
import { type AnyPoint, anyPoints, lastPoints } from './sharing-points.ts';

const script = join(import.meta.dirname, 'killed-runner.ts');
const points = (Object.keys(anyPoints) as AnyPoint[]).filter((point) => !lastPoints.has(point));

// KILL_ROUNDS=10 kills ten times as often.
const rounds = Number(process.env.KILL_ROUNDS ?? 1);

interface Lane {
  /** Of the runner that is killed. */
  readonly oneByOne: boolean;
  readonly points: readonly AnyPoint[];
  /** At which passing its lives end. */
  readonly passings: readonly number[];
}

const certain = points.filter((point) => anyPoints[point] !== 'any');
// Lives that wait for a time use up more jobs.
const isTimed = (point: AnyPoint): boolean => /pull|renewal/.test(point);
const soonestFirst = points.toSorted((a, b) => Number(isTimed(a)) - Number(isTimed(b)));
const lanes: readonly (readonly [string, Lane])[] = [
  ['with one job under way', { oneByOne: true, points: certain, passings: [1] }],
  ['with several jobs under way', { oneByOne: false, points: soonestFirst, passings: [3] }],
];

/** The exit code, or the signal that ended it. */
async function exitOf(child: ChildProcess): Promise<number | string | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
  return child.exitCode ?? child.signalCode;
}

/** One of three runners is killed at each point, again and again, while the other two go on, slowly. */
describe('a runner of a shared run that is SIGKILLed', () => {
  let home: string;
  let env: NodeJS.ProcessEnv;

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'rcb-kill-'));
    env = { PATH: process.env.PATH, NODE_COMPILE_CACHE: join(home, 'compiled') };
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  function life(spec: RunSpec, shared: SharedSpec, ...kill: readonly (string | number)[]): ChildProcess {
    return spawn(
      process.execPath,
      [script, JSON.stringify(spec), JSON.stringify(shared), ...kill.map(String)],
      {
        env,
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
  }

  postgresTest.concurrent.for(lanes)(
    'at each point, %s, pays for nothing twice and loses nothing',
    async ([name, lane], { onTestFinished }) => {
      const simulator = await startSimulator({ latency: { kind: 'fixed', ms: 20 }, outputBytes: fileBytes });
      onTestFinished(() => simulator.close());
      const database = await testDatabase();
      onTestFinished(database.drop);
      const { url } = database;
      const kills = lane.points.flatMap((point) =>
        Array(rounds)
          .fill(lane.passings)
          .flat()
          .map((nth: number) => ({ point, nth })),
      );
      const jobs = kills.length * 14;
      const { key } = await beginShared(url, 'cats', { provider: 'runcomfy', jobs, prompt: name });
      await auditStates(url);
      const dir = (n: number): string => join(home, `${lane.oneByOne ? 'lonely' : 'crowded'}-${n}`);
      const started = (n: number, limits: RunSpec['limits'], ...kill: readonly (string | number)[]) => {
        const oneByOne = n === 0 && lane.oneByOne;
        const held = oneByOne ? { heldBytes: 0 } : {};
        const spec = {
          provider: 'runcomfy',
          dir: dir(n),
          base: simulator.baseUrl,
          oneByOne,
          ...held,
          limits,
        } as const;
        const shared = { url, run: 'cats', key, runner: `machine-${n}`, dir: dir(n), inFlight: 100 };
        return life(spec as RunSpec, shared, ...kill);
      };
      const slow = { maxSubmissionsPerMinute: 30, concurrency: { max: 2, adapts: false } };
      const others = [1, 2].map((n) => started(n, slow));
      onTestFinished(() => void others.map((other) => other.kill('SIGKILL')));

      let doubts = { unknown: 0, unknownAndPaid: 0 };
      for (const { point, nth } of kills) {
        const ended = await once(started(0, {}, point, nth), 'close');
        const found = await sharedFates(url, () => simulator.census());
        // Of several jobs, any may end between two looks, so that no life may see one run; and all before it is time to
        // pull or to renew a lease.
        const isOver = Object.keys(found.states).every((state) => state === 'done' || state === 'unknown');
        if (lane.oneByOne || !(isOver || /running$/.test(point)))
          expect({ point, ended }).toEqual({ point, ended: [null, 'SIGKILL'] });
        expect({ point, ...found }).toMatchObject({ paidTwice: 0, wrongIds: 0, lost: 0 });
        const doubt = anyPoints[point];
        if (doubt !== 'none') doubts = { ...doubts, unknown: doubts.unknown + 1 };
        if (doubt === 'accepted') doubts = { ...doubts, unknownAndPaid: doubts.unknownAndPaid + 1 };
      }
      // The other two live on: to end them here would be two more kills, with doubts of their own.
      const lives = [started(0, {}), ...others].map(exitOf);
      expect(await Promise.all(lives)).toEqual([0, 0, 0]);

      const found = await sharedFates(url, () => simulator.census());
      console.log(`${kills.length} kills ${name}: ${JSON.stringify(found)}`);
      expect(found).toMatchObject({
        jobs,
        paidTwice: 0,
        wrongIds: 0,
        lost: 0,
        ...(lane.oneByOne ? doubts : {}),
      });
      for (const state of Object.keys(found.states)) expect(['done', 'unknown']).toContain(state);
      expect(await missingFiles(url, [0, 1, 2].map(dir))).toEqual([]);
    },
  );
});
