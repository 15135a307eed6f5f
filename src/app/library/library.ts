import type { Problem } from '../../core/complaints.ts';
import type { Sweep } from '../../core/sweep.ts';
import { type PlanSummary, planJson } from '../../report/plan/plan-json.ts';
import { accessOf } from '../access/endpoint.ts';
import { ownAccount } from '../access/source-account.ts';
import { type Spending, spendingOf } from '../folder/spending.ts';
import { type FolderStatus, statusJson } from '../folder/status-view.ts';
import { statusNow } from '../folder/watched-status.ts';
import { withBatch } from '../planning/plan-session.ts';
import { prepare } from '../planning/preparation.ts';
import { runPolicy } from '../policies.ts';
import { withReusable } from '../running/reusable.ts';
import { planAccess, startPlanned, viewAhead } from '../running/starting.ts';
import { withCap } from '../spending-ceiling.ts';
import {
  type AccessOptions,
  accessRequestFrom,
  type BatchOptions,
  batchRequestFrom,
} from './batch-options.ts';
import { type CarryOutOptions, carryOutAsked, type LibraryRun, libraryRun } from './library-run.ts';
import { withSharing } from './library-sharing.ts';
import { type LibrarySystem, type OpenedRun, openedRun } from './opened-run.ts';

/** What a plan says, and what it would spend. */
export type PlanAnswer =
  | { readonly type: 'planned'; readonly plan: PlanSummary; readonly spending: Spending }
  /** The input has errors. */
  | { readonly type: 'refused'; readonly problems: readonly Problem[] };

export interface RunOptions extends BatchOptions, CarryOutOptions {
  /**
   * The PostgreSQL that holds the run, for several machines to work on: `postgres://host/database`. Left out: the run is
   * its folder's alone; the environment names none here.
   */
  readonly ledger?: string;
}

export interface Library {
  /** Everything before the first submission. Submits nothing and writes nothing. Throws `UserError`. */
  plan(options: BatchOptions): Promise<PlanAnswer>;
  /** Makes sure that every generation exists in the run folder: what is done there is not paid for again. */
  run(options: RunOptions): LibraryRun;
  /** A run folder at this moment, also while a run is going on. Throws `UserError` where it is not one. */
  status(dir: string): FolderStatus;
  /** A run folder, to be looked into and to be continued without its input. Throws `UserError` where it is not one. */
  openRun(dir: string, options?: AccessOptions): OpenedRun;
}

export function library({ env, pid }: LibrarySystem): Library {
  return {
    status: (dir) => statusJson(statusNow(dir, env)),
    openRun: (dir, options = {}) => openedRun(dir, options, { env, pid }),

    async plan(options) {
      const identifies = { resendsUnknown: false, expected: null };
      const manner = {
        access: accessRequestFrom(options, env),
        keepsPlan: false,
        warn: () => {},
        identifies,
      };
      return withBatch(batchRequestFrom(options), manner, async (session): Promise<PlanAnswer> => {
        const { caps } = runPolicy({}, env, session.batch.sweep);
        const prepared = await prepare(session);
        if (prepared.type === 'refused') return prepared;
        prepared.staged?.stage.discard();
        const plan = planJson(withCap(prepared.view, caps));
        return { type: 'planned', plan, spending: spendingOf(prepared.view) };
      });
    },

    run: (options) =>
      libraryRun(options, (tools) =>
        withSharing({ ledger: options.ledger, env, notice: tools.notice }, (sharing) => {
          const access = accessRequestFrom(options, env);
          const policyOf = (sweep: Sweep | null) => runPolicy(options.policies ?? {}, env, sweep);
          const { prepareFolder } = sharing;
          const manner = { access, keepsPlan: true, warn: tools.notice, policyOf, prepareFolder };
          return withBatch(batchRequestFrom(options), manner, async (session) => {
            const { accessRequest, rehearsed, batch, dir } = session;
            const policy = policyOf(batch.sweep);
            const base_url = rehearsed ? null : accessOf(accessRequest).base.href;
            const prepared = await prepare(session, { base_url, rehearse: rehearsed });
            if (prepared.type === 'refused') return prepared;
            const stage = prepared.staged?.stage ?? null;
            const own = () => ownAccount(accessRequest, { rehearsed });
            try {
              return await withReusable(
                { dir, view: prepared.view, stage, own },
                policy,
                async (view, reusable) => {
                  const plan = planJson(withCap(view, policy.caps));
                  tools.tell({ ...plan, event: 'plan' });
                  const ahead = viewAhead(view, policy.resendsUnknown);
                  const agreed = await planAccess(session, ahead);
                  const manner = { access: agreed, accessRequest, policy, options: { ...options, pid } };
                  const taking = { reusable, observe: tools.observe };
                  return carryOutAsked(
                    { dir, ahead, plan, ...manner },
                    () =>
                      startPlanned(session, prepared, policy.resendsUnknown, taking, sharing.plan(policy)),
                    tools,
                  );
                },
              );
            } finally {
              stage?.discard();
            }
          });
        }),
      ),
  };
}
