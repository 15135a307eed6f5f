import { JobFailure } from '../../core/job/failures.ts';
import type { Job, JobId } from '../../core/job/job.ts';
import { jobStatuses } from '../../core/job/job.ts';
import { isAtRest } from '../../core/job/state-facts.ts';
import { endedBadly } from '../../core/job/tally.ts';
import type { Budget } from '../../core/money/budget.ts';
import { type Gate, gate } from '../../core/sharing/gate.ts';
import type { Advance, Mirror } from '../../core/sharing/mirror.ts';
import type { SharedLedger } from '../../core/sharing/shared-ledger.ts';
import type { RunGate } from '../../share/runner/announcing.ts';
import type { RunLedger } from '../../store/ledger/ledger.ts';
import type { RunPolicy } from '../policies.ts';
import type { JoinedFolder } from './joined-folder.ts';

interface GateTerms {
  readonly policy: RunPolicy;
  /** Of the whole run; null: there is no spending cap. */
  readonly budget: Budget | null;
  readonly drain: (why: string) => void;
}

/** A gate, and the mirror and shared ledger by which it hears what it decides by. */
interface GatedSharing {
  readonly gate: Gate;
  readonly runGate: RunGate;
  readonly mirror: Mirror;
  readonly shared: SharedLedger;
  /** A job that may be asked about. */
  meet(job: Job): void;
}

/** The gate of one runner, over what all do: it hears of each move once, from wherever the mirror takes it over. */
export function gatedSharing({ mirror, shared, ledger }: JoinedFolder, terms: GateTerms): GatedSharing {
  const { policy, budget, drain } = terms;
  const jobs = new Map<JobId, Job>();
  /** What was taken over to decide by, and is still to be passed on. */
  let early: Advance[] = [];

  function taken(advances: readonly Advance[]): readonly Advance[] {
    for (const { job, from, state } of advances) own.moved(job, from, state);
    return advances;
  }

  const own = gate({
    limits: {
      maxInFlight: policy.limits.concurrency.max,
      maxSubmissions: policy.limits.maxSubmissions,
      maxSubmissionsPerMinute: policy.limits.maxSubmissionsPerMinute,
      failures:
        policy.caps.failures === null ? null : { cap: policy.caps.failures, before: endingsOf(ledger) },
    },
    budget,
    inFlight: ledger.held(['submitting', 'queued', 'running', 'succeeded']),
    // What this runner itself works on, it knows best.
    apply({ changes }) {
      const others = changes.filter(({ job }) => job.holder !== shared.runner);
      early.push(...taken(mirror.apply(others, null)));
    },
    drain,
  });

  return {
    gate: own,
    runGate: {
      decide(view, asked) {
        const { go, nextAt, capped } = own.decide(
          view,
          asked.map(({ job }) => jobs.get(job) as Job),
        );
        return { go, nextAt, stop: capped === null ? null : new JobFailure(capped) };
      },
    },
    mirror: {
      ...mirror,
      apply(changes, horizon) {
        const before = early;
        early = [];
        return [...before, ...taken(mirror.apply(changes, horizon))];
      },
    },
    shared: {
      ...shared,
      async announce(asked, since, decide) {
        const answers = await shared.announce(asked, since, decide);
        own.settled(
          asked.map(({ job, state }) => ({ job: jobs.get(job) as Job, state })),
          answers,
        );
        return answers;
      },
    },
    meet: (job) => void jobs.set(job.id, job),
  };
}

/** What had ended before this runner began. */
function endingsOf(ledger: RunLedger) {
  const { counts } = ledger.holdings();
  const atRest = jobStatuses.filter((status) => isAtRest(status));
  return { ended: atRest.reduce((sum, status) => sum + counts[status], 0), failed: endedBadly(counts) };
}
