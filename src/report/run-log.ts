import { type Level, pino, stdTimeFunctions } from 'pino';
import type { Failure } from '../core/job/failures.ts';
import { manifestError } from '../core/job/manifest.ts';
import { costOf, failureOf, filesOf, notesOf, requestIdOf } from '../core/job/state-facts.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';
import type { RunEvent } from '../core/ports.ts';
import { openLogFile } from './log-file.ts';
import { cleaned, needsRedaction, redactor } from './terminal/redaction.ts';

export type LogLevel = Level | 'silent';

export interface RunLog {
  observe(event: RunEvent): void;
  line(level: Level, fields: JsonObject, message: string): void;
  close(): void;
  /** Why lines are missing from the log, as a sentence; null while none are. */
  trouble(): string | null;
}

/** Writes a line of this level, whose fields are built only for a log that keeps it. */
type Line = (level: Level, fields: () => JsonObject, message: string) => void;

/**
 * `run.log`: NDJSON that is only appended to. Each line is written before the call returns, so a killed process loses
 * none. Secrets and the queries of links are redacted. A write that fails later never harms the run. Throws
 * `UserError` (`output`) if the file cannot be opened.
 */
export function runLog(path: string, level: LogLevel, secrets: readonly string[]): RunLog {
  const clean = redactor(secrets);
  const isUnclean = needsRedaction(secrets);
  const file = openLogFile(path);
  const logger = pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (json) => file.write(isUnclean(json) ? redacted(json) : json) },
  );
  let closed = false;

  function redacted(json: string): string {
    return `${JSON.stringify(cleaned(JSON.parse(json) as JsonValue, clean))}\n`;
  }

  function line(at: Level, fields: () => JsonObject, message: string): void {
    if (!closed && logger.isLevelEnabled(at)) logger[at](fields(), message);
  }

  return {
    line: (at, fields, message) => line(at, () => fields, message),
    observe: (event) => observed(event, line),
    close() {
      if (!closed) file.close();
      closed = true;
    },
    trouble: file.trouble,
  };
}

function observed(event: RunEvent, line: Line): void {
  switch (event.type) {
    case 'advanced':
      advanced(event, line);
      return;
    case 'polled':
      line('debug', () => pollFields(event), 'polled');
      return;
    case 'repeating': {
      const { job, call, delayMs } = event;
      const fields = () => ({ event: 'repeat', job, call, delay_ms: Math.round(delayMs) });
      line('warn', () => ({ ...fields(), ...failureFields(event.failure) }), `repeating ${call}`);
      return;
    }
    case 'warned':
      line('warn', () => ({ event: 'warning', job: event.job }), event.message);
      return;
    case 'waiting':
      line('warn', () => ({ event: 'waiting', for: event.for }), event.message);
      return;
    case 'resumed': {
      const { waitedMs } = event;
      const fields = () => ({ event: 'resumed', for: event.for, waited_ms: Math.round(waitedMs) });
      line('info', fields, 'submitting again');
      return;
    }
    case 'halted':
      line('error', () => ({ event: 'halt', ...failureFields(event.failure) }), 'no more submissions');
      return;
  }
}

function pollFields({ job, status }: Extract<RunEvent, { type: 'polled' }>): JsonObject {
  const seen = status.phase === 'queued' ? { position: status.position } : {};
  const word = status.phase === 'unrecognised' ? { word: status.word } : {};
  return { event: 'poll', job, phase: status.phase, ...seen, ...word };
}

function advanced(event: Extract<RunEvent, { type: 'advanced' }>, line: Line): void {
  const { from, state } = event;
  const failure = failureOf(state);
  line(
    failure === null ? 'info' : 'warn',
    () => jobFields(event, failure),
    state.status === from.status ? `${state.status}, stalled` : `${from.status} → ${state.status}`,
  );
}

function jobFields(
  { job, from, state }: Extract<RunEvent, { type: 'advanced' }>,
  failure: Failure | null,
): JsonObject {
  const [outputs, notes] = [filesOf(state), notesOf(state)];
  return {
    event: 'job',
    job: job.id,
    state: state.status,
    from: from.status,
    attempt: state.attempt,
    request_id: requestIdOf(state),
    ...(outputs.length > 0 ? { outputs: outputs.map((saved) => ({ ...saved })) } : {}),
    ...(notes.length > 0 ? { notes } : {}),
    ...('costUsd' in state ? { cost: costOf(state) } : {}),
    ...failureFields(failure),
  };
}

function failureFields(failure: Failure | null): JsonObject {
  return failure === null ? {} : { kind: failure.kind, error: { ...manifestError(failure) } };
}
