import type { SignalName, Surroundings } from '../../cli/surroundings.ts';
import type { Stop } from '../../core/ports.ts';

export interface Interrupts {
  readonly stop: Stop;
  /** The signal that asked for the end, if one did. */
  signal(): SignalName | null;
  /** Ends submitting for another reason than a signal, given as a sentence. */
  drain(reason: string): void;
  /** That reason. */
  why(): string | null;
  release(): void;
}

/**
 * Ctrl-C once drains, twice leaves; SIGTERM and a closed terminal leave at once. `say` gets one sentence for each.
 */
export function interrupts(surroundings: Surroundings, say: (sentence: string) => void): Interrupts {
  const drain = new AbortController();
  let why: string | null = null;
  const leave = new AbortController();
  let first: SignalName | null = null;

  function leaveNow(signal: SignalName): void {
    first ??= signal;
    drain.abort(new Error(signal));
    leave.abort(new Error(signal));
  }

  const releases = [
    surroundings.onSignal('SIGINT', () => {
      if (first !== null) {
        say('Leaving. What is in flight goes on at the server; the next run collects it.');
        leaveNow('SIGINT');
        return;
      }
      first = 'SIGINT';
      say('Nothing more is submitted; collecting what is in flight. Press Ctrl-C again to leave at once.');
      drain.abort(new Error('SIGINT'));
    }),
    surroundings.onSignal('SIGTERM', () => leaveNow('SIGTERM')),
    surroundings.onSignal('SIGHUP', () => leaveNow('SIGHUP')),
  ];

  return {
    stop: { drain: drain.signal, leave: leave.signal },
    signal: () => first,
    why: () => why,
    drain(reason) {
      if (drain.signal.aborted) return;
      why = reason;
      say(`${reason} Nothing more is submitted; collecting what is in flight.`);
      drain.abort(new Error(reason));
    },
    release: () => {
      for (const release of releases) release();
    },
  };
}
