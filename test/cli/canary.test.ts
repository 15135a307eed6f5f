import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { run as libraryRun } from '../../src/index.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { type Ended, main, manifestOf, rcb, startRcb, workFolder } from '../support/command-line.ts';
import { heldClock } from '../support/held-clock.ts';
import { answering, canOpenTerminal } from '../support/terminal-answer.ts';

let cwd: string;
beforeEach(() => {
  cwd = workFolder();
  const rows = Array.from({ length: 5 }, (_, n) => `a cat number ${n}`);
  writeFileSync(join(cwd, 'cats.csv'), `prompt\n${rows.join('\n')}\n`);
});

const grid = ['cats.csv', 'style=anime,realistic,auto', '--seeds', '2'];
const jobs = 30;

type Options = Parameters<typeof startSimulator>[0];

async function simulatorOf(options: Options = {}): Promise<Simulator> {
  const simulator = await startSimulator({ latency: { kind: 'fixed', ms: 20 }, ...options });
  onTestFinished(() => simulator.close());
  return simulator;
}

function argsFor(simulator: Simulator, n: number, ...more: string[]): string[] {
  const there = ['--base-url', simulator.baseUrl, '--poll', '0.1', '--no-view', '--json'];
  return ['run', ...grid, '--canary', String(n), ...there, ...more];
}

interface Summary {
  readonly exit_code: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly canary?: Readonly<Record<string, unknown>>;
  readonly next: readonly string[];
}

