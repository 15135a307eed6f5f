import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { type Ended, manifestOf, rcb, workFolder } from '../support/command-line.ts';

let simulator: Simulator;
let broken: Simulator;
let cwd: string;
beforeAll(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 20 } });
  broken = await startSimulator({ latency: { kind: 'fixed', ms: 20 }, failRate: 1 });
});
afterAll(async () => {
  await simulator.close();
  await broken.close();
});
beforeEach(() => {
  cwd = workFolder();
});

const withApi = (args: readonly string[], at = simulator): Promise<Ended> =>
  rcb([...args, '--base-url', at.baseUrl], { cwd });
const run = (...args: string[]): Promise<Ended> => withApi(['run', ...args, '--poll', '0.1', '--no-view']);
const planOf = async (...args: string[]) =>
  JSON.parse((await withApi(['plan', ...args, '--json'])).stdout) as {
    new: number;
    jobs: number;
    notes: { message: string }[];
  };
const idsOf = (dir: string): string[] =>
  manifestOf(join(cwd, dir))
    .map(({ job }) => job)
    .sort();
const paid = (): number => simulator.census().acceptedTotal;

const formulas =
  'prompt,seed\n"=2+2 on a blackboard",1\n@home written in neon,2\n-20% sale sticker,3\n"+plus sign\nof moss",4\n';

describe('rcb run of our own manifest', () => {
  test('makes the same jobs in another folder, and pays for nothing in its own', async () => {
    writeFileSync(join(cwd, 'x.csv'), formulas);
    expect((await run('x.csv', 'style=anime,realistic', '--repeat', '2')).code).toBe(0);
    const ids = idsOf('out/x');
    expect(ids).toHaveLength(16);
    for (const name of ['manifest.csv', 'manifest.jsonl']) {
      const before = paid();
      const again = await run(`out/x/${name}`);
      expect([again.code, again.stderr]).toEqual([0, expect.stringContaining('Nothing to do: all 16 jobs')]);
      expect(paid()).toBe(before);
      const elsewhere = await planOf(`out/x/${name}`, '-o', 'out/other');
      expect(elsewhere).toMatchObject({ new: 16, jobs: 16 });
      expect(elsewhere.notes.map(({ message }) => message)).toEqual([
        'its jobs are generated again in out/other; with -o out/x finished jobs are not paid for again',
      ]);
      expect((await run(`out/x/${name}`, '-o', `out/${name}`)).code).toBe(0);
      expect(idsOf(`out/${name}`)).toEqual(ids);
    }
  });

  test('finds the files that its run folder keeps, wherever its rows were exported to', async () => {
    const photo = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    );
    writeFileSync(join(cwd, 'photo.png'), photo);
    const model = ['-m', 'blackforestlabs/flux-1-kontext/pro/edit'];
    expect((await run('prompt=night', 'image_url=@photo.png', ...model, '-o', 'out/x')).code).toBe(0);
    mkdirSync(join(cwd, 'elsewhere'));
    for (const file of ['elsewhere/fix.csv', 'elsewhere/fix.jsonl', 'elsewhere/all.csv']) {
      const shape = file.includes('fix') ? ['--as', 'input'] : [];
      const exported = await rcb(['export', 'out/x', ...shape, '-o', file], { cwd });
      expect(exported.code).toBe(0);
      const out = `${file}.out`;
      expect((await run(file, '-o', out)).code).toBe(0);
      expect(idsOf(out)).toEqual(idsOf('out/x'));
    }
    mkdirSync(join(cwd, 'alone'));
    copyFileSync(join(cwd, 'out/x/manifest.csv'), join(cwd, 'alone/manifest.csv'));
    const alone = await run('alone/manifest.csv', '-o', 'out/alone');
    expect([alone.code, alone.stderr]).toEqual([
      65,
      expect.stringContaining('is a file that is not available'),
    ]);
  });
});

describe('rcb export', () => {
  test('writes what failed as rows, of which those that are corrected are new jobs and the others are not', async () => {
    writeFileSync(
      join(cwd, 'x.csv'),
      `id,Note,${formulas
        .replaceAll('\n=', '\n')
        .replace(/^("?[=@+-]|")/gm, 'r,n,$1')
        .replace('\nof moss', ' of moss')}`,
    );
    const first = await withApi(['run', 'x.csv', '--poll', '0.1', '--no-view'], broken);
    expect(first.code).toBe(1);
    const wrote = await rcb(
      ['export', 'out/x', '--state', 'failed', '--state', 'refused', '--as', 'input', '-o', 'fix.csv'],
      { cwd },
    );
    expect(wrote).toMatchObject({
      code: 0,
      stderr: 'Wrote 4 jobs to fix.csv.\nCorrect its rows, then: rcb run fix.csv -o out/x\n',
    });
    const text = readFileSync(join(cwd, 'fix.csv'), 'utf8');
    expect(text.split('\n')[0]).toBe('\ufeffid,prompt,seed,Note,rcb');
    expect(text).not.toMatch(/(^|,)"?[=+@-]/m);
    const rows = parse(text, { bom: true, columns: true }) as Record<string, string>[];
    rows[2] = { ...rows[2], prompt: 'a sale sticker' };
    writeFileSync(join(cwd, 'fix.csv'), stringify(rows, { header: true }));
    const plan = JSON.parse((await withApi(['plan', 'fix.csv', '-o', 'out/x', '--json'], broken)).stdout);
    expect(plan).toMatchObject({ jobs: 4, new: 1, failed: 3 });
  });

  test('leaves the manifest as it is but for the jobs that are asked for, and refuses words it does not know', async () => {
    writeFileSync(join(cwd, 'x.csv'), formulas);
    expect((await run('x.csv')).code).toBe(0);
    for (const [words, jobs] of [
      ['done', 4],
      ['failed,model', 0],
      ['pending, DONE', 4],
    ] as const) {
      const wrote = await rcb(['export', 'out/x', '--state', words, '-o', 'some.jsonl'], { cwd });
      expect(wrote.stderr).toBe(`Wrote ${jobs} jobs to some.jsonl.\n`);
    }
    const wrong = await rcb(['export', 'out/x', '--state', 'broken', '-o', 'some.jsonl'], { cwd });
    expect(wrong.code).toBe(64);
    expect(wrong.stderr).toMatch(/"broken" is neither a state nor a class.*\n.*pending, .*done.*refused/);
    expect((await rcb(['export', 'out/x', '--as', 'rows', '-o', 'x.csv'], { cwd })).code).toBe(64);
  });
});
