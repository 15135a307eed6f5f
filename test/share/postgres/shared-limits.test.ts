import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { realClock } from '../../../src/app/real-clock.ts';
import { failure, JobFailure } from '../../../src/core/job/failures.ts';
import type { Job, RequestId, SavedFile } from '../../../src/core/job/job.ts';
import { budget } from '../../../src/core/money/budget.ts';
import type { RunEvent } from '../../../src/core/ports.ts';
import type { ProviderClient } from '../../../src/core/provider.ts';
import { gate } from '../../../src/core/sharing/gate.ts';
import type { GateLimits } from '../../../src/core/sharing/gate-opening.ts';
import type { SharedRuns } from '../../../src/core/sharing/shared-runs.ts';
import { admissionByGate } from '../../../src/engine/admission.ts';
import { runBatch } from '../../../src/engine/batch.ts';
import { sharedRunLedger } from '../../../src/share/runner/shared-run-ledger.ts';
import { openMirror } from '../../../src/store/mirror/opened-mirror.ts';
import { sharedJob } from '../../store/mirror/mirror-support.ts';
import { temporaryFolder } from '../../store/store-support.ts';
import { aLink } from '../../support/builders.ts';
import { diceOf } from '../../support/dice.ts';
import { nothingPast } from '../../support/past-attempts.ts';
import { databaseForTest, postgresTest } from '../../support/postgres.ts';
import { calmLimits, handles } from '../../support/running.ts';
import { cats, openedRuns, runner } from './opened-runs.ts';

const usd = 0.1;
// The cost of such a job is known.
const past = {
  ...nothingPast,
  named: [{ model: 'ideogram/ideogram-v2/generate', input: {}, attempts: 50, usd }],
};
const never = new AbortController().signal;

/** Takes what it is given, in real time, and counts it. Nothing ends before `heldUntil` were accepted. */
function countingApi(generationMs: number, heldUntil = 0) {
  const seen = { underWay: 0, submitsPeak: 0, inFlightPeak: 0, accepted: new Map<RequestId, Job>() };
  const endsAt = new Map<RequestId, number>();
  const arrivals: number[] = [];
  const failed = new Set<RequestId>();

  const isRunning = (id: RequestId): boolean =>
    seen.accepted.size < heldUntil || performance.now() < (endsAt.get(id) ?? 0);

  const api: ProviderClient = {
    async submit(job) {
      arrivals.push(performance.now());
      seen.underWay += 1;
      seen.submitsPeak = Math.max(seen.submitsPeak, seen.underWay);
      await realClock.sleep(10 + 10 * (arrivals.length % 3), never);
      const id = `req-${seen.accepted.size}` as RequestId;
      seen.accepted.set(id, job);
      endsAt.set(id, performance.now() + generationMs);
      const ended = [...endsAt.values()].filter((at) => at <= performance.now()).length;
      const isHeld = seen.accepted.size <= heldUntil;
      seen.inFlightPeak = Math.max(seen.inFlightPeak, seen.accepted.size - (isHeld ? 0 : ended));
      seen.underWay -= 1;
      return { id, model: job.model, ref: null };
    },
    status: async ({ id }) => ({ phase: isRunning(id) ? 'running' : 'finished' }),
    async result({ id }) {
      if (isRunning(id)) return { phase: 'unfinished', status: { phase: 'running' } };
      if (failed.has(id)) throw new JobFailure(failure('generation_failed', 'It broke.'));
      return { phase: 'succeeded', outputs: [aLink(`https://files.example/${id}`)], costUsd: usd };
    },
    cancel: async () => 'not_cancellable',
    ping: async () => {},
  };
  return { api, seen, arrivals, failed };
}