function eventsOf({ stdout }: Ended): Record<string, unknown>[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

function summaryOf(ended: Ended): Summary {
  const events = eventsOf(ended);
  expect(events.filter(({ event }) => event === 'summary')).toHaveLength(1);
  return events.at(-1) as unknown as Summary;
}

function doneIn(dir = 'out/cats') {
  return manifestOf(join(cwd, dir)).filter(({ state }) => state === 'done');
}

describe('run --canary in a script', () => {
  test('runs that many jobs spread over the grid, exits 75 with the numbers, and goes on with --yes', async () => {
    const simulator = await simulatorOf();
    const first = await rcb(argsFor(simulator, 12), { cwd });
    expect(first.code).toBe(75);
    expect(eventsOf(first)[0]).toMatchObject({ event: 'plan', canary: { jobs: 12 } });
    expect(summaryOf(first).canary).toMatchObject({
      ...{ jobs: 12, done: 12, failed: 0, remaining: jobs - 12 },
      ...{ cost: 0.96, cost_per_job: 0.08, projected_cost: 1.44 },
      ...{ p50_ms: expect.any(Number), projected_ms: expect.any(Number), reasons: [] },
    });
    // What programs are told to run next goes on, as people are told.
    expect(summaryOf(first).next).toEqual([expect.stringMatching(/^rcb run .* --yes$/)]);
    expect(first.stderr).toContain('Canary: 12 of 12 jobs done.');
    expect(first.stderr).toContain('18 jobs wait for your consent. To continue:');
    const lines = doneIn();
    for (const name of ['style', 'seed'] as const) {
      const values = lines.map(({ axes }) => axes[name]);
      const each = [...new Set(values)].map((value) => values.filter((other) => other === value).length);
      expect(each).toEqual(name === 'style' ? [4, 4, 4] : [6, 6]);
    }
    expect(new Set(lines.map(({ input }) => input.prompt)).size).toBe(5);
    expect(simulator.census().acceptedTotal).toBe(12);

    // Without --yes nobody has agreed, however often the command is repeated.
    const again = await rcb(argsFor(simulator, 12), { cwd });
    expect(again.code).toBe(75);
    expect(summaryOf(again).canary).toMatchObject({ jobs: 12, done: 12, remaining: jobs - 12 });
    expect(simulator.census().acceptedTotal).toBe(12);

    const rest = await rcb(argsFor(simulator, 12, '--yes'), { cwd });
    expect(rest.code).toBe(0);
    expect(simulator.census().acceptedTotal).toBe(jobs);
    expect(manifestOf(join(cwd, 'out/cats')).map(({ job }) => job)).toHaveLength(jobs);
  });

  test('keeps the places and ids of the jobs as they are without it', async () => {
    const simulator = await simulatorOf();
    await rcb(argsFor(simulator, 5, '--yes'), { cwd });
    const plain = ['run', ...grid, '--base-url', simulator.baseUrl, '--no-view', '-o', 'out/plain'];
    await rcb(plain, { cwd });
    const idsIn = (dir: string): string[] => manifestOf(join(cwd, dir)).map(({ job }) => job);
    expect(idsIn('out/cats')).toEqual(idsIn('out/plain'));
  });

  test('with --yes in the very first call goes on by itself where every job of the canary is done', async () => {
    const simulator = await simulatorOf();
    const ended = await rcb(argsFor(simulator, 6, '--yes'), { cwd });
    expect(ended.code).toBe(0);
    expect(summaryOf(ended).counts).toMatchObject({ done: jobs, pending: 0 });
    expect(ended.stderr).toContain('Continuing with 24 jobs (--yes).');
    expect(simulator.census().acceptedTotal).toBe(jobs);
  });

  test('with --yes stops where jobs of the canary fail, says why, and goes on at the next call', async () => {
    const simulator = await simulatorOf({ faults: { submit: { policy4xx: 1 } } });
    const first = await rcb(argsFor(simulator, 6, '--yes'), { cwd });
    expect(first.code).toBe(75);
    const reasons = [{ class: 'refused', message: expect.any(String), jobs: expect.any(Number) }];
    expect(summaryOf(first)).toMatchObject({
      canary: { jobs: 6, done: 0, failed: 6, remaining: jobs - 6, cost: null, projected_cost: null },
      counts: { failed: 6, pending: jobs - 6 },
    });
    expect(summaryOf(first).canary?.reasons).toEqual(expect.arrayContaining(reasons));
    expect(first.stderr).toContain('6 did not succeed');
    expect(first.stderr).toContain('What went wrong');
    const second = await rcb(argsFor(simulator, 6, '--yes'), { cwd });
    expect(second.code).toBe(1);
    expect(summaryOf(second).counts).toMatchObject({ failed: jobs, pending: 0 });
  });

  test('needs consent for no more than the jobs of the canary, and for these where they are many', async () => {
    const simulator = await simulatorOf({ priceUsd: 0.08 });
    const dry = await rcb(['plan', ...grid, '--canary', '8', '--base-url', simulator.baseUrl], { cwd });
    expect(dry.stdout).toContain(
      'Canary: 8 jobs spread over the grid first (about $0.64); the other 22 wait',
    );
  });

  test('is no canary where nothing would be left beside it', async () => {
    const simulator = await simulatorOf();
    const ended = await rcb(argsFor(simulator, jobs), { cwd });
    expect(ended.code).toBe(0);
    expect(summaryOf(ended).canary).toBeUndefined();
  });

  test('runs more where a larger one is asked for, and one for jobs that are planned later', async () => {
    const simulator = await simulatorOf();
    await rcb(argsFor(simulator, 4), { cwd });
    const larger = await rcb(argsFor(simulator, 10), { cwd });
    expect(larger.code).toBe(75);
    expect(simulator.census().acceptedTotal).toBe(10);
    expect(summaryOf(larger).canary).toMatchObject({ jobs: 10, done: 10 });
    await rcb(argsFor(simulator, 10, '--yes'), { cwd });
    expect(simulator.census().acceptedTotal).toBe(jobs);
    const wider = argsFor(simulator, 3).map((word) => (word.startsWith('style=') ? `${word},general` : word));
    const grown = await rcb(wider, { cwd });
    expect(grown.code).toBe(75);
    expect(simulator.census().acceptedTotal).toBe(jobs + 3);
  });

  test('stops at --max-cost first, and then goes on with the canary', async () => {
    const simulator = await simulatorOf();
    const capped = await rcb(argsFor(simulator, 10, '--max-cost', '0.40', '-j', '1'), { cwd });
    expect(capped.code).toBe(75);
    expect(summaryOf(capped).canary).toBeUndefined();
    const accepted = simulator.census().acceptedTotal;
    expect(accepted).toBeLessThan(10);
    const on = await rcb(argsFor(simulator, 10), { cwd });
    expect(summaryOf(on).canary).toMatchObject({ jobs: 10, done: 10 });
    expect(simulator.census().acceptedTotal).toBe(10);
  });

  test('takes a whole number of at most 1,000', async () => {
    for (const n of ['0', '1.5', 'many', '1001']) {
      const ended = await rcb(['run', ...grid, '--canary', n], { cwd });
      expect([ended.code, ended.stderr]).toEqual([64, expect.stringContaining(`--canary "${n}" is not`)]);
    }
  });

  test('is a limit of a sweep file, and resume knows it', async () => {
    const simulator = await simulatorOf();
    writeFileSync(
      join(cwd, 'cats.yaml'),
      'input: cats.csv\naxes: { style: [anime, realistic] }\nlimits: { canary: 3 }\n',
    );
    const there = ['--base-url', simulator.baseUrl, '--no-view'];
    expect((await rcb(['run', 'cats.yaml', ...there], { cwd })).code).toBe(75);
    expect(simulator.census().acceptedTotal).toBe(3);
    expect((await rcb(['resume', 'out/cats', '--canary', '5', ...there], { cwd })).code).toBe(75);
    expect(simulator.census().acceptedTotal).toBe(5);
    expect((await rcb(['resume', 'out/cats', '--canary', '5', '-y', ...there], { cwd })).code).toBe(0);
    expect(simulator.census().acceptedTotal).toBe(10);
  });
});

describe('a canary that does not get through', () => {
  test('killed in the middle is taken up again, and nothing is paid for twice', async () => {
    const clock = heldClock();
    clock.hold();
    const simulator = await simulatorOf({ slots: 4, clock: clock.now });
    const run = startRcb(argsFor(simulator, 8, '-j', '4'), { cwd });
    await run.said(/("state":"running".*){4}/s);
    run.kill('SIGKILL');
    await run.ended;
    clock.release();
    const again = await rcb(argsFor(simulator, 8), { cwd });
    expect(again.code).toBe(75);
    expect(summaryOf(again).canary).toMatchObject({ jobs: 8, done: 8, remaining: jobs - 8 });
    expect(simulator.census().acceptedTotal).toBe(8);
  });

  test('left by Ctrl-C exits 130 and asks nothing', async () => {
    const clock = heldClock();
    clock.hold();
    const simulator = await simulatorOf({ slots: 4, clock: clock.now });
    const run = startRcb(argsFor(simulator, 8, '-j', '4'), { cwd });
    await run.said(/("state":"running".*){4}/s);
    run.kill('SIGINT');
    await run.said('Press Ctrl-C again');
    clock.release();
    const { code, stderr } = await run.ended;
    expect(code).toBe(130);
    expect(stderr).not.toContain('wait for your consent');
    const again = await rcb(argsFor(simulator, 8), { cwd });
    expect(summaryOf(again).canary).toMatchObject({ jobs: 8, done: 8 });
    expect(simulator.census().acceptedTotal).toBe(8);
  });
});

describe.skipIf(!canOpenTerminal())('run --canary at a terminal', () => {
  test.each([
    ['n', 75, 5],
    ['y', 0, jobs],
  ] as const)('asks with price and time, and takes %s for an answer', async (answer, code, accepted) => {
    const simulator = await simulatorOf({ latency: { kind: 'fixed', ms: 1_500 } });
    const args = argsFor(simulator, 5).filter((word) => word !== '--json' && word !== '--no-view');
    const ended = await answering([process.execPath, main, ...args], answer, { cwd, env: {} });
    expect(ended.shown).toMatch(/Continue with 25 jobs \(about \$2\.00, about .+\)\? \[y\/N\]/);
    expect(ended.shown).toContain('out/cats/index.html');
    expect(ended.shown).toContain('Canary: only 5 jobs');
    expect(ended.code).toBe(code);
    expect(simulator.census().acceptedTotal).toBe(accepted);
  });
});

describe('a canary of the library', () => {
  test('asks for consent with what the rest will cost', async () => {
    const simulator = await simulatorOf();
    const asked: unknown[] = [];
    const rows = Array.from({ length: 30 }, (_, n) => ({ prompt: `a cat ${n}` }));
    const options = { rows, out: join(cwd, 'out/lib'), baseUrl: simulator.baseUrl, policies: { canary: 4 } };
    const held = await libraryRun(options).outcome;
    expect(held).toMatchObject({
      type: 'ended',
      finished: false,
      canary: { jobs: 4, done: 4, remaining: 26 },
    });
    const consent = (spending: unknown): boolean => {
      asked.push(spending);
      return true;
    };
    expect(await libraryRun({ ...options, consent }).outcome).toMatchObject({ finished: true });
    expect(asked).toEqual([{ jobs: 26, usd: expect.closeTo(2.08) }]);
    expect(simulator.census().acceptedTotal).toBe(30);
  });
});
