import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { rcb, rcbEvents, workFolder } from '../support/command-line.ts';
import { countsOf, linesOf } from '../support/folder-lines.ts';

const jobs = 48;
let simulator: Simulator;
let cwd: string;
let dir: string;
let args: string[];

beforeEach(async () => {
  simulator = await startSimulator({ slots: 4, latency: { kind: 'fixed', ms: 200 }, token: 'first-token' });
  cwd = workFolder();
  dir = join(cwd, 'out/cats');
  const rows = Array.from({ length: jobs }, (_, seed) => `a cat,${seed}`);
  writeFileSync(join(cwd, 'cats.csv'), `prompt,seed\n${rows.join('\n')}\n`);
  args = ['run', 'cats.csv', '-y', '--json', '--base-url', simulator.baseUrl, '--poll', '0.1', '-j', '6'];
  args.push('--no-view');
});
afterEach(() => simulator.close());

const withToken = (token: string) => ({ cwd, env: { RUNCOMFY_API_TOKEN: token } });

function acceptedIds(): string[] {
  return Object.values(simulator.census().requestIds).flat().sort();
}

function idsOnRecord(): string[] {
  return linesOf(dir)
    .flatMap((line) => line.request_id ?? [])
    .sort();
}

describe('a token that is revoked midway', () => {
  test('exit 77, every id stays on record, and the right token finishes it', async () => {
    const refused = await rcbEvents(args, withToken('first-token'), (event) => {
      if (event.state === 'done') simulator.setOptions({ token: 'second-token' });
    });
    expect(refused.code).toBe(77);
    expect(refused.stderr + refused.stdout).not.toContain('first-token');
    const before = linesOf(dir);
    expect(idsOnRecord()).toEqual(acceptedIds());
    const { queued = 0, running = 0, succeeded = 0, pending = 0 } = countsOf(before);
    expect(queued + running + succeeded).toBeGreaterThan(0);
    expect(pending).toBeGreaterThan(0);
    expect(countsOf(before)).not.toHaveProperty('unknown');
    expect(countsOf(before)).not.toHaveProperty('failed');

    const again = await rcb(args, withToken('second-token'));
    expect(again.code).toBe(0);
    expect(countsOf(linesOf(dir))).toEqual({ done: jobs });
    expect(idsOnRecord()).toEqual(acceptedIds());
    expect(simulator.census().doubled).toEqual([]);
    for (const { job, request_id } of before) {
      if (request_id !== null)
        expect(linesOf(dir).find((line) => line.job === job)).toMatchObject({ request_id });
    }
  });
});

describe('a balance that is gone midway', () => {
  test('exit 75 with all that is in flight collected, and a filled wallet finishes it', async () => {
    const broke = await rcbEvents(args, withToken('first-token'), (event) => {
      if (event.state === 'done') simulator.setOptions({ balanceUsd: 0 });
    });
    expect(broke.code).toBe(75);
    const paid = acceptedIds().length;
    expect(paid).toBeLessThan(jobs);
    expect(countsOf(linesOf(dir))).toEqual({ done: paid, pending: jobs - paid });

    simulator.setOptions({ balanceUsd: null });
    const again = await rcb(args, withToken('first-token'));
    expect(again.code).toBe(0);
    expect(countsOf(linesOf(dir))).toEqual({ done: jobs });
    expect(simulator.census().doubled).toEqual([]);
  });
});
