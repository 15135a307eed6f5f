import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { rcb, type Started, startRcb, workFolder } from '../support/command-line.ts';

const jobs = 16;
let simulator: Simulator;
let cwd: string;
let args: string[];

beforeEach(async () => {
  simulator = await startSimulator({ slots: 4, latency: { kind: 'fixed', ms: 300 } });
  cwd = workFolder();
  const rows = Array.from({ length: jobs }, (_, seed) => `a cat,${seed}`);
  writeFileSync(join(cwd, 'cats.csv'), `prompt,seed\n${rows.join('\n')}\n`);
  args = ['run', 'cats.csv', '-o', 'cats', '-y', '--json', '--base-url', simulator.baseUrl];
  args.push('--poll', '0.1', '-j', '4', '--no-view');
});
afterEach(() => simulator.close());

/** Holds the ledger as a database browser with an unsaved edit does, until it is told to let go. */
function holdLedger(): () => void {
  const db = new DatabaseSync(join(cwd, 'cats', 'manifest.db'), { timeout: 10_000 });
  db.exec('BEGIN IMMEDIATE');
  return () => {
    db.exec('ROLLBACK');
    db.close();
  };
}

async function midway(): Promise<Started> {
  const run = startRcb(args, { cwd });
  await run.said('"state":"done"');
  return run;
}

describe('a ledger that another program holds', () => {
  test('pauses submitting with a word, and the run goes on when it is let go', async () => {
    const run = await midway();
    const letGo = holdLedger();
    await run.said('"event":"waiting","for":"ledger"');
    const before = simulator.census().acceptedTotal;
    await run.said(/"event":"waiting"/);
    expect(simulator.census().acceptedTotal).toBe(before);
    letGo();
    await run.said('"event":"resumed","for":"ledger"');
    expect(await run.ended).toMatchObject({ code: 0 });
    expect(simulator.census()).toMatchObject({ acceptedTotal: jobs, doubled: [] });
  });

  test('does not make the run deaf: Ctrl-C ends it, with every request on record once it is let go', async () => {
    const run = await midway();
    const letGo = holdLedger();
    await run.said('"event":"waiting","for":"ledger"');
    run.kill('SIGINT');
    await run.said('Press Ctrl-C again');
    run.kill('SIGINT');
    await run.said('Quit.');
    letGo();
    const { code, stdout } = await run.ended;
    expect(code).toBe(130);
    expect(stdout).toContain('"event":"summary"');
    const again = await rcb(args, { cwd });
    expect(again.code).toBe(0);
    expect(simulator.census()).toMatchObject({ acceptedTotal: jobs, doubled: [] });
  });

  test('has what could not be recorded told by its request ids when it is never let go', async () => {
    const run = await midway();
    const letGo = holdLedger();
    await run.said('"event":"waiting","for":"ledger"');
    run.kill('SIGTERM');
    const { stdout, stderr, code } = await run.ended;
    letGo();
    expect(stdout).toContain('"event":"summary"');
    // Whether a submission was under way when the ledger was taken hangs on the moment.
    const ids = [...stderr.matchAll(/[0-9a-f]{16}=(\S+?)[ .]/g)].map(([, id]) => id);
    const known = Object.values(simulator.census().requestIds).flat();
    for (const id of ids) expect(known).toContain(id);
    expect(code).toBe(ids.length > 0 ? 73 : 143);
    const again = await rcb(args, { cwd });
    expect(again.code).toBe(ids.length > 0 ? 76 : 0);
    expect(simulator.census().doubled).toEqual([]);
  });
});
