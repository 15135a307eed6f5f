import { onTestFinished } from 'vitest';
import type { Instant } from '../../../src/core/job/job.ts';
import type { SharedChange, SharedJobRow } from '../../../src/core/sharing/shared-rows.ts';
import type { SharedRuns } from '../../../src/core/sharing/shared-runs.ts';
import { openSharedRuns } from '../../../src/share/postgres/postgres-runs.ts';

export const at = 1000 as Instant;

export const cats = { name: 'cats', key: 'k1', plan: '{}', account: null, limits: {}, files: null };

export const runner = (name: string) => ({ name, host: name, version: '1.0.0' });

/** Until the test ends. */
export async function openedRuns(url: string): Promise<SharedRuns> {
  const runs = await openSharedRuns(url, {});
  onTestFinished(() => runs.close());
  return runs;
}

/** A pending job as a plan sets it. */
export function aSharedJob(id: string, seq: number, given: Partial<SharedJobRow> = {}): SharedChange {
  const job: SharedJobRow = {
    ...{
      id,
      in_plan: 1,
      seq,
      model: 'a/model',
      input: `{"prompt":"${id}"}`,
      rep: 1,
      name: null,
      rows: '["p.csv:1"]',
    },
    ...{
      tags: '{}',
      axes: '{}',
      parent: null,
      path_template: `${id}{ext}`,
      path_key: `${id}{ext}`,
      planned_at: 1,
    },
    ...{ also: null, names: null, state: 'pending', attempt: 1, request_id: null, since: null, cost: null },
    ...{ failure: null, notes: null, ref: null, epoch: 0, announced: null, holder: null },
    ...given,
  };
  return { job, attempts: [] };
}

export function sharedJobs(count: number): SharedChange[] {
  return Array.from({ length: count }, (_, index) => aSharedJob(`job${index}`, index));
}
