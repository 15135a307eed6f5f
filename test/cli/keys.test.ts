import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { keysOf } from '../../src/cli/keyboard.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { main, manifestOf, workFolder } from '../support/command-line.ts';
import { diceOf } from '../support/dice.ts';
import { type HeldClock, heldClock } from '../support/held-clock.ts';
import { type LiveTerminal, onTerminal, rcbOnTerminal } from '../support/live-terminal.ts';
import { until } from '../support/processes.ts';
import { canOpenTerminal } from '../support/terminal-answer.ts';
import { sized } from '../support/tiers.ts';

let simulator: Simulator;
let cwd: string;
afterEach(() => simulator.close());

async function simulating(options: Parameters<typeof startSimulator>[0]): Promise<void> {
  simulator = await startSimulator(options);
  cwd = workFolder();
}

function argumentsFor(jobs: number): string[] {
  const rows = Array.from({ length: jobs }, (_, seed) => `a cat,${seed}`);
  writeFileSync(join(cwd, 'cats.csv'), `prompt,seed\n${rows.join('\n')}\n`);
  return ['run', 'cats.csv', '-y', '--no-view', '--base-url', simulator.baseUrl, '--poll', '0.1'];
}

const logOf = (): Record<string, unknown>[] =>
  readFileSync(join(cwd, 'out/cats/run.log'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const accepted = (): number => simulator.census().acceptedTotal;

/** How many announcements the log has between a pause and what ended it. */
function announcedWhilePaused(): number {
  let [isPaused, count] = [false, 0];
  for (const { event, for: whom, msg } of logOf()) {
    if (whom === 'user') isPaused = event === 'waiting';
    else if (isPaused && String(msg).endsWith('→ submitting')) count += 1;
  }
  return count;
}

describe.runIf(canOpenTerminal())('a large run, steered from the keyboard', () => {
  const jobs = sized(250, 2_000);

  test(`of ${jobs} jobs, paused and resumed and with other numbers in flight, pays for nothing twice`, async () => {
    await simulating({ slots: 32, latency: { kind: 'fixed', ms: sized(100, 300) } });
    const run = rcbOnTerminal([...argumentsFor(jobs), '-j', '16'], { cwd });
    const dice = diceOf(7);
    await run.shows('Press ? for keys.');
    let max = 16;
    const rounds = sized(4, 12);
    for (let round = 1; round <= rounds; round += 1) {
      await until(() => accepted() >= (round * jobs) / (rounds + 2));
      run.type('p');
      await run.displays(/paused +since/);
      const before = accepted();
      expect(before).toBeLessThan(jobs);
      max = await steered(run, dice() < 0.5 ? '+' : '-', max);
      await run.displays(/running +0 +▒ queued +0/);
      max = await steered(run, dice() < 0.5 ? '+' : '-', max);
      expect(accepted()).toBe(before);
      run.type('p');
      await until(() => accepted() > before);
      max = await steered(run, dice() < 0.5 ? '+' : '-', max);
    }
    expect(await run.ended).toBe(0);
    expect(accepted()).toBe(jobs);
    expect(simulator.census().doubled).toEqual([]);
    expect(manifestOf(join(cwd, 'out/cats')).filter(({ state }) => state === 'done')).toHaveLength(jobs);
    expect(announcedWhilePaused()).toBe(0);
    const keys = logOf().filter(({ event }) => event === 'key');
    expect(keys.map(({ msg }) => msg)).toEqual(
      expect.arrayContaining(['paused', 'resumed', expect.stringContaining('max in flight set to')]),
    );
    expect(keys).toHaveLength(rounds * 5);
  });

  /** The number in flight after a key, as the display shows it. */
  async function steered(run: LiveTerminal, key: '+' | '-', from: number): Promise<number> {
    const ladder = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 18, 20, 25, 30, 35, 40, 45, 50, 60, 70, 80];
    const to = ladder[ladder.indexOf(from) + (key === '+' ? 1 : -1)] as number;
    run.type(key);
    await run.displays(new RegExp(`max in flight ${to}\\b`));
    return to;
  }
});

describe.runIf(canOpenTerminal())('the keys of a run', () => {
  let clock: HeldClock;

  beforeEach(async () => {
    clock = heldClock();
    clock.hold();
    await simulating({ slots: 4, latency: { kind: 'fixed', ms: 50 }, clock: clock.now });
  });

  async function halfway(more: readonly string[] = []): Promise<LiveTerminal> {
    const run = rcbOnTerminal([...argumentsFor(12), '-j', '4', ...more], { cwd });
    await run.shows('Press ? for keys.');
    await run.displays(/running +4/);
    return run;
  }

  test.each([
    ['q', 'q'],
    ['Ctrl-C', '\u0003'],
  ])('stop it by %s once, and at once by a second', async (_, key) => {
    const once = await halfway();
    once.type(key);
    await once.shows('Press Ctrl-C again to quit now');
    clock.release();
    expect(await once.ended).toBe(130);
    expect(accepted()).toBe(4);

    clock.hold();
    const twice = await halfway();
    twice.type(key);
    await twice.shows('Press Ctrl-C again to quit now');
    twice.type(key);
    await twice.shows('Jobs in flight keep running on the server');
    expect(await twice.ended).toBe(130);
    expect(accepted()).toBe(8);
  });

  test('are shown by ? and hidden by it; others do nothing, nor does a paste or an arrow', async () => {
    const run = await halfway();
    run.type('?');
    await run.shows('p pause or resume');
    for (const ignored of ['x', 'quit\r', '\u001b[A']) {
      run.type(ignored);
      // The display is repainted every second.
      await run.shows(/elapsed \d+s/);
      await run.shows(/elapsed \d+s/);
    }
    run.type('P');
    await run.displays(/paused +since/);
    run.type('p');
    clock.release();
    expect(await run.ended).toBe(0);
    expect(logOf().flatMap(({ event, key }) => (event === 'key' ? [key] : []))).toEqual(['P', 'p']);
  });

  test('are forgotten at the next run, and a pause ends with the run', async () => {
    const run = await halfway();
    run.type('-');
    await run.shows(/max in flight 3\b/);
    run.type('p');
    await run.displays(/paused +since/);
    run.type('q');
    await run.shows('Press Ctrl-C again');
    clock.release();
    expect(await run.ended).toBe(130);
    clock.hold();
    const again = await halfway();
    expect(again.written()).not.toMatch(/max in flight|paused/);
    clock.release();
    expect(await again.ended).toBe(0);
    expect(accepted()).toBe(12);
  });

  test('do not hold up --max-duration', async () => {
    const run = await halfway(['--max-duration', '3s']);
    run.type('p');
    await run.shows('Time limit of 3s reached');
    clock.release();
    expect(await run.ended).toBe(75);
    expect(accepted()).toBe(4);
  });

  test('leave the terminal as it was, also after Ctrl-Z and fg, and none is read in the background', async () => {
    const shell = onTerminal("PS1='READY> ' exec bash --norc --noprofile -i", { cwd, env: { HISTFILE: '' } });
    await shell.shows('READY> ');
    const words = ['$RCB', ...argumentsFor(12), '-j', '4'].join(' ');
    shell.type(`RCB='${process.execPath} ${main}'\r`);
    await shell.shows('READY> ');
    shell.type(`${words}\r`);
    await shell.shows('Press ? for keys.');
    await shell.displays(/running +4/);
    shell.type('\u001a');
    await shell.shows('Stopped');
    shell.type('stty -a | grep -o " icanon"; stty -a | grep -o " echo "; echo MODE=$((1+1))\r');
    await shell.shows(/ icanon\s+ echo\s+MODE=2/);
    shell.type('bg\r');
    await shell.shows(/elapsed \d+s/);
    shell.type('echo still here $((3+4))\r');
    await shell.shows('still here 7');
    shell.type('jobs\r');
    await shell.shows(/\[1\]\+\s+Running/);
    shell.type('fg\r');
    await shell.shows('In the foreground again. Press ? for keys.');
    shell.type('p');
    await shell.displays(/paused +since/);
    shell.type('p');
    clock.release();
    await shell.shows('All 12 jobs are done');
    await shell.shows('READY> ');
    shell.type('stty -a | grep -o " icanon"; stty -a | grep -o " echo "; echo MODE=$((1+1))\r');
    await shell.shows(/ icanon\s+ echo\s+MODE=2/);
    expect(accepted()).toBe(12);
    shell.type('exit\r');
    await shell.ended;
  });
});

test.each([
  ['p', ['p']],
  ['++', ['+', '+']],
  ['p+', []],
  ['sqlite3\r', []],
  ['\u001b[A', []],
  ['\u001b[200~q\u001b[201~', []],
  ['x\u0003', ['\u0003']],
  ['\u0003\u0003', ['\u0003', '\u0003']],
  ['', []],
  ['é', ['é']],
])('of %j only these are keys for the run: %j', (chunk, keys) => {
  expect(keysOf(chunk)).toEqual(keys);
});
