import type { Latency } from '../../src/simulator/faults/latency.ts';
import { type BusyRun, busyRun } from './busy-run.ts';
import type { Hint, SubmissionGate } from './submission-gates.ts';

/** A limit on submissions, and the time that it takes to let so many pass, for one who knows it. */
export interface PaceLimit {
  readonly gate: () => SubmissionGate;
  idealMs(submissions: number): number;
}

export interface LimitedRun extends Omit<BusyRun, 'jobs' | 'slots' | 'latency' | 'gate' | 'hint' | 'fixed'> {
  readonly pace?: PaceLimit;
  readonly hint: Hint;
  readonly fixed: number | null;
  readonly latency: Latency;
  readonly jobs?: number;
}

export interface Pace {
  /** Of what the server allows: the time in which all jobs could have been accepted, by the time that it took. */
  readonly share: number;
  /** Submissions that were answered 429, in seconds since the first that was accepted. */
  readonly refused: readonly number[];
  /** When each was accepted, likewise. */
  readonly accepted: readonly number[];
  /** From the first acceptance to the last. */
  readonly tookMs: number;
}

/** A run against a server that answers submissions with 429 beyond its limits. Throws unless all jobs are done. */
export async function limitedRun(run: LimitedRun): Promise<Pace> {
  const { pace, jobs = 100, ...rest } = run;
  const { server } = await busyRun({
    slots: 64,
    max: 64,
    maxPollsPerSecond: 50,
    halfTripMs: 50,
    ...rest,
    jobs,
    ...(pace === undefined ? {} : { gate: pace.gate }),
  });
  const first = server.turns[0]?.enteredAt ?? 0;
  const seconds = (at: number): number => (at - first) / 1_000;
  const accepted = server.turns.map(({ enteredAt }) => seconds(enteredAt));
  const refused = server.refusals.filter(({ call }) => call === 'submit').map(({ at }) => seconds(at));
  const tookMs = 1_000 * (accepted.at(-1) ?? 0);
  return { share: (pace?.idealMs(jobs) ?? 0) / tookMs, refused, accepted, tookMs };
}
