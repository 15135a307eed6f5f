import pLimit from 'p-limit';
import PQueue from 'p-queue';
import { type Failure, failure, failureRule } from '../core/job/failures.ts';
import type { Job, JobState } from '../core/job/job.ts';
import { costOf, failureOf, nextStep } from '../core/job/lifecycle.ts';
import type { PastLatencies } from '../core/pacing/latencies.ts';
import type { Backoff, PollPace } from '../core/pacing/pace.ts';
import { serverView } from '../core/pacing/server-view.ts';
import { throttle } from '../core/pacing/throttle.ts';
import { type Concurrency, firstSize } from '../core/pacing/window-size.ts';
import type { Claim, Clock, Dice, FileStore, Ledger, Observer, Stop } from '../core/ports.ts';
import type { ProviderClient } from '../core/provider.ts';
import { accountCheck } from './account-check.ts';
import type { Admission } from './admission.ts';
import { backlogOf } from './backlog.ts';
import { collector, savesAtOnce } from './collect.ts';
import { credibleCosts } from './costs.ts';
import { type Driving, drive } from './drive.ts';
import { entering } from './enter.ts';
import { outageGate } from './outage.ts';
import { withOwnRequests } from './own-requests.ts';
import { performer } from './perform.ts';
import { repeats } from './repeats.ts';
import { steadyClock } from './steady-clock.ts';
import { watcher } from './watch.ts';
import { windowOf } from './window.ts';

/** What a run lends to the coats around its ports: someone to tell, and when to stop repeating. */
export interface RunTies {
  readonly observe: Observer;
  readonly stop: Stop;
  /** The API answers nothing at all: what fails meanwhile is not held against its number of retries. */
  readonly isAway: () => boolean;
}

export interface Ports {
  /** One call each: what fails is repeated by the engine, at a time of its own choice. */
  readonly api: ProviderClient;
  /** Results that are asked for until they come, or never will. */
  readonly results: (ties: RunTies) => Pick<ProviderClient, 'result'>;
  readonly files: (ties: RunTies) => FileStore;
  readonly ledger: Ledger;
  /** null: nothing is capped. */
  readonly admission: Admission | null;
  /** What a job costs at its base price, in dollars; null: not known, as where it is left out. */
  readonly priceOf?: (job: Job) => number | null;
  /** What earlier runs have seen. */
  readonly past: PastLatencies;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly observe: Observer;
}

export interface Limits {
  readonly concurrency: Concurrency;
  /** Submits under way at once: what a crash can leave in doubt. */
  readonly maxSubmissions: number;
  /** null: as many as the other limits let through. */
  readonly maxSubmissionsPerMinute: number | null;
  readonly maxDownloads: number;
  readonly pace: PollPace;
  readonly maxPollsPerSecond: number;
  readonly jobTimeoutMs: number;
  /** How long submissions may go unanswered before submitting is given up for this run. */
  readonly outageMs: number;
  /** Between repetitions of a submit that was provably not accepted. */
  readonly backoff: Backoff;
  /** How long the answers of submits under way are waited for when the run is left. */
  readonly abandonAfterMs: number;
  /** The user says that the address and the token are meant, whatever the API knows of the folder's requests. */
  readonly isAccountMeant?: boolean;
}

const claimedAtOnce = 64;
const collectBacklog = 64;

/**
 * Brings every job of the ledger that is not at rest as far as it will go. Each passes three lanes: entering
 * (announce, submit) and watching hold one of the slots, collecting does not. Ends when nothing is left to do or the
 * run is stopped; throws only for bugs and for a ledger or disk that cannot be written.
 */
