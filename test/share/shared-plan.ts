import type { SharedChange } from '../../src/core/sharing/shared-rows.ts';
import { openSharedRuns } from '../../src/share/postgres/postgres-runs.ts';
import { type KilledProvider, killedProviders } from '../kill/killed-providers.ts';
import { aPlannedJob } from '../support/builders.ts';

/** Begins a run of so many different jobs. `prompt` keeps the bodies of runs apart. */
export async function beginShared(
  url: string,
  name: string,
  {
    provider,
    jobs,
    prompt,
  }: { readonly provider: KilledProvider; readonly jobs: number; readonly prompt: string },
): Promise<{ readonly key: string }> {
  const { input, model } = killedProviders[provider];
  const runs = await openSharedRuns(url, process.env);
  const key = `key of ${name}`;
  const rows = Array.from({ length: jobs }, (_, seq): SharedChange => {
    const job = aPlannedJob(input(prompt, seq), { model });
    return {
      attempts: [],
      job: {
        ...{ id: job.id, in_plan: 1, seq, model, input: JSON.stringify(job.input), rep: job.rep, name: null },
        ...{
          rows: JSON.stringify(job.rows),
          tags: '{}',
          axes: '{}',
          parent: null,
          planned_at: 0,
          also: null,
        },
        ...{ path_template: job.pathTemplate, path_key: job.pathTemplate, names: null },
        ...{ state: 'pending', attempt: 1, request_id: null, since: null, cost: null, failure: null },
        ...{ notes: null, ref: null, epoch: 0, announced: null, holder: null },
      },
    };
  });
  const plan = JSON.stringify({ fingerprint: '', settings: {}, plannedAt: 0 });
  await runs.begin({ name, key, plan, account: null, limits: {}, files: null }, rows);
  await runs.close();
  return { key };
}
