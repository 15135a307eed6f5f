import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bodyKey } from '../../src/simulator/census.ts';
import { roll } from '../../src/simulator/simulated-dice.ts';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { filesBelow, manifestOf, type Started, startRcb, workFolder } from '../support/command-line.ts';
import { pageOf } from '../support/page-reading.ts';
import { until } from '../support/processes.ts';

const latency = { kind: 'uniform', minMs: 50, maxMs: 900 } as const;
// A job that is done has written five lines, so that a life of at most so many does not get to the end.
const maxLines = 40;

/** The nth life: it lasts until this has happened, if the run does not end before. */
async function lived(nth: number, run: Started, dir: string): Promise<void> {
  const places = ['', '.lock', 'manifest.db'];
  if (nth < places.length) return until(() => existsSync(join(dir, places[nth] as string)));
  // From the plan to well into the batch.
  const lines = 1 + Math.floor(roll(1, 'life', nth) * maxLines);
  await run.said(new RegExp(`(.*\\n){${lines}}`)).catch(() => {});
}

/** Columns of the rows, and the model that they are for. */
const providers: readonly (readonly [string, { jobs: number; columns: string; model: readonly string[] }])[] =
  [
    ['RunComfy', { jobs: 150, columns: 'prompt,seed', model: [] }],
    [
      'RunComfy Serverless',
      {
        jobs: 60,
        columns: '6.text,31.seed',
        model: ['-m', 'deployment:11111111-1111-4111-8111-111111111111'],
      },
    ],
  ];

test.each(providers)(
  'a run with %s that is SIGKILLed at random moments until it is finished pays for no body twice',
  async (_, { jobs, columns, model }) => {
    const simulator = await startSimulator({ slots: 12, maxInstances: 12, latency });
    const cwd = workFolder();
    const dir = join(cwd, 'out/cats');
    const rows = Array.from({ length: jobs }, (_, seed) => `a cat,${seed}`);
    writeFileSync(join(cwd, 'cats.csv'), `${columns}\n${rows.join('\n')}\n`);
    const args = [
      'run',
      'cats.csv',
      ...model,
      '-y',
      '--json',
      '--base-url',
      simulator.baseUrl,
      '--poll',
      '0.1',
      '-j',
      '12',
    ];

    let kills = 0;
    let code: number | null = null;
    while (code === null) {
      const run = startRcb(args, { cwd });
      await lived(kills, run, dir);
      run.kill('SIGKILL');
      const ended = await run.ended;
      if (ended.signal === 'SIGKILL') kills += 1;
      else ({ code } = ended);
    }
    const census = simulator.census();
    await simulator.close();
    expect(kills).toBeGreaterThan(jobs / 12);

    expect(census.doubled).toEqual([]);
    const lines = manifestOf(dir);
    expect(lines).toHaveLength(jobs);
    expect(code).toBe(lines.some(({ state }) => state === 'unknown') ? 76 : 0);
    // The page was being made all along, and killed with its run.
    expect(pageOf(dir).jobs.map(({ job, state }) => [job, state])).toEqual(
      lines.map(({ job, state }) => [job, state]),
    );
    const inDoubt = new Set(lines.filter(({ state }) => state === 'unknown').map(({ job }) => job));
    for (const line of lines) {
      expect(['done', 'unknown']).toContain(line.state);
      const [paid, ...more] = census.requestIds[bodyKey(line.model, line.input)] ?? [];
      expect(more).toEqual([]);
      // Every request that was accepted is in the ledger, or its job is held as unknown.
      if (!inDoubt.has(line.job)) expect(line.request_id).toBe(paid);
      for (const { path, sha256 } of line.outputs) {
        expect(
          createHash('sha256')
            .update(readFileSync(join(dir, path)))
            .digest('hex'),
        ).toBe(sha256);
      }
    }
    expect(filesBelow(join(dir, 'files')).filter((path) => !path.endsWith('.part'))).toHaveLength(
      lines.flatMap(({ outputs }) => outputs).length,
    );
  },
);
