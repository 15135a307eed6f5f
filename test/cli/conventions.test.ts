import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { conventionsOf, refuseOtherConventions } from '../../src/app/planning/kept-conventions.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import type { PlanRecord } from '../../src/store/stage/stage.ts';
import { type Ended, manifestOf, rcb, workFolder } from '../support/command-line.ts';

let simulator: Simulator;
let cwd: string;
let dir: string;
beforeAll(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 20 } });
});
afterAll(() => simulator.close());
beforeEach(() => {
  cwd = workFolder();
  dir = join(cwd, 'out/list');
});

const api = (): string[] => ['--base-url', simulator.baseUrl];
const run = (...args: string[]): Promise<Ended> =>
  rcb(['run', 'list.csv', ...args, ...api(), '--poll', '0.1', '--no-view'], { cwd });
const plan = async (...args: string[]) =>
  JSON.parse((await rcb(['plan', 'list.csv', ...args, ...api(), '--json'], { cwd })).stdout) as {
    new: number;
    jobs: number;
    axes: { name: string; count: number }[];
    notes: { message: string }[];
  };
const vary = (...args: string[]): Promise<Ended> => rcb(['vary', dir, ...args, '--poll', '0.1'], { cwd });
const list = (text: string): void => writeFileSync(join(cwd, 'list.csv'), text);
const paid = (): number => simulator.census().acceptedTotal;
const seeds = (): unknown[] => manifestOf(dir).map(({ input }) => input.seed);

function recordOf(): PlanRecord {
  const db = new DatabaseSync(join(dir, 'manifest.db'), { readOnly: true });
  const row = db.prepare(`SELECT value FROM meta WHERE key = 'plan'`).get();
  db.close();
  return JSON.parse(String(row?.value)) as PlanRecord;
}

/** The folder as the first version of the program has left it. */
function asBefore(): void {
  const { settings, ...record } = recordOf();
  const { edition: _edition, salt: _salt, ...older } = settings;
  const db = new DatabaseSync(join(dir, 'manifest.db'));
  const value = JSON.stringify({ ...record, fingerprint: '', settings: older });
  db.prepare(`UPDATE meta SET value = ? WHERE key = 'plan'`).run(value);
  db.close();
}

describe('random seeds', () => {
  test('are drawn once: nothing is paid twice, whatever becomes of the other rows', async () => {
    list('prompt,seed\na kite,-1\na drum,random\na drum,random\n');
    const first = await run();
    expect(first.stderr).toContain(
      'the seeds of 3 jobs are drawn (random, or -1); the run folder keeps them',
    );
    const [before, drawn] = [paid(), seeds()];
    expect(new Set(drawn).size).toBe(3);
    expect((await run()).code).toBe(0);
    list('prompt,seed\na bell,7\na drum,random\na kite,-1\na drum,random\n');
    expect(await plan()).toMatchObject({ new: 1, jobs: 4 });
    await run();
    expect(paid()).toBe(before + 1);
    expect(new Set(seeds())).toEqual(new Set([7, ...drawn]));
  });

  test('of a plan without a folder are examples, and the plan says so', async () => {
    list('prompt,seed\na kite,-1\n');
    expect((await plan()).notes.map(({ message }) => message)).toEqual([
      'the seed of 1 job is drawn (random, or -1); these are examples: the first run draws its own and keeps them',
    ]);
    await run();
    list('prompt,seed\na kite,-1\na drum,-1\n');
    expect((await plan()).notes[0]?.message).toContain('the run folder keeps them');
  });

  test('of favourites are drawn once, in folders of the first version too', async () => {
    list('prompt,seed\na kite,7\n');
    await run();
    asBefore();
    const job = manifestOf(dir)[0]?.job as string;
    await vary(job, 'seed=random,random');
    const [before, drawn] = [paid(), seeds()];
    expect(drawn).toHaveLength(3);
    expect(recordOf().settings).toMatchObject({ edition: 1, salt: expect.any(String) });
    const again = await vary(job, 'seed=random,random');
    expect(again.code).toBe(0);
    expect([paid(), seeds()]).toEqual([before, drawn]);
  });
});

describe('a folder that was made before', () => {
  test('keeps its own seeds and texts, in whatever order its plan is changed', async () => {
    const accent = 'cafe\u0301 at night';
    list(`prompt\n"${accent}\r\nin rain"\n`);
    await run('--seeds', '2', '--random');
    const texts = manifestOf(dir).map(({ input }) => input.prompt);
    expect(texts).toEqual(Array(2).fill('caf\u00e9 at night\nin rain'));
    asBefore();
    // By the rules of its time, the same input asks for other texts, and for the same seeds without a word.
    expect(await plan('--seeds', '2')).toMatchObject({ new: 2 });
    list('prompt\n"caf\u00e9 at night\nin rain"\n');
    expect(await plan('--seeds', '2')).toMatchObject({ new: 0 });
    await run('--seeds', '2');
    expect(recordOf().settings.edition).toBe(1);
    expect(await plan('--seeds', '3')).toMatchObject({ new: 1 });
  });

  test('is not planned by other rules that were agreed on before its lock was taken', async () => {
    list('prompt,seed\na kite,-1\n');
    const early = conventionsOf(dir, true);
    expect(() => refuseOtherConventions(dir, early)).not.toThrow();
    await run();
    expect(() => refuseOtherConventions(dir, early)).toThrow(/Another run has planned .* in the meantime/);
    expect(() => refuseOtherConventions(dir, conventionsOf(dir, true))).not.toThrow();
  });
});

test('the same file after git has changed its line ends is the same jobs', async () => {
  list('prompt,seed\n"a bridge\nin fog, cafe\u0301",1\n');
  await run();
  const before = paid();
  list('prompt,seed\r\n"a bridge\r\nin fog, caf\u00e9",1\r\n');
  expect(await plan()).toMatchObject({ new: 0 });
  await run();
  expect(paid()).toBe(before);
});

test('a changed file of wildcards is planned again, though the input is the same', async () => {
  mkdirSync(join(cwd, 'wildcards'));
  const colours = (text: string): void => writeFileSync(join(cwd, 'wildcards/colour.txt'), text);
  colours('red\nblue\n');
  list('animal\nfox\nowl\n');
  const words = ['prompt=a __colour__ {{animal}}, sitting', '--wildcards'];
  await run(...words);
  expect(manifestOf(dir).map(({ input }) => input.prompt)).toEqual([
    ...['a red fox, sitting', 'a blue fox, sitting', 'a red owl, sitting', 'a blue owl, sitting'],
  ]);
  expect(manifestOf(dir)[1]?.axes).toEqual({ __colour__: 'blue' });
  colours('red\nblue\ngreen\n');
  const { axes, ...counts } = await plan(...words);
  expect(counts).toMatchObject({ jobs: 6, new: 2 });
  expect(axes).toMatchObject([{ name: '__colour__', count: 3 }]);
});
