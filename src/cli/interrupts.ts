import type { Stopper } from '../app/running/stopper.ts';
import { exitCodes } from './exit.ts';
import type { SignalName, System } from './system.ts';

interface Interrupts {
  /** The signal that ended the run; null: none. */
  signal(): SignalName | null;
  release(): void;
}

/**
 * Ctrl-C once drains, twice quits; SIGTERM and a closed terminal quit at once. `say` gets one sentence for each.
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
        say('Quit. Jobs in flight keep running on the server; the next run collects them.');
        leaveNow('SIGINT');
        return;
      }
      first = 'SIGINT';
      say(
        'Stopping: no new submissions, collecting jobs in flight. Press Ctrl-C again to quit now; nothing is lost.',
      );
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
 * Work that a signal ends. Resolves with its exit code, or with the signal's if the work was aborted by it.
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
