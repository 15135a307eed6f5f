import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { library } from '../../src/app/library/library.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { manifestOf, rcb, workFolder } from '../support/command-line.ts';

let cwd: string;
let simulator: Simulator;
beforeEach(async () => {
  cwd = workFolder();
  const rows = Array.from({ length: 20 }, (_, n) => `a cat ${n}`);
  writeFileSync(join(cwd, 'cats.csv'), `prompt\n${rows.join('\n')}\n`);
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 0 }, priceUsd: 0.08 });
  onTestFinished(() => simulator.close());
});

function under(capUsd: string, ...args: readonly string[]) {
  const there = ['--base-url', simulator.baseUrl, '--json', '--no-view'];
  return rcb([...args, ...there], { cwd, env: { RCB_MAX_COST: capUsd } });
}

type Told = Readonly<Record<string, unknown>>;

function events(stdout: string): readonly Told[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Told);
}

const costNow = (): number =>
  manifestOf(join(cwd, 'out/cats')).reduce((sum, { cost }) => sum + (cost ?? 0), 0);

describe('RCB_MAX_COST', () => {
  test('is below what a flag, a sweep and another command ask for, and is named in plan, summary and status', async () => {
    const run = await under('0.40', 'run', 'cats.csv', '--max-cost', '10');
    expect(run.code).toBe(75);
    expect(costNow()).toBeCloseTo(0.4);
    const [plan] = events(run.stdout);
    expect(plan).toMatchObject({ event: 'plan', max_cost: 0.4, max_cost_from: 'RCB_MAX_COST' });
    expect(events(run.stdout).at(-1)).toMatchObject({ max_cost: 0.4, max_cost_from: 'RCB_MAX_COST' });
    expect(run.stderr).toContain('At most $0.40 for this folder, all runs together (RCB_MAX_COST)');
    expect(run.stderr).toContain('Raise or drop RCB_MAX_COST to continue:');
    const status = await rcb(['status', 'out/cats'], { cwd });
    expect(status.stdout).toContain('cap $0.40 (RCB_MAX_COST)');

    for (const command of [
      ['resume', 'out/cats'],
      ['retry', 'out/cats'],
      ['run', 'cats.csv'],
    ]) {
      await under('0.40', ...command, '--max-cost', '10', '--yes');
      expect(costNow()).toBeCloseTo(0.4);
    }
    const job = manifestOf(join(cwd, 'out/cats'))[0]?.job ?? '';
    const vary = await under('0.40', 'vary', 'out/cats', job, '--seeds', '2', '--max-cost', '10', '--yes');
    expect(vary.code).toBe(75);
    expect(costNow()).toBeCloseTo(0.4);

    writeFileSync(
      join(cwd, 'cats.yaml'),
      'input: cats.csv\nlimits: {max_cost: 10}\noutput: {dir: out/cats}\n',
    );
    const sweep = await under('0.48', 'run', 'cats.yaml', '--yes');
    expect(sweep.code).toBe(75);
    expect(costNow()).toBeCloseTo(0.48);
  });

  test('gives way to a lower cap of the user, which is then the one that is named', async () => {
    const run = await under('5', 'run', 'cats.csv', '--max-cost', '0.24');
    expect(costNow()).toBeCloseTo(0.24);
    expect(events(run.stdout).at(-1)).toMatchObject({ max_cost: 0.24, max_cost_from: null });
    expect(run.stderr).toContain('Raise or drop --max-cost to continue:');
  });

  test.each(['$0.40', '0.40 USD', ' .40 '])('takes %s as --max-cost does', async (capUsd) => {
    expect((await under(capUsd, 'run', 'cats.csv', '--yes')).code).toBe(75);
    expect(costNow()).toBeCloseTo(0.4);
  });

  test.each(['', 'five', '5,00', '-1', '1e9', 'Infinity', `${'9'.repeat(400)}`])(
    'is an error as "%s", and nothing is sent',
    async (capUsd) => {
      for (const args of [
        ['run', 'cats.csv'],
        ['run', 'cats.csv', '--rehearse'],
        ['plan', 'cats.csv'],
      ]) {
        const run = await rcb([...args, '--base-url', simulator.baseUrl], {
          cwd,
          env: { RCB_MAX_COST: capUsd },
        });
        expect(run.code).toBe(64);
        expect(run.stderr).toContain('is not an amount in dollars');
      }
    },
  );

  test('holds in the library too', async () => {
    const { run, openRun } = library({ env: { RCB_MAX_COST: '0.16' }, pid: process.pid });
    const options = { baseUrl: simulator.baseUrl, consent: true, policies: { maxCostUsd: 10 } };
    const out = join(cwd, 'out/cats');
    await run({ ...options, files: [join(cwd, 'cats.csv')], out }).outcome;
    expect(costNow()).toBeCloseTo(0.16);
    await openRun(out, options).resume(options).outcome;
    expect(costNow()).toBeCloseTo(0.16);
    const bad = library({ env: { RCB_MAX_COST: 'x' }, pid: process.pid });
    await expect(bad.run({ ...options, files: [join(cwd, 'cats.csv')], out }).outcome).rejects.toThrow(
      'RCB_MAX_COST',
    );
  });
});
