import type { JsonValue } from '../json.ts';
import { type Consequence, type Failure, failure, failureKinds, failureRule } from './failures.ts';
import type { Instant, JobState, RequestId, SavedFile } from './job.ts';
import type { Output } from './outputs.ts';
import { costOf, estimateIn, isAtRest, isEstimated, refIn, requestIdOf, startIn } from './state-facts.ts';

/** The three lanes of a job: entering spends money, watching occupies the server, collecting does neither. */
export type Stage = 'enter' | 'watch' | 'collect';

export type Step =
  | { readonly type: 'announce'; readonly stage: 'enter' }
  | { readonly type: 'submit'; readonly stage: 'enter'; readonly attempt: number }
  | {
      readonly type: 'watch';
      readonly stage: 'watch';
      readonly requestId: RequestId;
      readonly ref?: JsonValue;
      readonly since: Instant;
      /** Whether it is known to have started. */
      readonly running: boolean;
    }
  | {
      readonly type: 'collect';
      readonly stage: 'collect';
      readonly requestId: RequestId;
      readonly ref?: JsonValue;
      readonly outputs: readonly Output[] | null;
      /** null: the server has not named it. */
      readonly costUsd: number | null;
      /** Its files were on disk before; if the server no longer has them they are lost. */
      readonly savedBefore?: true;
    };

export type JobEvent =
  | { readonly type: 'announced'; readonly at: Instant }
  /** Stopped after it was announced, before a byte of it left. */
  | { readonly type: 'withdrawn' }
  | {
      readonly type: 'accepted';
      readonly requestId: RequestId;
      readonly ref?: JsonValue;
      readonly at: Instant;
    }
  | { readonly type: 'started'; readonly startedAt?: Instant }
  | {
      readonly type: 'finished';
      readonly costUsd: number | null;
      readonly costEstimated?: true;
      /** As long as a machine worked on it, by the server's own times; absent: it does not say. */
      readonly busyMs?: number;
      readonly startedAt?: Instant;
      readonly outputs: readonly Output[];
    }
  | {
      readonly type: 'saved';
      readonly files: readonly SavedFile[];
      readonly costUsd: number | null;
      readonly notes?: readonly string[];
    }
  | {
      readonly type: 'failed';
      readonly failure: Failure;
      readonly costUsd: number | null;
      readonly costEstimated?: true;
      readonly startedAt?: Instant;
      readonly files?: readonly SavedFile[];
    };

/** What to do next with a job in this state; null: it is at rest. */
export function nextStep(state: JobState): Step | null {
  switch (state.status) {
    case 'pending':
      return state.stalled ? null : { type: 'announce', stage: 'enter' };
    case 'submitting':
      return { type: 'submit', stage: 'enter', attempt: state.attempt };
    case 'queued':
    case 'running':
      return state.stalled
        ? null
        : {
            type: 'watch',
            stage: 'watch',
            ...nameIn(state),
            since: state.since,
            running: state.status === 'running',
          };
    case 'succeeded': {
      const { outputs, costUsd, savedBefore, stalled } = state;
      if (stalled) return null;
      const again = savedBefore === true ? { savedBefore } : {};
      const named = isEstimated(state) ? null : costUsd;
      return { type: 'collect', stage: 'collect', ...nameIn(state), outputs, costUsd: named, ...again };
    }
    case 'done':
    case 'failed':
    case 'cancelled':
    case 'lost':
    case 'unknown':
      return null;
  }
}

