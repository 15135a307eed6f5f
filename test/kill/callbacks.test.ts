import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { manifestOf, rcb, startRcb, workFolder } from '../support/command-line.ts';
import { diceOf } from '../support/dice.ts';
import { until } from '../support/processes.ts';
import { startReceiver } from '../support/receivers.ts';

const poster = 'deployment:11111111-1111-4111-8111-111111111111';
const jobs = 10;

/** Everything that loses the answer to a submission which counts, or keeps one from counting. */
const faults = { submit: { resetAfter: 0.3, http500After: 0.2, noId: 0.1, resetMidway: 0.1 } } as const;

test.each([1, 2, 3])(
  'runs and receivers that are killed pay for no job twice and lose none: %i',
  async (seed) => {
    const random = diceOf(seed);
    const cwd = workFolder();
    const simulator = await startSimulator({
      ...{ seed, faults, latency: { kind: 'fixed', ms: 150 }, coldStartMs: 0, webhookRetryMs: 50 },
    });
    onTestFinished(() => simulator.close());
    const rows = Array.from({ length: jobs }, (_, n) => `a cat,${n + 1}\n`).join('');
    writeFileSync(join(cwd, 'cats.csv'), `6.text,31.seed\n${rows}`);
    let receiver = await startReceiver(['out/cats'], { cwd });
    const paid = (): number => simulator.census().acceptedTotal;
    const args = ['run', 'cats.csv', '-m', poster, '-o', 'out/cats', '--base-url', simulator.baseUrl, '-y'];
    const all = [...args, '--no-view', '--poll', '0.1', '--outage', '5s', '--on-unknown', 'hold'];
    for (let round = 0; round < 4; round += 1) {
      const before = paid();
      const run = startRcb([...all, '--webhook-base', receiver.base], { cwd });
      let isOver = false;
      const ended = run.ended.finally(() => {
        isOver = true;
      });
      const more = before + 1 + Math.floor(random() * 3);
      await until(() => isOver || paid() >= Math.min(jobs, more));
      run.kill('SIGKILL');
      await ended;
      if (random() < 0.5) continue;
      receiver.kill('SIGKILL');
      await receiver.ended;
      receiver = await startReceiver(['out/cats'], { cwd }, receiver.port);
    }
    const heard = (): Set<string> =>
      new Set(
        readFileSync(join(cwd, 'out/cats/callbacks.jsonl'), 'utf8').match(/"request_id":"[^"]+"/g) ?? [],
      );
    // What is on its way is retried until the receiver has it.
    await until(() => heard().size === paid());
    simulator.setFaults({});
    await rcb([...all, '--webhook-base', receiver.base], { cwd });
    await rcb([...all, '--webhook-base', receiver.base], { cwd });
    const states = () => manifestOf(join(cwd, 'out/cats')).map(({ state }) => state);
    // What is still unclear was killed before it had left: all that was paid for is there.
    expect(states().filter((state) => state === 'done')).toHaveLength(paid());
    expect(new Set(states())).toEqual(new Set(paid() === jobs ? ['done'] : ['done', 'unknown']));
    await rcb(['reconcile', 'out/cats', '--resubmit', 'all', '-y'], { cwd });
    expect((await rcb(all, { cwd })).code).toBe(0);
    expect(states()).toEqual(Array(jobs).fill('done'));
    expect(Object.values(simulator.census().accepted)).toEqual(Array(jobs).fill(1));
  },
  120_000,
);
