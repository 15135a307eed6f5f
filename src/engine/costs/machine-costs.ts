import { failureRule } from '../../core/job/failures.ts';
import type { Instant, Job, JobId, JobState } from '../../core/job/job.ts';
import type { JobEvent } from '../../core/job/lifecycle.ts';
import { busyMs, type MachineTerms, machineUsd, type SeenBusy } from '../../core/money/machine-time.ts';
import { roundedUsd } from '../../core/money/prices.ts';

/** Estimates what jobs cost whose machine is paid by the second, and whose cost the server does not name. */
export interface MachineCosts {
  /** A request of the job has started or ended. */
  saw(job: JobId, seen: SeenBusy): void;
  /** The event with what follows from how long the job kept a machine busy. `at`: when it happened. */
  estimated(event: JobEvent, job: Job, state: JobState, at: Instant): JobEvent;
}

export function machineCosts(termsOf: (model: string) => MachineTerms | null): MachineCosts {
  const seen = new Map<JobId, SeenBusy>();
  /** By model: how long its jobs of this run took on average. */
  const means = new Map<string, { ms: number; jobs: number }>();

  function learn(model: string, ms: number): void {
    const mean = means.get(model) ?? { ms: 0, jobs: 0 };
    means.set(model, { ms: mean.ms + (ms - mean.ms) / (mean.jobs + 1), jobs: mean.jobs + 1 });
  }

  function busyOf(event: JobEvent, job: Job, state: JobState, at: Instant): number | null {
    const terms = termsOf(job.model);
    if (terms === null) return null;
    if (event.type === 'finished' && isCredible(event.busyMs)) return event.busyMs;
    // What failed without having been seen to start may never have had a machine.
    if (event.type === 'failed' && state.status !== 'running') return null;
    const shown = seen.get(job.id);
    const since = 'startedAt' in state ? state.startedAt : undefined;
    const isResumed = since !== undefined && (shown?.latestAt ?? null) === null;
    const span = isResumed
      ? { earliestAt: since, latestAt: since, unfinishedAt: shown?.unfinishedAt ?? null }
      : shown;
    if (span === undefined) return null;
    const usualMs = terms.usualMs ?? means.get(job.model)?.ms ?? null;
    return busyMs(span, at, { ...terms, usualMs });
  }

  function ended<E extends Extract<JobEvent, { type: 'finished' | 'failed' }>>(
    event: E,
    job: Job,
    state: JobState,
    at: Instant,
  ): E {
    const terms = termsOf(job.model);
    const ms = busyOf(event, job, state, at);
    seen.delete(job.id);
    if (terms === null || ms === null) return event;
    if (event.type === 'finished') learn(job.model, ms);
    const startedAt = Math.round(at - ms) as Instant;
    if (event.costUsd !== null) return { ...event, startedAt };
    return { ...event, costUsd: roundedUsd(machineUsd(terms, ms)), costEstimated: true, startedAt };
  }

  return {
    saw: (job, shown) => void seen.set(job, shown),
    estimated(event, job, state, at) {
      if (state.status !== 'queued' && state.status !== 'running') return event;
      switch (event.type) {
        case 'started': {
          const shown = seen.get(job.id);
          if (shown === undefined || termsOf(job.model) === null) return event;
          const { earliestAt, latestAt } = shown;
          return { ...event, startedAt: Math.round((earliestAt + (latestAt ?? at)) / 2) as Instant };
        }
        case 'finished':
          return ended(event, job, state, at);
        case 'failed': {
          const { becomes } = failureRule(event.failure.kind);
          return becomes === 'failed' || becomes === 'cancelled' ? ended(event, job, state, at) : event;
        }
        case 'announced':
        case 'withdrawn':
        case 'accepted':
        case 'saved':
          return event;
      }
    },
  };
}

const maxBusyMs = 24 * 3_600_000;

function isCredible(busyMs: number | undefined): busyMs is number {
  return busyMs !== undefined && busyMs >= 0 && busyMs <= maxBusyMs;
}
