import type { Problem } from '../../core/complaints.ts';
import type { CanaryReport } from '../../core/job/canary-report.ts';
import { tallying } from '../../core/job/tally.ts';
import type { Observer } from '../../core/ports.ts';
import { type RunLine, runLine } from '../../report/events-json.ts';
import { expiredText } from '../../report/folder/expiry-text.ts';
import type { PlanSummary } from '../../report/plan/plan-json.ts';
import type { PlanView } from '../../report/plan/plan-text.ts';
import type { AccessRequest } from '../access/access-request.ts';
import type { Access } from '../access/endpoint.ts';
import { heardWarnings } from '../callbacks/settling-callbacks.ts';
import { needsConsent, planNeedsConsent, type Spending } from '../folder/spending.ts';
import { makePage } from '../page/page-making.ts';
import type { RunPolicies, RunPolicy } from '../policies.ts';
import { realClock } from '../real-clock.ts';
import { canaryAhead, canaryReportOf, restOf } from '../running/canary.ts';
import { noneMissing } from '../running/done-files.ts';
import { runFolder } from '../running/run-on-folder.ts';
import { type RunSummary, runSummary } from '../running/run-summary.ts';
import { type FolderStart, startKept } from '../running/starting.ts';
import { openStopper, type Stopper } from '../running/stopper.ts';
import { eventQueue } from './event-queue.ts';

/** How a run is carried out. */
export interface CarryOutOptions {
  readonly policies?: RunPolicies;
  /**
   * Whether what the plan would spend may be spent: asked where it is more than 20 jobs or one dollar. Left out: no, and
   * the outcome is `needs_consent`.
   */
  readonly consent?: boolean | ((spending: Spending) => boolean | Promise<boolean>);
  /** Leaves at once when aborted: what is in flight goes on at the server, and the next run collects it. */
  readonly signal?: AbortSignal;
  /** Makes the viewer's page when the run has ended. Usual: false. */
  readonly page?: boolean;
}

/** What is told of a run, in the words of `rcb run --json`. */
export type LibraryEvent =
  | (PlanSummary & { readonly event: 'plan' })
  | RunLine
  /** Something that the user should know, as a sentence. */
  | { readonly event: 'notice'; readonly message: string };

/** What came of a run. */
export type RunOutcome =
  /** `finished`: nothing is left to do, whether or not every job went well. */
  | (RunSummary & { readonly type: 'ended'; readonly dir: string; readonly finished: boolean })
  /** Nothing was submitted or written: give `consent` to go ahead. */
  | { readonly type: 'needs_consent'; readonly spending: Spending; readonly plan: PlanSummary }
  /** The input has errors, and nothing was submitted. */
  | { readonly type: 'refused'; readonly problems: readonly Problem[] };

/** A run that is under way: its events for one reader, and what comes of it. */
export interface LibraryRun extends AsyncIterable<LibraryEvent> {
  /** Rejects with `UserError` for what the user can mend. */
  readonly outcome: Promise<RunOutcome>;
  /** Submits nothing more; what is in flight is collected. */
  drain(): void;
}

/** What a run needs while it is carried out. */
interface RunTools {
  readonly stopper: Stopper;
  tell(event: LibraryEvent): void;
  observe: Observer;
  notice(message: string): void;
}

/** Starts the work at once. Events that come before the first reader are kept from the moment that it asks. */
export function libraryRun(
  { signal }: Pick<CarryOutOptions, 'signal'>,
  work: (tools: RunTools) => Promise<RunOutcome>,
): LibraryRun {
  const events = eventQueue<LibraryEvent>();
  const notice = (message: string): void => events.put({ event: 'notice', message });
  const observe: Observer = (event) => {
    const line = runLine(event);
    if (line !== null) events.put(line);
  };
  const stopper = openStopper(notice);
  const leave = (): void => stopper.leave(new Error('The run was aborted.'));
  if (signal?.aborted) leave();
  signal?.addEventListener('abort', leave, { once: true });
  // The caller gets to ask for the events first.
  const outcome = Promise.resolve()
    .then(() => work({ stopper, tell: events.put, observe, notice }))
    .finally(() => signal?.removeEventListener('abort', leave));
  outcome.then(
    () => events.end(),
    (error: unknown) => events.end(error),
  );
  return {
    outcome,
    drain: () => stopper.drainSilently(new Error('The run was drained.')),
    [Symbol.asyncIterator]: () => events.take(),
  };
}

