import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { SharedAttemptRow, SharedChange, SharedJobRow } from '../../../src/core/sharing/shared-rows.ts';
import type { SharedWith } from '../../../src/store/mirror/mirror-mark.ts';
import { type OpenMirror, openMirror } from '../../../src/store/mirror/opened-mirror.ts';
import { jobId, temporaryFolder } from '../store-support.ts';

export const shared: SharedWith = {
  address: 'postgres://ledger.example/rcb',
  run: 'cats',
  key: '0123456789abcdef',
  runner: 'ci-2',
  planVersion: 1,
};

export function freshMirror(runner = 'ci-2'): OpenMirror {
  return openMirror(join(temporaryFolder(), 'cats'), { ...shared, runner });
}

/** A job as the shared ledger has it: pending unless more is said. */
export function sharedJob(prompt: string, extra: Partial<SharedJobRow> = {}): SharedJobRow {
  const id = jobId(prompt);
  const path = `files/${id.slice(0, 8)}{_i}.{ext}`;
  return {
    ...{ id, in_plan: 1, seq: 1, model: 'ideogram/ideogram-v2/generate', input: JSON.stringify({ prompt }) },
    ...{
      rep: 1,
      name: null,
      rows: JSON.stringify([`${prompt}.csv:2`]),
      tags: '{}',
      axes: '{}',
      parent: null,
    },
    ...{ path_template: path, path_key: path, planned_at: 1_000, also: null, names: null, state: 'pending' },
    ...{ attempt: 1, request_id: null, since: null, cost: null, failure: null, notes: null, ref: null },
    ...{ epoch: 0, announced: null, holder: null, ...extra },
  };
}

export function sharedAttempt(job: SharedJobRow, extra: Partial<SharedAttemptRow> = {}): SharedAttemptRow {
  return {
    ...{ job: job.id, attempt: job.attempt, state: job.state, request_id: job.request_id, submitted_at: 10 },
    ...{ started_at: null, finished_at: null, done_at: null, cost: job.cost, failure: job.failure },
    ...{ ref: job.ref, estimated: null, runner: null, outputs: null, ...extra },
  };
}

export const change = (job: SharedJobRow, ...attempts: SharedAttemptRow[]): SharedChange => ({
  job,
  attempts,
});

/** All that a folder has on record about its jobs, whatever the numbers of their rows. */
export function recordsIn(dir: string): unknown {
  const db = new DatabaseSync(join(dir, 'manifest.db'));
  try {
    const jobs = db.prepare('SELECT * FROM job ORDER BY id').all();
    const rest = ['attempt', 'output'].map((table) =>
      db
        .prepare(`SELECT job.id, ${table}.* FROM ${table} JOIN job ON job.num = ${table}.job
        ORDER BY job.id, ${table}.attempt${table === 'output' ? ', idx' : ''}`)
        .all(),
    );
    const bare = (row: object) => ({ ...row, num: null, job: null });
    return [jobs.map(bare), ...rest.map((each) => each.map(bare))];
  } finally {
    db.close();
  }
}
