import type { Failure } from '../core/job/failures.ts';
import type { Clock, Stop } from '../core/ports.ts';

/**
 * Every way in which a run ends before its work does, as signals: the user stops it (`stop`), a failure halts
 * submitting, or a bug crashes it.
 */
export interface Stopping extends Stop {
  /** Fires a while after `leave`: answers of submissions that are still missing by then are not waited for. */
  readonly abandon: AbortSignal;
  isHalted(): boolean;
  /** Nothing more is submitted; what is in flight is collected. */
  halt(reason: Failure): void;
  /** A bug, or a disk that cannot be written: the run leaves at once, and `end` throws the first of them. */
  crash(error: unknown): void;
  /** To be called when nothing is under way any more. */
  end(): void;
}

export function stopping(stop: Stop, clock: Clock, abandonAfterMs: number): Stopping {
  const halt = new AbortController();
  const crash = new AbortController();
  const abandon = new AbortController();
  const ended = new AbortController();
  const bugs: unknown[] = [];
  const drain = AbortSignal.any([stop.drain, stop.leave, halt.signal, crash.signal]);
  const leave = AbortSignal.any([stop.leave, crash.signal]);

  leave.addEventListener('abort', () => {
    clock.sleep(abandonAfterMs, ended.signal).then(
      () => abandon.abort(leave.reason),
      () => {},
    );
  });

  return {
    drain,
    leave,
    abandon: abandon.signal,
    isHalted: () => halt.signal.aborted,
    halt: (reason) => halt.abort(reason),
    crash(error) {
      bugs.push(error);
      crash.abort(error);
    },
    end() {
      ended.abort();
      if (bugs.length > 0) throw bugs[0];
    },
  };
}
