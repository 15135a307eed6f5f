import type { SharedChange, SharedJobRow } from '../../../src/core/sharing/shared-rows.ts';

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
