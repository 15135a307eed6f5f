import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { UserError } from '../../src/core/complaints.ts';
import type { Instant, JobId, PlannedJob, RequestId } from '../../src/core/job/job.ts';
import { openLedger, type RunLedger } from '../../src/store/ledger/ledger.ts';
import { openStage, type PlanRecord } from '../../src/store/stage/stage.ts';

const made: string[] = [];

afterEach(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true });
});

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'rcb-store-'));
  made.push(dir);
  return dir;
}

export const at = (ms: number): Instant => ms as Instant;
export const requestId = (text: string): RequestId => text as RequestId;

export function jobId(name: string): JobId {
  return createHash('sha256').update(name).digest('hex').slice(0, 16) as JobId;
}

/** A planned job whose id follows from `prompt`. */
export function planned(prompt: string, extra: Partial<PlannedJob> = {}): PlannedJob {
  const id = jobId(prompt);
  return {
    id,
    model: 'ideogram/ideogram-v2/generate',
    input: { prompt },
    rep: 1,
    pathTemplate: `files/${id.slice(0, 8)}{_i}.{ext}`,
    name: null,
    rows: [`${prompt}.csv:2`],
    tags: {},
    axes: {},
    parent: null,
    ...extra,
  };
}

export const planRecord: PlanRecord = {
  fingerprint: 'f1',
  settings: { model: 'ideogram/ideogram-v2/generate' },
  plannedAt: at(1_000),
};

/** Makes `jobs` the plan of the ledger's folder. */
export function adopt(ledger: RunLedger, jobs: readonly PlannedJob[], record: PlanRecord = planRecord): void {
  const stage = openStage(ledger.dir);
  for (const job of jobs) stage.add(job);
  stage.adopt(ledger, record);
  stage.discard();
}

/** A ledger in a fresh folder with a plan of these prompts. What it has recorded can be read at once. */
export function ledgerWith(...prompts: string[]): RunLedger {
  const ledger = readableAtOnce(openLedger(join(temporaryFolder(), 'run')));
  adopt(
    ledger,
    prompts.map((prompt) => planned(prompt)),
  );
  return ledger;
}

/** The same ledger, in which no record waits for company. */
export function readableAtOnce(ledger: RunLedger): RunLedger {
  return {
    ...ledger,
    async record(job, state, at) {
      const since = await ledger.record(job, state, at);
      ledger.flush();
      return since;
    },
  };
}

export function complaintOf(work: () => unknown): UserError {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('It went well, though it should have been refused.');
}
