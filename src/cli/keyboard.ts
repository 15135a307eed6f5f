import { realClock } from '../app/real-clock.ts';
import { isInForeground } from './foreground.ts';
import type { System } from './system.ts';

export interface Keyboard {
  /** Gives the terminal back as it was. */
  release(): void;
}

// What was typed before the display was there is not meant for it.
const deafMs = 150;
const backgroundCheckMs = 1_000;

/**
 * Reads single keys from the terminal, as long as this process is in its foreground. Ctrl-C, Ctrl-Z and Ctrl-\ do what they
 * do elsewhere, though a terminal that gives single keys leaves them to the program. `ready` is called when keys are
 * heard: `again` after the terminal was somebody else's.
 */
export function keyboard(
  system: System,
  onKey: (key: string) => void,
  ready: (again: boolean) => void,
): Keyboard {
  const { stdin } = system;
  const over = new AbortController();
  let isTaken = false;
  let wasEverTaken = false;
  let heardFrom = Number.POSITIVE_INFINITY;

  function take(): void {
    stdin.setRawMode?.(true);
    stdin.on('data', hear);
    stdin.resume();
    isTaken = true;
    heardFrom = realClock.now() + deafMs;
    const again = wasEverTaken;
    wasEverTaken = true;
    realClock.sleep(deafMs, over.signal).then(() => ready(again), ignored);
  }

  /** `isOurs`: the terminal is, so that its mode may be changed. */
  function giveBack(isOurs: boolean): void {
    if (!isTaken) return;
    isTaken = false;
    stdin.off('data', hear);
    stdin.pause();
    if (isOurs) stdin.setRawMode?.(false);
  }

  function hear(chunk: Buffer | string): void {
    for (const key of keysOf(chunk.toString())) {
      if (key === keys.interrupt) system.signalGroup('SIGINT');
      else if (key === keys.suspend || key === keys.quit) {
        giveBack(true);
        system.signalGroup(key === keys.suspend ? 'SIGTSTP' : 'SIGQUIT');
        // Where nothing has come of it, as without a shell, nothing will wake us either.
        realClock.sleep(deafMs, over.signal).then(takeWhenOurs).catch(ignored);
      } else if (realClock.now() >= heardFrom) onKey(key);
    }
  }

  /** Takes the terminal as soon as it is ours. */
  async function takeWhenOurs(): Promise<void> {
    while (!over.signal.aborted && !isTaken) {
      if (await isInForeground(system.pid)) {
        if (!over.signal.aborted && !isTaken) take();
      } else await realClock.sleep(backgroundCheckMs, over.signal);
    }
  }

  async function continued(): Promise<void> {
    const wasTaken = isTaken;
    // Before anything is read: perhaps the terminal is somebody else's by now.
    giveBack(false);
    if (!(await isInForeground(system.pid))) return takeWhenOurs();
    // Its mode is as the shell has left it, which only a change sets again.
    if (wasTaken) stdin.setRawMode?.(false);
    await takeWhenOurs();
  }

  const forget = system.onSignal('SIGCONT', () => void continued().catch(ignored));
  takeWhenOurs().catch(ignored);

  return {
    release() {
      over.abort(new Error('The run has ended.'));
      forget();
      giveBack(true);
    },
  };
}

const ignored = (): void => {};
const keys = { interrupt: '\u0003', suspend: '\u001a', quit: '\u001c' } as const;
const controls = new Set<string>(Object.values(keys));
// These are held down.
const repeated = '+-=';

/**
 * The keys in what arrived at once. More than one is a paste, or a key such as an arrow that sends several characters:
 * neither is meant for us, and a `q` in it must not end the run.
 */
export function keysOf(chunk: string): readonly string[] {
  const all = [...chunk];
  const signals = all.filter((key) => controls.has(key));
  if (signals.length > 0) return signals;
  const [first = ''] = all;
  const isOne = all.length === 1 || (repeated.includes(first) && all.every((key) => key === first));
  return isOne && first !== '' ? all : [];
}
