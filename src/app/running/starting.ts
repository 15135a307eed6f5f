import type { JobId } from '../../core/job/job.ts';
import { hasNothingLeft } from '../../core/job/tally.ts';
import type { Observer } from '../../core/ports.ts';
import type { Provider } from '../../core/provider.ts';
import type { MissingFiles } from '../../report/plan/missing-text.ts';
import type { PlanView } from '../../report/plan/plan-text.ts';
import { keepInputs } from '../../store/files/input-files.ts';
import { keepCopies } from '../../store/folder/link-copies.ts';
import type { RunLedger } from '../../store/ledger/ledger.ts';
import { agreedAccess } from '../access/account.ts';
import { type Access, accessOf } from '../access/endpoint.ts';
import { type SettledByCallback, settleByCallbacks } from '../callbacks/settling-callbacks.ts';
import { refuseOtherShard } from '../folder/kept-shard.ts';
import { countedAsPending, resendUnknown } from '../folder/order-jobs.ts';
import { openForPlan, openRun } from '../folder/with-ledger.ts';
import { refuseOtherConventions } from '../planning/kept-conventions.ts';
import type { PlanSession } from '../planning/plan-session.ts';
import type { Prepared } from '../planning/preparation.ts';
import { realClock } from '../real-clock.ts';
import type { SharedPlace, SharedPlan } from '../shared/shared-place.ts';
import { noneMissing, refetchMissing } from './done-files.ts';
import type { Reusable } from './reuse.ts';
import type { Taken } from './reuse-taking.ts';
import { adoptInto, type WorkLedger } from './work-ledger.ts';

/** A folder that is ready to be worked on. Whoever gets it closes the ledger, as `runFolder` does. */
export interface FolderStart {
  readonly ledger: WorkLedger;
  /** Files of done jobs that were missing, and are fetched again. */
  readonly missing: MissingFiles;
  /** What was taken from other folders; absent: nothing was looked for. */
  readonly taken?: Taken;
  /** Jobs whose files are asked for although the server has probably deleted them; absent: none. */
  readonly expired?: ReadonlySet<JobId>;
  /** What callbacks have told of unclear submissions; absent: nothing was asked for. */
  readonly heard?: SettledByCallback;
}

/** What is done with submissions of unknown outcome before anything is submitted. */
interface Unclear {
  readonly resendsUnknown: boolean;
  /** Says what can be a request's id. */
  readonly provider: Pick<Provider, 'requestId' | 'filesKeptMs'>;
}

/** What is to be taken from other folders before anything is submitted, and who hears of each job. */
interface Taking {
  readonly reusable: Reusable | null;
  readonly observe: Observer;
}

/** What a run of this plan would find to do: unclear submissions count as pending where they are sent again. */
export function viewAhead(view: PlanView, resendsUnknown: boolean): PlanView {
  return resendsUnknown ? countedAsPending(view) : view;
}

/** Whether the API may be needed: callbacks can turn what is in doubt into what is to be collected. */
export function mayCollect(ahead: Pick<PlanView, 'counts'>): boolean {
  return !hasNothingLeft(ahead) || ahead.counts.unknown > 0;
}

/** The API that a plan is run with, agreed to where something is to be done. Throws what `agreedAccess` does. */
export async function planAccess(
  { access, accessRequest, dir }: Pick<PlanSession, 'access' | 'accessRequest' | 'dir'>,
  ahead: PlanView,
  keptUrl: string | null = null,
): Promise<Access> {
  if (!hasNothingLeft(ahead)) return agreedAccess(await access(), dir, accessRequest);
  return ahead.rehearsed === true && mayCollect(ahead) ? access() : accessOf(accessRequest, keptUrl);
}

/** Takes a prepared plan into its folder, in one transaction. */
export function startPlanned(
  session: PlanSession,
  { view, staged }: Prepared,
  resendsUnknown: boolean,
  taking: Taking | null = null,
  sharing?: SharedPlan,
): Promise<FolderStart> {
  const unclear = { resendsUnknown, provider: session.provider };
  const open = () => openForPlan(session.dir, sharing);
  return started(view, { unclear, taking, open }, async (ledger) => {
    await keepCopies(ledger.dir, session.batch.links);
    if (staged === null) return;
    refuseOtherConventions(ledger.dir, session.conventions);
    refuseOtherShard(ledger.dir, session.batch.shard);
    await keepInputs(ledger.dir, staged.files);
    await ledger.sharing?.putInputs(staged.files);
    await adoptInto(ledger, staged.record, () => staged.stage.adopt(ledger, staged.record));
    // It looks into the ledger, whose log is written into it when nobody else does any more.
    staged.stage.discard();
  });
}

/** Continues a folder from the plan that it keeps. */
export function startKept(
  dir: string,
  view: Pick<PlanView, 'missing'>,
  unclear: Unclear,
  taking: Taking | null = null,
  place?: SharedPlace,
): Promise<FolderStart> {
  return started(view, { unclear, taking, open: () => openRun(dir, place) }, async () => {});
}

interface Starting {
  readonly unclear: Unclear;
  readonly taking: Taking | null;
  readonly open: () => Promise<WorkLedger>;
}

async function started(
  { missing = noneMissing }: Pick<PlanView, 'missing'>,
  { unclear, taking, open }: Starting,
  adopt: (ledger: WorkLedger) => Promise<void>,
): Promise<FolderStart> {
  const ledger = await open();
  try {
    await adopt(ledger);
    const heard = await settledOrResent(ledger, unclear, taking?.observe);
    const taken = await takenBy(ledger, taking);
    const refetching = await refetchMissing(ledger, unclear.provider, missing.jobs > 0);
    return { ledger, ...refetching, heard, ...taken };
  } catch (error) {
    await ledger.close();
    throw error;
  }
}

/** What callbacks tell of is never sent again, whatever the user has ordered for the rest. */
export async function settledOrResent(
  ledger: RunLedger,
  { resendsUnknown, provider }: Unclear,
  observe?: Observer,
): Promise<SettledByCallback> {
  const heard = await settleByCallbacks(ledger, { provider, at: realClock.now(), observe });
  if (resendsUnknown) await resendUnknown(ledger, new Set(heard.contested.map(({ job }) => job)));
  return heard;
}

/** Takes what other folders have done into the folder of a ledger. */
export async function takenBy(ledger: RunLedger, taking: Taking | null): Promise<{ readonly taken?: Taken }> {
  if (taking === null || taking.reusable === null) return {};
  const { takeReusable } = await import('./reuse-taking.ts');
  return { taken: await takeReusable(ledger, taking.reusable, taking.observe) };
}
