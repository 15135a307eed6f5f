import type { Writable } from 'node:stream';
import type { Instant, Job, JobState } from '../core/job/job.ts';
import { costOf, failureOf, filesOf, notesOf, requestIdOf } from '../core/job/lifecycle.ts';
import { type ManifestLine, manifestError } from '../core/job/manifest.ts';
import type { JsonObject } from '../core/json.ts';
import type { RunEvent } from '../core/ports.ts';
import { jsonLine } from './json-line.ts';

/** The event of a job's change under `--json`: fields of its manifest line, with the same names. */
export interface JobLine
  extends Pick<
    ManifestLine,
    'job' | 'model' | 'state' | 'request_id' | 'outputs' | 'notes' | 'cost' | 'error'
  > {
  readonly event: 'job';
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly attempt: number;
}

export interface JsonEvents {
  plan(summary: JsonObject): void;
  observe(event: RunEvent): void;
  summary(summary: JsonObject): void;
}

/** `--json`: one JSON object per line: the plan once, each change of a job, and the summary last. */
export function jsonEvents(stream: Writable): JsonEvents {
  const write = (line: object): void => void stream.write(jsonLine(line));
  return {
    plan: (summary) => write({ ...summary, event: 'plan' }),
    summary: (summary) => write({ ...summary, event: 'summary' }),
    observe(event) {
      switch (event.type) {
        case 'advanced':
          write(jobLine(event.job, event.state, isoTime(event.at)));
          return;
        case 'waiting':
          write({
            event: 'waiting',
            for: event.for,
            message: event.message,
            since: isoTime(event.since),
            until: event.until === null ? null : isoTime(event.until),
          });
          return;
        case 'resumed':
          write({ event: 'resumed', for: event.for, waited_ms: Math.round(event.waitedMs) });
          return;
        case 'polled':
        case 'repeating':
        case 'warned':
        case 'halted':
          return;
      }
    },
  };
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
