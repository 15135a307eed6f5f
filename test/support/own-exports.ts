import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { Problem } from '../../src/core/complaints.ts';
import { failure } from '../../src/core/job/failures.ts';
import type { Instant, PlannedJob } from '../../src/core/job/job.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { Model } from '../../src/core/models.ts';
import { defaultNameTemplate } from '../../src/core/name-template.ts';
import type { Row } from '../../src/core/row.ts';
import { rowsIn } from '../../src/core/row-batches.ts';
import { readInput } from '../../src/input/inputs.ts';
import { inputSource } from '../../src/input/sources/sources.ts';
import { typeOfSent } from '../../src/media/media-marks.ts';
import { jobId } from '../../src/plan/cells/planned-job.ts';
import { fileFinder } from '../../src/plan/media/media-finder.ts';
import type { PlanRequest } from '../../src/plan/plan-request.ts';
import { planJobs } from '../../src/plan/planner.ts';
import { ideogramV2 } from '../../src/providers/runcomfy/built-in.ts';
import { runcomfy } from '../../src/providers/runcomfy/runcomfy.ts';
import { openLedger, type RunLedger } from '../../src/store/ledger/ledger.ts';
import { openStage } from '../../src/store/stage/stage.ts';

/** A model whose inputs nobody knows, so that everything is sent as it is. */
export const freeModel = 'someone/free';
export const picturesModel = 'someone/pictures';

const models: readonly Model[] = [
  ideogramV2,
  { ...ideogramV2, id: freeModel, inputSchema: null },
  {
    ...ideogramV2,
    id: picturesModel,
    inputSchema: {
      type: 'object',
      required: ['prompt'],
      properties: {
        prompt: { type: 'string' },
        image_url: { type: 'string', format: 'image_uri' },
        size: { type: ['string', 'integer'] },
        width: { type: 'integer' },
        job: { type: 'string' },
        scale: { type: 'number' },
        loras: { type: 'array', items: { type: 'object' } },
        extra: { type: 'object' },
      },
    },
  },
];

export function jobOf(
  input: JsonObject,
  { model = ideogramV2.id, rep = 1, ...extra }: Partial<PlannedJob> = {},
): PlannedJob {
  const id = jobId(model, input, rep, null);
  return {
    ...{ id, model, input, rep, pathTemplate: `files/${id}{_i}.{ext}`, name: null, rows: ['in.csv:2'] },
    ...{ tags: {}, axes: {}, parent: null },
    ...extra,
  };
}

/** A folder that is gone after the test. */
export function folderForTest(): string {
  const dir = mkdtempSync(join(tmpdir(), 'rcb-own-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A run folder whose plan these jobs are, after plans of `earlier` ones. */
export async function ledgerOf(
  dir: string,
  jobs: readonly PlannedJob[],
  earlier: readonly PlannedJob[] = [],
): Promise<RunLedger> {
  const ledger = openLedger(dir);
  for (const plan of earlier.length === 0 ? [jobs] : [earlier, jobs]) {
    const stage = openStage(ledger.dir);
    for (const job of plan) stage.add(job);
    stage.adopt(ledger, { fingerprint: '', settings: {}, plannedAt: 1 as Instant });
    stage.discard();
    if (plan === jobs) break;
    const failed = failure('generation_failed', 'Broken.');
    for (const { id } of plan) {
      const state = {
        status: 'failed',
        attempt: 1,
        requestId: null,
        failure: failed,
        costUsd: null,
      } as const;
      await ledger.record(id, state, 2 as Instant);
    }
    ledger.flush();
  }
  return ledger;
}

export interface PlannedFrom {
  readonly jobs: readonly PlannedJob[];
  readonly problems: readonly Problem[];
  readonly rows: readonly Row[];
}

/** The jobs that a file gives as an input. */
export async function plannedFrom(path: string, request: Partial<PlanRequest> = {}): Promise<PlannedFrom> {
  const problems: Problem[] = [];
  const jobs: PlannedJob[] = [];
  const rows: Row[] = [];
  const source = inputSource(path, { stdin: Readable.from([]) });
  const input = await readInput(source, (problem) => problems.push(problem));
  async function* seen(): AsyncGenerator<readonly [Row]> {
    if (input.kind !== 'rows') return;
    for await (const row of rowsIn(input.rows)) {
      rows.push(row);
      yield [row];
    }
  }
  const whole: PlanRequest = {
    provider: runcomfy,
    ...{ defaultModel: ideogramV2.id, modelIsForced: false, axes: [], defaults: [], renames: new Map() },
    ...{ nameTemplate: defaultNameTemplate, wordsAlone: false, seeds: null, scattersSeeds: false },
    conventions: { edition: 2, salt: 'a folder', isKept: true },
    ...{ wildcards: false, literal: false, repeat: 1, link: [], exclude: [], order: 'breadth' },
    ...{ files: fileFinder('.', typeOfSent, runcomfy.bodyLimits), maxJobs: 100_000, limit: null },
    modelOf: async (id) => models.find((model) => model.id === id) ?? null,
    ...request,
  };
  await planJobs(seen(), whole, (planned) => {
    if (planned.type === 'job') jobs.push(planned.job);
    if (planned.type === 'problem') problems.push(planned.problem);
  });
  return { jobs, problems, rows };
}

/** What makes two jobs the same to their user. */
export function kernel({ id, model, input, rep, name, tags, axes, parent }: PlannedJob) {
  return { id, model, input, rep, name, tags, axes, parent };
}