/** The state after an event. Throws on a transition that the diagram lacks, which is always a bug. */
export function evolve(state: JobState, event: JobEvent): JobState {
  const { attempt } = state;
  switch (event.type) {
    case 'announced':
      if (state.status !== 'pending') throw impossible(state, event);
      return { status: 'submitting', attempt, since: event.at };
    case 'withdrawn':
      if (!isUnanswered(state)) throw impossible(state, event);
      return { status: 'pending', attempt, stalled: null };
    case 'accepted':
      if (!isUnanswered(state)) throw impossible(state, event);
      return { status: 'queued', attempt, ...nameIn(event), since: event.at, stalled: null };
    case 'started':
      if (state.status !== 'queued') throw impossible(state, event);
      return { ...state, status: 'running', ...startIn(event) };
    case 'finished': {
      if (state.status !== 'queued' && state.status !== 'running') throw impossible(state, event);
      return {
        status: 'succeeded',
        attempt,
        ...nameIn(state),
        costUsd: event.costUsd,
        ...estimateIn(event),
        ...startIn(event),
        outputs: event.outputs,
        stalled: null,
      };
    }
    case 'saved':
      if (state.status !== 'succeeded') throw impossible(state, event);
      return {
        status: 'done',
        attempt,
        ...nameIn(state),
        files: event.files,
        costUsd: event.costUsd ?? state.costUsd,
        ...(event.costUsd === null ? estimateIn(state) : {}),
        ...(event.notes === undefined || event.notes.length === 0 ? {} : { notes: event.notes }),
      };
    case 'failed':
      return afterFailure(state, event);
  }
}

/** Its outcome is open. What was held as unknown is settled by an answer, or a proof, that comes late. */
function isUnanswered({ status }: JobState): boolean {
  return status === 'submitting' || status === 'unknown';
}

function afterFailure(state: JobState, event: Extract<JobEvent, { type: 'failed' }>): JobState {
  const { attempt } = state;
  const { failure, costUsd } = keptFailure(state, event);
  const becomes: Consequence = failureKinds[failure.kind].becomes;
  switch (becomes) {
    case 'stalled':
      switch (state.status) {
        case 'pending':
        case 'submitting':
          return { status: 'pending', attempt, stalled: failure };
        case 'queued':
        case 'running':
        case 'succeeded':
          return { ...state, stalled: failure };
        case 'done':
        case 'failed':
        case 'cancelled':
        case 'lost':
        case 'unknown':
          throw impossible(state, event);
      }
    case 'unknown':
      if (state.status !== 'submitting') throw impossible(state, event);
      return { status: 'unknown', attempt, since: state.since, failure };
    case 'failed':
    case 'cancelled':
    case 'lost':
      if (isAtRest(state.status)) throw impossible(state, event);
      return {
        status: becomes,
        attempt,
        requestId: requestIdOf(state),
        ...refIn(state),
        failure,
        costUsd: costUsd ?? costOf(state),
        ...estimateIn(costUsd === null ? state : event),
        ...startIn(event),
        ...(event.files === undefined ? {} : { files: event.files }),
      };
  }
}

/** If the result of a job that was given up is read again without success, the earlier failure stands. */
function keptFailure(
  state: JobState,
  event: Extract<JobEvent, { type: 'failed' }>,
): Pick<Extract<JobEvent, { type: 'failed' }>, 'failure' | 'costUsd'> {
  if (state.status !== 'succeeded' || state.before === undefined) return event;
  const { kind } = event.failure;
  const { becomes, halts = false } = failureRule(kind);
  if (kind === 'download_failed' || becomes === 'failed' || halts) return event;
  return { failure: state.before, costUsd: event.costUsd };
}

/**
 * What a state that was read from disk means to the process that takes it over. A submission that was announced and has
 * no answer may have been accepted, so it is held as unknown; a job that had merely stalled may continue.
 */
export function resumed(state: JobState): JobState {
  switch (state.status) {
    case 'submitting':
      return {
        status: 'unknown',
        attempt: state.attempt,
        since: state.since,
        failure: failure(
          'unanswered',
          'The run ended after this submission was sent and before its answer was recorded: it may be running and billed.',
        ),
      };
    case 'pending':
    case 'queued':
    case 'running':
      return state.stalled ? { ...state, stalled: null } : state;
    case 'succeeded': {
      const { stalled } = state;
      const before = stalled !== null && failureKinds[stalled.kind].becomes === 'failed' ? stalled : null;
      return { ...state, outputs: null, stalled: null, ...(before === null ? {} : { before }) };
    }
    case 'done':
    case 'failed':
    case 'cancelled':
    case 'lost':
    case 'unknown':
      return state;
  }
}

function nameIn(named: { readonly requestId: RequestId; readonly ref?: JsonValue }) {
  return { requestId: named.requestId, ...refIn(named) };
}

function impossible(state: JobState, event: JobEvent): Error {
  return new Error(`A job that is ${state.status} cannot be ${event.type}.`);
}
