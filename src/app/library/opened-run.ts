import type { Environment } from '../../core/environment.ts';
import type { ManifestLine } from '../../core/job/manifest.ts';
import { planJson } from '../../report/plan/plan-json.ts';
import { accessOf } from '../access/endpoint.ts';
import { ownAccount } from '../access/source-account.ts';
import { type JobFilter, jobLines } from '../folder/job-lines.ts';
import { type FolderStatus, statusJson } from '../folder/status-view.ts';
import { statusNow } from '../folder/watched-status.ts';
import { keptFolder } from '../planning/kept-folder.ts';
import { runPolicy } from '../policies.ts';
import { startRehearsal } from '../running/rehearsal.ts';
import { withReusable } from '../running/reusable.ts';
import { mayCollect, planAccess, startKept, viewAhead } from '../running/starting.ts';
import { withCap } from '../spending-ceiling.ts';
import { type AccessOptions, accessRequestFrom } from './batch-options.ts';
import { type CarryOutOptions, carryOutAsked, type LibraryRun, libraryRun } from './library-run.ts';

/** What the library takes from the process that it runs in. */
export interface LibrarySystem {
  readonly env: Environment;
  readonly pid: number;
}

/** A run folder. */
export interface OpenedRun {
  readonly dir: string;
  status(): FolderStatus;
  /** Its jobs as the manifest has them, streamed; with a filter, only those that it leaves. */
  jobs(filter?: JobFilter): Iterable<ManifestLine>;
  /** Continues it from the plan that it keeps, without its input. */
  resume(options?: CarryOutOptions): LibraryRun;
}

/** Throws `UserError` where it is not a run folder. */
export function openedRun(dir: string, options: AccessOptions, { env, pid }: LibrarySystem): OpenedRun {
  const status = (): FolderStatus => statusJson(statusNow(dir, env));
  status();
  return {
    dir,
    status,
    jobs: (filter) => jobLines(dir, filter),
    resume: (manner = {}) =>
      libraryRun(manner, async (tools) => {
        const policy = runPolicy(manner.policies ?? {}, env);
        const request = accessRequestFrom(options, env);
        const kept = await keptFolder(dir, false, request, { policy });
        const { view, rehearsed, address, provider } = kept;
        const accessRequest = { ...request, provider };
        const own = () => ownAccount(accessRequest, { rehearsed, kept: address });
        return withReusable({ dir, view, stage: null, own }, policy, async (whole, reusable) => {
          const plan = planJson(withCap(whole, policy.caps));
          tools.tell({ ...plan, event: 'plan' });
          const ahead = viewAhead(whole, policy.resendsUnknown);
          const rehearsal = rehearsed && mayCollect(ahead) ? await startRehearsal(provider, dir) : null;
          try {
            const named = async () => rehearsal?.access ?? accessOf(accessRequest, address);
            const access = await planAccess({ access: named, accessRequest, dir }, ahead, address);
            const how = { access, accessRequest, policy, options: { ...manner, pid } };
            const taking = { reusable, observe: tools.observe };
            const unclear = { resendsUnknown: policy.resendsUnknown, provider };
            const start = () => startKept(dir, view, unclear, taking);
            return await carryOutAsked({ dir, ahead, plan, ...how }, start, tools);
          } finally {
            await rehearsal?.close();
          }
        });
      }),
  };
}
