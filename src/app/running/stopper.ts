import type { Stop } from '../../core/ports.ts';

/** Ends a run early. */
export interface Stopper {
  readonly stop: Stop;
  /** Ends submitting and tells the user why; jobs in flight are collected. */
  drain(sentence: string): void;
  /** The same without a message. */
  drainSilently(reason: Error): void;
  /** Quits at once: jobs in flight keep running on the server. */
  leave(reason: Error): void;
  /** The sentence that ended submitting; null: none did. */
  why(): string | null;
}

/** `say` gets one sentence when the run itself ends submitting. */
export function openStopper(say: (sentence: string) => void): Stopper {
  const [drain, leave] = [new AbortController(), new AbortController()];
  let why: string | null = null;
  return {
    stop: { drain: drain.signal, leave: leave.signal },
    why: () => why,
    drain(sentence) {
      if (drain.signal.aborted) return;
      why = sentence;
      say(`${sentence} No new submissions; collecting jobs in flight.`);
      drain.abort(new Error(sentence));
    },
    drainSilently: (reason) => drain.abort(reason),
    leave(reason) {
      drain.abort(reason);
      leave.abort(reason);
    },
  };
}
