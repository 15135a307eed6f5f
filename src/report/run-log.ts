import { constants, openSync, readlinkSync } from 'node:fs';
import { type Level, pino, stdTimeFunctions } from 'pino';
import { UserError } from '../core/complaints.ts';
import type { Failure } from '../core/job/failures.ts';
import { manifestError } from '../core/job/manifest.ts';
import { costOf, failureOf, filesOf, notesOf, requestIdOf } from '../core/job/state-facts.ts';
import type { JsonObject } from '../core/json.ts';
import type { RunEvent } from '../core/ports.ts';
import { cleaned, redactor } from './terminal/redaction.ts';

export type LogLevel = Level | 'silent';

export interface RunLog {
  observe(event: RunEvent): void;
  line(level: Level, fields: JsonObject, message: string): void;
  close(): void;
  /** Why lines are missing from the log, as a sentence; null while none are. */
  trouble(): string | null;
}

// The most that waits in memory while the disk accepts no writes. The ledger is the truth, not the log.
const maxWaitingBytes = 1 << 20;

// Never follow a planted link. Windows lacks this flag, but there only administrators can create links.
const appending = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0);

/**
 * `run.log`: NDJSON that is only appended to. Each line is written before the call returns, so a killed process loses
 * none. Secrets and the queries of links are redacted. A write that fails later never harms the run. Throws
 * `UserError` (`output`) if the file cannot be opened.
 */
export function runLog(file: string, level: LogLevel, secrets: readonly string[]): RunLog {
  const clean = redactor(secrets);
  let trouble: string | null = null;
  const destination = opened(file);
  let closed = false;
  const missing = (why: string): void => {
    trouble ??= `Lines are missing from ${file}: ${why}`;
  };
  destination.on('error', (cause: Error) => missing(cause.message));
  destination.on('drop', () => missing('they were too long, or the disk was not accepting writes.'));
  const logger = pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );

  function line(at: Level, fields: JsonObject, message: string): void {
    if (!closed && logger.isLevelEnabled(at)) logger[at](cleaned(fields, clean) as object, clean(message));
  }

  return {
    line,
    observe: (event) => observed(event, line),
    close() {
      closed = true;
      destination.end();
    },
    trouble: () => trouble,
  };
}

function opened(file: string): ReturnType<typeof pino.destination> {
  try {
    return pino.destination({
      dest: openOwn(file),
      sync: true,
      maxLength: maxWaitingBytes,
    });
  } catch (cause) {
    throw new UserError(
      'output',
      `Cannot write the log ${file}: ${(cause as Error).message}`,
      'Choose another folder with --out, or make this one writable.',
      cause,
    );
  }
}

function openOwn(file: string): number {
  try {
    return openSync(file, appending, 0o600);
  } catch (error) {
    if (discarding.has(linkAt(file))) return openSync(file, 'a');
    throw error;
  }
}

// A log that is linked to nowhere is linked on purpose.
const discarding: ReadonlySet<string | null> = new Set(['/dev/null', '/dev/full']);

function linkAt(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

function observed(event: RunEvent, line: RunLog['line']): void {
  switch (event.type) {
    case 'advanced':
      advanced(event, line);
      return;
    case 'polled': {
      const { status } = event;
      const seen = status.phase === 'queued' ? { position: status.position } : {};
      const word = status.phase === 'unrecognised' ? { word: status.word } : {};
      line('debug', { event: 'poll', job: event.job, phase: status.phase, ...seen, ...word }, 'polled');
      return;
    }
    case 'repeating':
      line(
        'warn',
        {
          event: 'repeat',
          job: event.job,
          call: event.call,
          delay_ms: Math.round(event.delayMs),
          ...failureFields(event.failure),
        },
        `repeating ${event.call}`,
      );
      return;
    case 'warned':
      line('warn', { event: 'warning', job: event.job }, event.message);
      return;
    case 'waiting':
      line('warn', { event: 'waiting', for: event.for }, event.message);
      return;
    case 'resumed':
      line(
        'info',
        { event: 'resumed', for: event.for, waited_ms: Math.round(event.waitedMs) },
        'submitting again',
      );
      return;
    case 'halted':
      line('error', { event: 'halt', ...failureFields(event.failure) }, 'no more submissions');
      return;
  }
}

function advanced({ job, from, state }: Extract<RunEvent, { type: 'advanced' }>, line: RunLog['line']): void {
  const failure = failureOf(state);
  const [outputs, notes] = [filesOf(state), notesOf(state)];
  line(
    failure === null ? 'info' : 'warn',
    {
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
    },
    state.status === from.status ? `${state.status}, stalled` : `${from.status} → ${state.status}`,
  );
}

function failureFields(failure: Failure | null): JsonObject {
  return failure === null ? {} : { kind: failure.kind, error: { ...manifestError(failure) } };
}