export async function runBatch(ports: Ports, limits: Limits, stop: Stop): Promise<void> {
  const { ledger, clock, admission } = ports;
  const halt = new AbortController();
  const crash = new AbortController();
  const abandon = new AbortController();
  const over = new AbortController();
  const drain = AbortSignal.any([stop.drain, stop.leave, halt.signal, crash.signal]);
  const leave = AbortSignal.any([stop.leave, crash.signal]);

  const slots = pLimit(firstSize(limits.concurrency));
  const submits = new PQueue({ concurrency: limits.maxSubmissions });
  const collects = backlogOf(limits.maxDownloads + savesAtOnce + collectBacklog);
  const steady = steadyClock(clock);
  const view = serverView();
  const calls = throttle(limits);
  const window = windowOf({
    slots,
    concurrency: limits.concurrency,
    view,
    throttle: calls,
    clock: steady,
    drain,
  });
  const observe: Observer = (event) => {
    window.observe(event);
    outage.observe(event);
    const aboutCap = admission?.observe(event) ?? null;
    ports.observe(event);
    if (aboutCap !== null) ports.observe({ type: 'warned', job: null, message: aboutCap });
  };

  const { dice, past } = ports;
  const known = accountCheck({
    api: ports.api,
    clock: steady,
    wallClock: clock,
    isAccountMeant: limits.isAccountMeant === true,
    drain,
    leave,
  });
  const api = known.api(withOwnRequests(ports.api, ledger));
  const outage = outageGate({
    ...limits,
    api: ports.api,
    clock: steady,
    wallClock: clock,
    observe,
    drain,
    halt: haltFor,
  });
  const ties: RunTies = { observe, stop: { drain, leave }, isAway: outage.isAway };
  const world = {
    ...limits,
    api,
    results: known.results(ports.results(ties)),
    files: ports.files(ties),
    clock,
    dice,
    past,
    observe,
    leave,
    view,
    throttle: calls,
    window,
    isAway: outage.isAway,
  };
  const again = repeats({ ...world, drain, patienceMs: limits.outageMs });
  const driving: Driving = {
    ledger,
    clock,
    observe,
    stop: ties.stop,
    credible: credibleCosts({
      priceOf: ports.priceOf ?? (() => null),
      observe,
      halt: admission === null ? null : haltFor,
    }),
    perform: performer({
      api,
      clock,
      watch: watcher({ ...world, clock: steady, wallClock: clock }),
      collect: collector(world),
      files: world.files,
      repeats: again,
      outage,
      stop: ties.stop,
      abandon: abandon.signal,
    }),
  };

  const enter = entering({
    submits,
    maxSubmissionsPerMinute: limits.maxSubmissionsPerMinute,
    window,
    throttle: calls,
    outage,
    repeats: again,
    clock: steady,
    drain,
    driving,
  });

  async function throughSlot({ job, state }: Claim): Promise<JobState> {
    const entered = await enter(job, state);
    const ended = await drive(job, entered, 'watch', driving);
    await collects.room();
    return ended;
  }

  async function through(claim: Claim, begun: () => void): Promise<void> {
    const ended = await slots(() => {
      begun();
      return throughSlot(claim);
    });
    haltOn(ended);
    haltOn(await collects.through(drive(claim.job, ended, 'collect', driving)));
  }

  function haltOn(state: JobState): void {
    const reason: Failure | null = failureOf(state);
    if (reason !== null && failureRule(reason.kind).halts) haltFor(reason);
  }

  function haltFor(reason: Failure): void {
    if (halt.signal.aborted) return;
    observe({ type: 'halted', failure: reason });
    halt.abort(reason);
  }

  const underWay = new Set<Promise<void>>();
  const bugs: unknown[] = [];
  function crashOn(error: unknown): void {
    bugs.push(error);
    crash.abort(error);
  }

  /** Resolves once it has a slot. */
  function start(claim: Claim): Promise<void> {
    return new Promise((begun) => {
      const work = through(claim, begun)
        .catch(crashOn)
        .finally(() => underWay.delete(work));
      underWay.add(work);
    });
  }

  leave.addEventListener('abort', () => {
    clock.sleep(limits.abandonAfterMs, over.signal).then(
      () => abandon.abort(leave.reason),
      () => {},
    );
  });

  async function mayEnter(job: Job): Promise<boolean> {
    if (drain.aborted || !(await known.mayEnter())) return false;
    if (admission === null || (await admission.admit(job, drain))) return true;
    if (!drain.aborted) {
      observe({ type: 'halted', failure: failure('capped', admission.why(job)) });
    }
    return false;
  }

  async function feed(): Promise<void> {
    while (!leave.aborted) {
      const claims = await ledger.claim(claimedAtOnce);
      if (claims.length === 0) return;
      for (const { job, state } of claims) known.meet(job, state);
      for (const claim of claims) {
        if (leave.aborted) return;
        const enters = nextStep(claim.state)?.stage === 'enter';
        if (enters && !(await mayEnter(claim.job))) return;
        // What it cost is counted already, once the server has said so.
        if (!enters && costOf(claim.state) === null) admission?.hold(claim.job);
        await start(claim);
      }
    }
  }

  await feed().catch(crashOn);
  window.close();
  while (underWay.size > 0) await Promise.all(underWay);
  over.abort();
  if (bugs.length > 0) throw bugs[0];
}
