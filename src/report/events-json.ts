import type { Writable } from 'node:stream';
import type { Instant, Job, JobState } from '../core/job/job.ts';
import { type ManifestLine, manifestError } from '../core/job/manifest.ts';
import { costOf, failureOf, filesOf, notesOf, requestIdOf } from '../core/job/state-facts.ts';
import type { RunEvent } from '../core/ports.ts';
import { jsonLine } from './json-line.ts';

/** The event of a job's change under `--json`: fields of its manifest line, with the same names. */
interface JobLine
  extends Pick<
    ManifestLine,
    'job' | 'model' | 'state' | 'request_id' | 'outputs' | 'notes' | 'cost' | 'error'
  > {
  readonly event: 'job';
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly attempt: number;
}

/** No submission leaves for now. Told when the wait begins, and again when its reason changes. */
interface WaitingLine {
  readonly event: 'waiting';
  readonly for: 'api' | 'ledger';
  /** A whole sentence: what is waited for, and why. */
  readonly message: string;
  /** ISO 8601, UTC, as `until`. */
  readonly since: string;
  /** When it is given up; null: never. */
  readonly until: string | null;
}

/** That wait is over. */
interface ResumedLine {
  readonly event: 'resumed';
  readonly for: 'api' | 'ledger';
  readonly waited_ms: number;
}

/** What programs hear of a run while it goes on. */
export type RunLine = JobLine | WaitingLine | ResumedLine;

export interface JsonEvents {
  plan(summary: object): void;
  observe(event: RunEvent): void;
  summary(summary: object): void;
}

/** `--json`: one JSON object per line: the plan once, each change of a job, and the summary last. */
export function jsonEvents(stream: Writable): JsonEvents {
  const write = (line: object): void => void stream.write(jsonLine(line));
  return {
    plan: (summary) => write({ ...summary, event: 'plan' }),
    summary: (summary) => write({ ...summary, event: 'summary' }),
    observe(event) {
      const line = runLine(event);
      if (line !== null) write(line);
    },
  };
}

/** null: programs are not told of it. */
export function runLine(event: RunEvent): RunLine | null {
  switch (event.type) {
    case 'advanced':
      return jobLine(event.job, event.state, isoTime(event.at));
    case 'waiting':
      return {
        event: 'waiting',
        for: event.for,
        message: event.message,
        since: isoTime(event.since),
        until: event.until === null ? null : isoTime(event.until),
      };
    case 'resumed':
      return { event: 'resumed', for: event.for, waited_ms: Math.round(event.waitedMs) };
    case 'polled':
    case 'repeating':
    case 'warned':
    case 'halted':
      return null;
  }
}

function isoTime(instant: Instant): string {
  return new Date(instant).toISOString();
}

function jobLine(job: Job, state: JobState, at: string): JobLine {
  const failure = failureOf(state);
  return {
    event: 'job',
    job: job.id,
    state: state.status,
    request_id: requestIdOf(state),
    outputs: filesOf(state),
    notes: notesOf(state),
    cost: costOf(state),
    error: failure === null ? null : manifestError(failure),
    attempt: state.attempt,
    model: job.model,
    at,
  };
}
