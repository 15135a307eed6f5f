import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { giveOrder } from '../../src/cli/order-jobs.ts';
import { realClock } from '../../src/cli/real-clock.ts';
import type { RequestId } from '../../src/core/job.ts';
import type { Order } from '../../src/core/orders.ts';
import { bodyKey } from '../../src/simulator/census.ts';
import {
  type FaultEndpoint,
  type FaultName,
  type FaultRules,
  faultNames,
  isAt,
} from '../../src/simulator/fault-rules.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { openLedger } from '../../src/store/ledger.ts';
import { sized } from '../support/tiers.ts';
import type { RunSpec } from './composed-run.ts';
import { brokenFilesOf, fatesOf, linesOf, madePicture, planInto, runUntilDone } from './evidence.ts';

const jobs = sized(400, 2_000);

// An empty result is an outcome, which no repetition may overrule, as is a picture that nobody wants; an alias would
// strike twice.
const leftOut: ReadonlySet<FaultName> = new Set(['http500', 'noOutput', 'sameImage', 'flatImage']);

// A read has no effect, so that whether it comes before or after that is all the same.
const twins: ReadonlySet<FaultName> = new Set(['http500After', 'resetAfter', 'silentAfter', 'html200After']);

// These cost a second or more each time, which the tests have not.
const slowOnes: ReadonlySet<FaultName> = new Set(['rateLimited', 'silentBefore', 'silentAfter']);

/** Every fault that an endpoint can have, each with this probability. */
function everyFault(endpoint: FaultEndpoint, each: number): Partial<Record<FaultName, number>> {
  const names = faultNames.filter((name) => {
    if (!isAt(name, endpoint) || leftOut.has(name)) return false;
    // Jobs are so short here that hardly a result is asked for before its request has ended.
    if (name === 'unfinished400') return false;
    if (name === 'notFoundAtFirst') return endpoint === 'status';
    return endpoint === 'submit' || !twins.has(name);
  });
  return Object.fromEntries(names.map((name) => [name, slowOnes.has(name) ? 0.02 : each]));
}

const rules: FaultRules = {
  submit: everyFault('submit', 0.02),
  status: everyFault('status', 0.05),
  result: everyFault('result', 0.05),
  file: everyFault('file', 0.05),
};

/** Settles what is in doubt as a user would who looks at the server's page, and runs again, until nothing is. */
async function reconciled(spec: RunSpec, simulator: Simulator): Promise<{ inDoubt: number; rounds: number }> {
  let inDoubt = 0;
  for (let rounds = 0; ; rounds += 1) {
    const ledger = openLedger(spec.dir);
    const held = ledger.held(['unknown']);
    inDoubt ||= held.length;
    const { requestIds } = simulator.census();
    for (const each of held) {
      const [requestId] = requestIds[bodyKey(each.job.model, each.job.input)] ?? [];
      const order: Order =
        requestId === undefined
          ? { type: 'resubmit' }
          : { type: 'adopt', requestId: requestId as RequestId, at: realClock.now() };
      await giveOrder(ledger, [each], order);
    }
    await ledger.close();
    if (held.length === 0) return { inDoubt, rounds };
    expect(rounds).toBeLessThan(30);
    await runUntilDone(spec);
  }
}

test(`${jobs} jobs under every fault at once, finished by reruns and reconcile: none paid twice, lost or broken`, async () => {
  const dir = mkdtempSync(join(tmpdir(), 'rcb-soak-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const simulator = await startSimulator({
    slots: 800,
    latency: { kind: 'uniform', minMs: 50, maxMs: 200 },
    outputBytes: 2_048,
    failRate: 0.02,
    slowMs: 50,
    unseenMs: 5_000,
  });
  onTestFinished(() => simulator.close());
  const made = await madePicture(simulator.baseUrl);
  simulator.setFaults(rules);
  await planInto(dir, 'soak', jobs);
  const spec: RunSpec = {
    dir,
    base: simulator.baseUrl,
    oneByOne: false,
    backoff: { retries: 12, firstMs: 5, limitMs: 50 },
    answerMs: 2_000,
    limits: {
      concurrency: { atMost: 800, adapts: false },
      submits: 64,
      downloads: 64,
      pace: { everyMs: 80 },
    },
  };
  const runs = await runUntilDone(spec);
  const { inDoubt, rounds } = await reconciled(spec, simulator);
  const census = simulator.census();
  const lines = linesOf(dir);
  const count = (state: string): number => lines.filter((line) => line.state === state).length;
  const [done, failed] = [count('done'), count('failed')];
  const fates = fatesOf(lines, census);
  const broken = await brokenFilesOf(dir, lines, made);
  console.log(
    `Of ${jobs} jobs: ${inDoubt} were held as unknown after ${runs} runs; after ${rounds} rounds of reconcile and rerun ` +
      `done ${done}, failed by the model ${failed}, paid twice ${fates.paidTwice}, lost ${fates.lost}, ` +
      `broken ${broken.length}; ${Object.values(census.faults).reduce((sum, n) => sum + n, 0)} faults struck.`,
  );

  expect(census.doubled).toEqual([]);
  expect(fates).toMatchObject({ paidTwice: 0, lost: 0 });
  expect(broken).toEqual([]);
  expect(lines).toHaveLength(jobs);
  expect(inDoubt).toBeGreaterThan(0);
  expect(done + failed).toBe(jobs);
  // One more was made to learn what every picture looks like.
  expect(census.acceptedTotal).toBe(jobs + 1);
  for (const line of lines) if (line.state === 'failed') expect(line.error?.class).toBe('model');
  expect(census.leakedAuthorization).toBe(0);
  const struck = Object.entries(rules).flatMap(([endpoint, names]) =>
    Object.keys(names).map((name) => `${endpoint}.${name}`),
  );
  expect(Object.keys(census.faults).sort()).toEqual(struck.sort());
});
