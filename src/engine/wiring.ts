import type { Failure } from '../core/job/failures.ts';
import { controlsWithin } from '../core/pacing/capacity.ts';
import { noControls } from '../core/pacing/run-controls.ts';
import { serverView } from '../core/pacing/server-view.ts';
import { throttle } from '../core/pacing/throttle.ts';
import type { Observer } from '../core/ports.ts';
import type { LeaseLost } from '../core/sharing/shared-ledger.ts';
import { type AccountCheck, accountCheck } from './account-check.ts';
import { collector } from './collect.ts';
import { credibleCosts } from './costs/credible-costs.ts';
import { machineCosts } from './costs/machine-costs.ts';
import type { Driving } from './drive.ts';
import { type Enter, entering } from './enter.ts';
import type { Lanes, Limits } from './lanes.ts';
import { outageGate } from './outage.ts';
import { withOwnRequests } from './own-requests.ts';
import { performer } from './perform.ts';
import { placing } from './placing.ts';
import { watcher } from './polling/watch.ts';
import { repeats } from './repeats.ts';
import type { Ports, WrapperPorts } from './run-ports.ts';
import { steadyClock } from './steady-clock.ts';
import type { Stopping } from './stopping.ts';
import { inFlightWindow, noOthers } from './window.ts';

/** The parts of one run, connected: what the feed needs to take a job through the lanes. */
export interface Wiring {
  readonly observe: Observer;
  readonly account: Pick<AccountCheck, 'meet' | 'mayEnter'>;
  readonly enter: Enter;
  readonly driving: Driving;
  /** Tells everyone why, and submits nothing more. */
  halt(reason: Failure): void;
  /** Another runner holds the job by now. */
  letGo(lost: LeaseLost): void;
  /** Nothing more will be submitted. */
  close(): void;
}

export function wire(ports: Ports, limits: Limits, lanes: Lanes, stopping: Stopping): Wiring {
  const { ledger, clock, dice, past, admission } = ports;
  const { drain, leave } = stopping;
  const steady = steadyClock(clock);
  const view = serverView();
  const calls = throttle(limits);
  const { slots, submissions, transfers } = lanes;
  const { concurrency, capacity = null } = limits;
  const window = inFlightWindow({
    ...{
      slots,
      concurrency,
      view,
      throttle: calls,
      controls: controlsWithin(ports.controls ?? noControls, capacity),
      drain,
      account: ports.account ?? noOthers,
    },
    ...{ clock: steady, wallClock: clock, tell: (event) => observe(event) },
  });

  const observe: Observer = (event) => {
    window.observe(event);
    outage.observe(event);
    const aboutCap = admission?.observe(event) ?? null;
    ports.observe(event);
    if (aboutCap !== null) ports.observe({ type: 'warned', job: null, message: aboutCap });
  };

  function halt(reason: Failure): void {
    if (stopping.isHalted()) return;
    observe({ type: 'halted', failure: reason });
    stopping.halt(reason);
  }

  const isAccountMeant = limits.isAccountMeant === true;
  const clocks = { clock: steady, wallClock: clock };
  const account = accountCheck({ api: ports.api, ...clocks, isAccountMeant, drain, leave });
  const api = account.api(withOwnRequests(ports.api, ledger));
  const outage = outageGate({ ...limits, api: ports.api, ...clocks, observe, drain, halt });
  const { isAway } = outage;
  const stop = { drain, leave };
  const wrapping: WrapperPorts = { observe, stop, isAway };
  const results = account.results(ports.results(wrapping));
  const files = ports.files(wrapping);
  const collect = collector({ api, results, files, clock, leave, transfers, expired: ports.expired });
  const patienceMs = limits.outageMs;
  const inFlight = (): number => view.inFlight() + (ports.account ?? noOthers).others();
  const again = repeats({ ...limits, clock, dice, observe, drain, inFlight, patienceMs });
  const watched = { ...limits, ...clocks, api, dice, past, observe, leave, view, window, isAway };
  const busy = machineCosts(ports.machinesOf ?? (() => null));
  const credible = credibleCosts({
    priceOf: ports.priceOf ?? (() => null),
    observe,
    halt: admission === null ? null : halt,
  });
  const { watch, drop } = watcher({ ...watched, throttle: calls, saw: busy.saw });
  ledger.tenure?.onLost(drop);
  const driving: Driving = {
    ledger,
    clock,
    observe,
    stop,
    costed: (event, job, state, at) => busy.estimated(credible(event, job), job, state, at),
    perform: performer({
      api,
      clock,
      watch,
      collect: placing(collect, ports.place?.(wrapping), leave),
      files,
      repeats: again,
      outage,
      stop,
      abandon: stopping.abandon,
    }),
  };
  const { maxSubmissionsPerMinute } = limits;
  const pacing = { window, throttle: calls, outage, repeats: again, maxSubmissionsPerMinute };
  const enter = entering({ ...pacing, submissions, clock: steady, drain, driving });
  return { observe, account, enter, driving, halt, letGo: drop, close: window.close };
}
