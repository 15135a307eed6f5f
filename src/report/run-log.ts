import { constants, openSync, readlinkSync } from 'node:fs';
import { type Level, pino, stdTimeFunctions } from 'pino';
import { UserError } from '../core/complaints.ts';
import type { Failure } from '../core/job/failures.ts';
import { costOf, failureOf, filesOf, notesOf, requestIdOf } from '../core/job/lifecycle.ts';
import { manifestError } from '../core/job/manifest.ts';
import type { JsonObject } from '../core/json.ts';
import type { RunEvent } from '../core/ports.ts';
import { cleaned, redactor } from './terminal/redaction.ts';

export type LogLevel = Level | 'silent';

export interface RunLog {
  observe(event: RunEvent): void;
  line(level: Level, fields: JsonObject, message: string): void;
  close(): void;
  /** Why lines are missing from the log, as a sentence; null while none is. */
  trouble(): string | null;
}

// What may wait in memory while the disk takes nothing; the ledger, not the log, is the truth.
const maxWaitingBytes = 1 << 20;

// Never through a link that somebody planted; Windows has no such flag, and links that only an administrator can make.
const appending = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0);

/**
 * `run.log`: NDJSON, appended to, each line written before the call returns, so that a killed process loses none.
 * Secrets are replaced in every text, and the queries of links left out. Writing that fails later on never harms the
 * run. Throws `UserError` (`output`) if the file cannot be opened.
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
  destination.on('drop', () => missing('they were too long, or the disk took nothing.'));
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
      `The log ${file} cannot be written: ${(cause as Error).message}`,
      'Choose another folder with --out, or make this one writable.',
      cause,
    );
  }
}

function openOwn(file: string): number {
  try {
    return openSync(file, appending, 0o600);
  } catch (error) {
    if (nowhere.has(linkAt(file))) return openSync(file, 'a');
    throw error;
  }
}

// Who links a log to nowhere means it.
const nowhere: ReadonlySet<string | null> = new Set(['/dev/null', '/dev/full']);

function linkAt(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

function observed(event: RunEvent, line: RunLog['line']): void {
  switch (event.type) {
    case 'advanced': {
      const { job, from, state } = event;
      const failure = failureOf(state);
      line(
        failure === null ? 'info' : 'warn',
        {
          event: 'job',
          job: job.id,
          state: state.status,
          from: from.status,
          attempt: state.attempt,
          request_id: requestIdOf(state),
          ...(filesOf(state).length > 0 ? { outputs: filesOf(state).map((saved) => ({ ...saved })) } : {}),
          ...(notesOf(state).length > 0 ? { notes: notesOf(state) } : {}),
          ...('costUsd' in state ? { cost: costOf(state) } : {}),
          ...failureFields(failure),
        },
        state.status === from.status ? `${state.status}, stalled` : `${from.status} → ${state.status}`,
      );
      return;
    }
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
        `${event.call} is repeated`,
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
      line('error', { event: 'halt', ...failureFields(event.failure) }, 'nothing more is submitted');
      return;
  }
}

function failureFields(failure: Failure | null): JsonObject {
  return failure === null ? {} : { kind: failure.kind, error: { ...manifestError(failure) } };
}
