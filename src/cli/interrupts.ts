import type { Stopper } from '../app/running/stopper.ts';
import { exitCodes } from './exit.ts';
import type { SignalName, System } from './system.ts';

export interface Interrupts {
  /** The signal that asked for the end; null: none did. */
  signal(): SignalName | null;
  release(): void;
}

/**
 * Ctrl-C once drains, twice leaves; SIGTERM and a closed terminal leave at once. `say` gets one sentence for each.
 */
export function interrupts(system: System, stopper: Stopper, say: (sentence: string) => void): Interrupts {
  let first: SignalName | null = null;

  function leaveNow(signal: SignalName): void {
    first ??= signal;
    stopper.leave(new Error(signal));
  }

  const releases = [
    system.onSignal('SIGINT', () => {
      if (first !== null) {
        say('Leaving. What is in flight goes on at the server; the next run collects it.');
        leaveNow('SIGINT');
        return;
      }
      first = 'SIGINT';
      say('Nothing more is submitted; collecting what is in flight. Press Ctrl-C again to leave at once.');
      stopper.drainSilently(new Error('SIGINT'));
    }),
    system.onSignal('SIGTERM', () => leaveNow('SIGTERM')),
    system.onSignal('SIGHUP', () => leaveNow('SIGHUP')),
  ];

  return {
    signal: () => first,
    release: () => {
      for (const release of releases) release();
    },
  };
}

/**
 * Work that a signal ends: resolves with its exit code, or with that of the signal where the work ends by its reason.
 */
export async function interruptible(
  system: System,
  work: (enough: AbortSignal) => Promise<number>,
): Promise<number> {
  const enough = new AbortController();
  let received: SignalName | null = null;
  const releases = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((name) =>
    system.onSignal(name, () => {
      received ??= name;
      enough.abort(new Error(name));
    }),
  );
  try {
    return await work(enough.signal);
  } catch (error) {
    if (received === null) throw error;
    return received === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated;
  } finally {
    for (const release of releases) release();
  }
}
