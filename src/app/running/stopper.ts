import type { Stop } from '../../core/ports.ts';

/** Ends a run early. */
export interface Stopper {
  readonly stop: Stop;
  /** Ends submitting, told to the user by a sentence; what is in flight is collected. */
  drain(sentence: string): void;
  /** The same without a word. */
  drainSilently(reason: Error): void;
  /** Leaves at once: what is in flight goes on at the server. */
  leave(reason: Error): void;
  /** The sentence that ended submitting; null: none did. */
  why(): string | null;
}

/** `say` gets one sentence where a run ends submitting of its own accord. */
export function openStopper(say: (sentence: string) => void): Stopper {
  const [drain, leave] = [new AbortController(), new AbortController()];
  let why: string | null = null;
  return {
    stop: { drain: drain.signal, leave: leave.signal },
    why: () => why,
    drain(sentence) {
      if (drain.signal.aborted) return;
      why = sentence;
      say(`${sentence} Nothing more is submitted; collecting what is in flight.`);
      drain.abort(new Error(sentence));
    },
    drainSilently: (reason) => drain.abort(reason),
    leave(reason) {
      drain.abort(reason);
      leave.abort(reason);
    },
  };
}
