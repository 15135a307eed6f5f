import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { giveOrder } from '../../src/app/folder/order-jobs.ts';
import { realClock } from '../../src/app/real-clock.ts';
import type { RequestId } from '../../src/core/job/job.ts';
import type { Order } from '../../src/core/job/orders.ts';
import type { Observer, RunEvent } from '../../src/core/ports.ts';
import { bodyKey } from '../../src/simulator/census.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { openLedger } from '../../src/store/ledger/ledger.ts';
import { linesOf } from '../support/folder-lines.ts';
import type { RunSpec } from './composed-run.ts';
import { brokenFilesOf, fatesOf, madePicture, planInto, runUntilDone } from './evidence.ts';
import { type KilledProvider, killedProviders } from './killed-providers.ts';
import { type SoakSize, soakRules, soakSize } from './soak-rules.ts';

// With a fault of their own for every fifth submission, runs use up their budget again and again.
const maxReruns = soakSize.jobs;

/** The second provider has a shorter night: what lies above the client is the same. */
const nights: readonly (readonly [KilledProvider, SoakSize])[] = [
  ['runcomfy', soakSize],
  ['serverless', { ...soakSize, jobs: 100, outageMs: 60_000 }],
];

/** Notes which bodies were ever held as of unknown outcome. */
function watchingDoubts(): { observe(event: RunEvent): void; readonly bodies: ReadonlySet<string> } {
  const bodies = new Set<string>();
  return {
    bodies,
    observe(event) {
      if (event.type !== 'advanced' || event.state.status !== 'unknown') return;
      bodies.add(bodyKey(event.job.model, event.job.input));
    },
  };
}

/** Settles what is in doubt as a user would who looks at the server's page, and runs again, until nothing is. */
async function reconciled(
  spec: RunSpec,
  simulator: Simulator,
  observe: Observer,
): Promise<{ inDoubt: number; rounds: number }> {
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
    await runUntilDone(spec, observe, maxReruns);
  }
}

test.each(nights)(
  'with %s, jobs under every fault at once and three outages, finished by reruns and reconcile: none paid twice, lost or broken',
  async (provider, size) => {
    const { jobs, submits } = size;
    const { simulated, costUsd } = killedProviders[provider];
    const rules = soakRules(size);
    const dir = mkdtempSync(join(tmpdir(), 'rcb-soak-'));
    onTestFinished(() => rm(dir, { recursive: true, force: true }));
    const simulator = await startSimulator({
      slots: 800,
      latency: { kind: 'uniform', minMs: 50, maxMs: 200 },
      outputBytes: 2_048,
      failRate: 0.02,
      slowMs: 50,
      // So long that a busy machine looks in time.
      unseenMs: 5_000,
      outputs: 'mixed',
      ...simulated,
      ...(provider === 'serverless' ? { maxInstances: 800 } : {}),
    });
    onTestFinished(() => simulator.close());
    const made = await madePicture(simulator.baseUrl, provider);
    simulator.setFaults(rules);
    await planInto({ dir, provider }, 'soak', jobs);
    const spec: RunSpec = {
      provider,
      dir,
      base: simulator.baseUrl,
      oneByOne: false,
      backoff: { retries: 12, firstMs: 5, limitMs: 50 },
      // With all jobs in flight, a slow machine takes more than a second for an answer.
      answerMs: 3_000,
      limits: {
        outageMs: size.patienceMs,
        // A failure that only a 5xx tells is believed after half of it.
        jobTimeoutMs: 10_000,
        concurrency: { max: 800, adapts: false },
        maxSubmissions: submits,
        maxDownloads: 64,
        pace: { everyMs: 80 },
      },
    };
    const doubts = watchingDoubts();
    const runs = await runUntilDone(spec, doubts.observe, maxReruns);
    const { inDoubt, rounds } = await reconciled(spec, simulator, doubts.observe);
    const census = simulator.census();
    const lines = linesOf(dir);
    const count = (state: string): number => lines.filter((line) => line.state === state).length;
    const [done, failed] = [count('done'), count('failed')];
    const fates = fatesOf(lines, census);
    const broken = await brokenFilesOf(dir, lines, made);
    const struckAlone = new Set(census.struckSubmits);
    const inOutages = new Set(census.outages.flatMap(({ bodies }) => bodies));
    const byOutage = [...inOutages].filter(
      (body) => doubts.bodies.has(body) && !struckAlone.has(body),
    ).length;
    console.log(
      `Of ${jobs} jobs: ${inDoubt} were held as unknown after ${runs} runs; after ${rounds} rounds of reconcile and rerun ` +
        `done ${done}, failed by the model ${failed}, paid twice ${fates.paidTwice}, lost ${fates.lost}, ` +
        `broken ${broken.length}, in doubt by an outage alone ${byOutage}; ${Object.values(census.faults).reduce((sum, n) => sum + n, 0)} faults struck; submits in outages: ${census.outages.map((each) => each.submits)}.`,
    );

    expect(census.doubled).toEqual([]);
    expect(fates).toMatchObject({ paidTwice: 0, lost: 0 });
    expect(broken).toEqual([]);
    expect(lines).toHaveLength(jobs);
    expect(inDoubt).toBeGreaterThan(0);
    expect(done + failed).toBe(jobs);
    // Nothing was paid for that no line tells of; one more was made to learn what every picture looks like.
    expect(census.acceptedTotal).toBe(1 + lines.filter(({ request_id: id }) => id !== null).length);
    const classes = new Set(lines.flatMap(({ error }) => error?.class ?? []));
    expect([...classes].filter((each) => !['model', 'refused', 'invalid'].includes(each))).toEqual([]);
    // On a slow machine one of them may pass between two submissions.
    expect(census.outages.some((outage) => outage.submits > 0)).toBe(true);
    expect(byOutage).toBeLessThanOrEqual(size.outages * (submits + 2));
    // A cost that comes late is asked for again, once: that call may be struck as well.
    const unpriced = lines.filter((line) => line.state === 'done' && line.cost !== costUsd);
    expect(unpriced.length).toBeLessThan(jobs * 0.1);
    expect(census.leakedAuthorization).toBe(0);
    const { outage: _, ...faults } = rules;
    const struck = Object.entries(faults).flatMap(([endpoint, names]) =>
      Object.keys(names).map((name) => `${endpoint}.${name}`),
    );
    // By chance one or another strikes nobody.
    const missed = struck.filter((name) => census.faults[name] === undefined);
    expect(missed.length).toBeLessThan(struck.length * (jobs < 200 ? 0.25 : 0.1));
  },
);