/** One runner, until it ends; gives why it was drained or halted, if it was. */
async function worked(
  name: string,
  runs: SharedRuns,
  api: ProviderClient,
  given: Partial<GateLimits> & { readonly capUsd?: number },
): Promise<string | null> {
  const { capUsd, ...more } = given;
  const opened = openMirror(join(temporaryFolder(), 'cats'), {
    ...{ address: 'here', run: 'cats', key: cats.key, runner: name, planVersion: 1 },
  });
  const { drain, stop } = handles();
  let why: string | null = null;
  const limits = {
    maxInFlight: 20,
    maxSubmissions: 8,
    maxSubmissionsPerMinute: null,
    failures: null,
    ...more,
  };
  const shared = await runs.join('cats', runner(name), null);
  const horizon = await shared.changes(null, (changes) => void opened.mirror.apply(changes, null));
  opened.mirror.apply([], horizon);
  const spending = capUsd === undefined ? null : budget(capUsd, past, () => usd);
  const run = sharedRunLedger({
    ...{ shared, mirror: opened.mirror, take: opened.ledger.take, clock: realClock, dice: diceOf(7) },
    ...{ steadyMs: () => performance.now(), observe: () => {}, patienceMs: null },
    gateOf: (apply) =>
      gate({
        ...{ limits, budget: spending, inFlight: [], apply },
        drain(reason) {
          why = reason;
          drain.abort(new Error(reason));
        },
      }),
  });
  const file: SavedFile = {
    ...{ path: 'files/a.png', bytes: 1, sha256: 'f'.repeat(64), original_sha256: null },
    ...{ mime: 'image/png', width: 1, height: 1 },
  };
  await runBatch(
    {
      ...{ api: run.fresh(api), results: () => api, files: () => ({ save: async () => file }) },
      ...{ ledger: run.ledger, admission: admissionByGate(run.gate), account: run.gate },
      ...{ past: new Map(), clock: realClock, dice: diceOf(7) },
      observe(event: RunEvent) {
        if (event.type === 'halted') why = event.failure.message;
      },
    },
    {
      ...calmLimits,
      concurrency: { max: limits.maxInFlight, adapts: false },
      maxSubmissions: limits.maxSubmissions,
      pace: { everyMs: 100 },
    },
    stop,
  );
  await run.close();
  await opened.ledger.close();
  return why;
}

async function three(
  jobs: number,
  api: ProviderClient,
  limits: Parameters<typeof worked>[3],
): Promise<readonly (string | null)[]> {
  const url = await databaseForTest();
  const runs = await openedRuns(url);
  const all = Array.from({ length: jobs }, (_, seq) => sharedJob(`cat ${seq}`, { seq }));
  await runs.begin(
    cats,
    all.map((job) => ({ job, attempts: [] })),
  );
  return Promise.all(['a', 'b', 'c'].map(async (name) => worked(name, await openedRuns(url), api, limits)));
}

describe('three runners in PostgreSQL', () => {
  postgresTest('have no more in flight and under way than one may, and spend a cap to the cent', async () => {
    const { api, seen } = countingApi(400, 7);
    const ends = await three(80, api, { maxInFlight: 7, maxSubmissions: 3, capUsd: 4 });
    expect(seen.inFlightPeak).toBe(7);
    expect(seen.submitsPeak).toBeLessThanOrEqual(3);
    expect(seen.accepted.size).toBe(40);
    expect(new Set([...seen.accepted.values()].map(({ id }) => id)).size).toBe(40);
    for (const why of ends) expect(why).toMatch(/^The cap of \$4\.00 leaves no room for another job/);
  });

  postgresTest('submit at the pace of one', async () => {
    const { api, seen, arrivals } = countingApi(100);
    await three(24, api, { maxSubmissionsPerMinute: 240 });
    expect(seen.accepted.size).toBe(24);
    // Commits and POSTs take a while, each its own: it is the whole that keeps to the pace.
    expect((arrivals.at(-1) as number) - (arrivals[0] as number)).toBeGreaterThan(22 * 250);
  });

  postgresTest('stop after the failures of all', async () => {
    const { api, seen, failed } = countingApi(300);
    for (let nth = 0; nth < 80; nth += 1) failed.add(`req-${nth}` as RequestId);
    const cap = { cap: { jobs: 6 }, before: { ended: 0, failed: 0 } };
    const ends = await three(80, api, { maxInFlight: 4, failures: cap });
    expect(ends.filter((why) => why?.endsWith('jobs did not succeed.'))).toHaveLength(3);
    // What was in flight is collected.
    expect(seen.accepted.size).toBeGreaterThanOrEqual(6);
    expect(seen.accepted.size).toBeLessThanOrEqual(6 + 4);
  });
});