/** Whether this may be spent; null: it need not be asked. */
async function mayBeSpent(
  question: Spending | null,
  { consent = false }: Pick<CarryOutOptions, 'consent'>,
): Promise<boolean> {
  if (question === null) return true;
  return typeof consent === 'function' ? consent(question) : consent;
}

/** What is about to be carried out. */
interface Carrying {
  readonly dir: string;
  readonly ahead: PlanView;
  readonly plan: PlanSummary;
  readonly access: Access;
  readonly accessRequest: AccessRequest;
  readonly policy: RunPolicy;
  readonly options: CarryOutOptions & { readonly pid: number };
}

/**
 * Carries out a run once what needs consent has it: all of it, or first its canary and then the rest, which a consent
 * that was given beforehand covers only where every job of the canary went well.
 */
export async function carryOutAsked(
  { dir, ahead, plan, options, ...manner }: Carrying,
  start: () => Promise<FolderStart>,
  tools: RunTools,
): Promise<RunOutcome> {
  const { access, policy } = manner;
  const canary = canaryAhead(dir, policy, ahead);
  const question =
    canary.type === 'none'
      ? planNeedsConsent(ahead, access)
      : canary.type === 'run'
        ? needsConsent(canary.spending, access)
        : restOf(canaryReportOf(dir, canary.record, policy));
  if (question !== null && !(await mayBeSpent(question, options))) {
    return { type: 'needs_consent', spending: question, plan };
  }
  const started = await start();
  if (canary.type === 'ran') started.ledger.agreeToCanary();
  const { outcome, report } = await carryOut(started, manner, options, tools);
  if (report === null) return outcome;
  const isAgreed =
    typeof options.consent === 'function'
      ? await options.consent(restOf(report))
      : options.consent === true && report.failed === 0;
  if (!isAgreed) return outcome;
  const unclear = { resendsUnknown: policy.resendsUnknown, provider: access.provider };
  const rest = await startKept(dir, { missing: noneMissing }, unclear);
  rest.ledger.agreeToCanary();
  return (await carryOut(rest, manner, options, tools)).outcome;
}

/** Carries out a run whose folder is ready. `report`: how its canary went, if the rest waits for consent. */
async function carryOut(
  { ledger, missing, taken, heard, expired }: FolderStart,
  { access, accessRequest, policy }: Pick<Carrying, 'access' | 'accessRequest' | 'policy'>,
  { page = false, pid }: { readonly page?: boolean; readonly pid: number },
  { stopper, observe, notice }: RunTools,
): Promise<{ readonly outcome: RunOutcome; readonly report: CanaryReport | null }> {
  const { dir } = ledger;
  const canary = policy.canary === null ? null : ledger.beginCanary(policy.canary, realClock.now());
  for (const warning of heardWarnings(heard)) notice(warning);
  if (expired !== undefined && expired.size > 0) notice(expiredText(expired.size));
  const ending = await runFolder({
    ledger,
    access,
    accessRequest,
    policy,
    collectsOnly: false,
    canary,
    taken,
    heard,
    expired,
    logLevel: 'info',
    pid,
    stopper,
    tally: tallying(ledger.holdings()),
    observe,
  });
  if (ending.logTrouble !== null) notice(ending.logTrouble);
  const made =
    page && !ending.isLeft && ending.aftermath === null ? await makePage(dir, stopper.stop.leave) : null;
  if (ending.fault !== null) throw ending.fault;
  const { pending, submitting, queued, running, succeeded } = ending.tally.counts;
  const finished = pending + submitting + queued + running + succeeded === 0;
  const summary = runSummary(ending, { page: made?.page ?? null, missing: missing.files });
  return { outcome: { type: 'ended', dir, finished, ...summary }, report: ending.canary };
}
