import type { Writable } from 'node:stream';
import type { Instant, Job, JobState } from '../core/job/job.ts';
import { type ManifestLine, manifestError, type ReusedFrom } from '../core/job/manifest.ts';
import { costOf, failureOf, filesOf, isEstimated, notesOf, requestIdOf } from '../core/job/state-facts.ts';
import { roundedUsd } from '../core/money/prices.ts';
import type { RunEvent } from '../core/ports.ts';
import { jsonLine } from './json-line.ts';
import type { ProblemLine } from './plan/problem-json.ts';
import type { ProgressLine } from './progress/progress-json.ts';

/** The event of a job's change under `--json`: fields of its manifest line, with the same names. */
interface JobLine
  extends Pick<
    ManifestLine,
    | 'job'
    | 'model'
    | 'state'
    | 'request_id'
    | 'outputs'
    | 'notes'
    | 'cost'
    | 'cost_estimated'
    | 'error'
    | 'reused_from'
  > {
  readonly event: 'job';
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly attempt: number;
  /** Another machine of a shared run has done it; absent: this one has. */
  readonly elsewhere?: true;
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

/** What ended a command, for programs. */
export interface ErrorFacts {
  /** What it is about, such as `usage` or `token`; `bug`: nothing that the user did. */
  readonly class: string;
  readonly message: string;
  readonly hint: string | null;
  readonly exit_code: number;
}

/** The page is being built; is complete; or could not be completed. */
export type PageState = 'building' | 'built' | 'incomplete';

export interface JsonEvents {
  plan(summary: object): void;
  observe(event: RunEvent): void;
  progress(line: ProgressLine): void;
  problem(line: ProblemLine): void;
  page(state: PageState): void;
  /** Said last of all, where the run continues in another process. */
  detached(started: object): void;
  /** `outcome`: what the command came to; null: a summary that names the error follows. */
  error(error: ErrorFacts, outcome: string | null): void;
  summary(summary: object): void;
}

/** `lines`: all of them; `summary`: one object at the end and nothing else. */
export type JsonForm = 'lines' | 'summary';

/** `--json`: one JSON object per line: the plan once, each change of a job, and the summary or an error last. */
export function jsonEvents(stream: Writable, form: JsonForm = 'lines'): JsonEvents {
  const write = (line: object): void => void stream.write(jsonLine(line));
  return form === 'lines' ? allLines(write) : onlySummary(write);
}

function allLines(write: (line: object) => void): JsonEvents {
  return {
    plan: (summary) => write({ ...summary, event: 'plan' }),
    observe(event) {
      const line = runLine(event);
      if (line !== null) write(line);
    },
    progress: write,
    problem: write,
    page: (state) => write({ event: 'page', state }),
    detached: (started) => write({ event: 'detached', ...started }),
    error: (error) => write({ event: 'error', ...error }),
    summary: (summary) => write({ ...summary, event: 'summary' }),
  };
}

const maxProblems = 20;

/** What went wrong stands in that object. */
function onlySummary(write: (line: object) => void): JsonEvents {
  const nothing = (): void => {};
  const problems: Omit<ProblemLine, 'event'>[] = [];
  let count = 0;
  return {
    ...{ plan: nothing, observe: nothing, progress: nothing, page: nothing },
    problem({ event: _, ...problem }) {
      count += 1;
      if (problems.length < maxProblems) problems.push(problem);
    },
    detached: (started) => write({ event: 'summary', outcome: 'detached', exit_code: 0, ...started }),
    error({ exit_code, ...error }, outcome) {
      if (outcome === null) return;
      const found = count === 0 ? {} : { problems, problem_count: count };
      write({ event: 'summary', outcome, exit_code, error, ...found });
    },
    summary: (summary) => write({ ...summary, event: 'summary' }),
  };
}

/** null: programs are not told of it. */
export function runLine(event: RunEvent): RunLine | null {
  switch (event.type) {
    case 'advanced':
      return {
        ...jobLine(event.job, event.state, isoTime(event.at), event.reusedFrom),
        ...(event.elsewhere === true ? { elsewhere: true as const } : {}),
      };
    case 'waiting':
      // Only a run that shows no JSON is paused by hand.
      if (event.for === 'user') return null;
      return {
        event: 'waiting',
        for: event.for,
        message: event.message,
        since: isoTime(event.since),
        until: event.until === null ? null : isoTime(event.until),
      };
    case 'resumed':
      return event.for === 'user'
        ? null
        : { event: 'resumed', for: event.for, waited_ms: Math.round(event.waitedMs) };
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

function jobLine(job: Job, state: JobState, at: string, reusedFrom?: ReusedFrom): JobLine {
  const failure = failureOf(state);
  return {
    event: 'job',
    job: job.id,
    state: state.status,
    request_id: requestIdOf(state),
    outputs: filesOf(state),
    notes: notesOf(state),
    cost: roundedUsd(costOf(state)),
    ...(isEstimated(state) ? { cost_estimated: true as const } : {}),
    error: failure === null ? null : manifestError(failure),
    attempt: state.attempt,
    model: job.model,
    ...(reusedFrom === undefined ? {} : { reused_from: reusedFrom }),
    at,
  };
}
