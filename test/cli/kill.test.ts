import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { bodyKey } from '../../src/simulator/census.ts';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { filesBelow, manifestOf, startRcb, workFolder } from '../support/command-line.ts';
import { pageOf } from '../support/page-reading.ts';

const jobs = 60;
const mostLives = 200;

test('a run that is SIGKILLed at random moments until it is finished pays for no body twice', async () => {
  const simulator = await startSimulator({
    slots: 12,
    latency: { kind: 'uniform', minMs: 50, maxMs: 900 },
  });
  const cwd = workFolder();
  const rows = Array.from({ length: jobs }, (_, seed) => `a cat,${seed}`);
  writeFileSync(join(cwd, 'cats.csv'), `prompt,seed\n${rows.join('\n')}\n`);
  const args = ['run', 'cats.csv', '-y', '-q', '--base-url', simulator.baseUrl, '--poll', '0.1', '-j', '12'];

  let kills = 0;
  let code: number | null = null;
  while (code === null) {
    expect(kills).toBeLessThan(mostLives);
    const run = startRcb(args, { cwd });
    // From before the ledger is open to well into the batch; each life may last a little longer, so that a machine on
    // which starting takes a second gets to the end as well.
    const alarm = new AbortController();
    const lifeMs = (150 + Math.random() * 900) * (1 + kills / 8);
    const killed = after(lifeMs, undefined, { signal: alarm.signal }).then(
      () => run.kill('SIGKILL'),
      () => {},
    );
    const ended = await run.ended;
    alarm.abort();
    await killed;
    if (ended.signal === 'SIGKILL') kills += 1;
    else ({ code } = ended);
  }
  const census = simulator.census();
  await simulator.close();
  expect(kills).toBeGreaterThan(2);

  expect(census.doubled).toEqual([]);
  const dir = join(cwd, 'out/cats');
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
}, 300_000);
