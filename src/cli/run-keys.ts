import { realClock } from '../app/real-clock.ts';
import type { Stopper } from '../app/running/stopper.ts';
import { type RunControls, runControls } from '../core/pacing/run-controls.ts';
import type { RunEvent } from '../core/ports.ts';
import {
  inFlightText,
  type KeyNotes,
  keyHelp,
  keyNotes,
  pausingText,
  resumingText,
} from '../report/progress/key-notes.ts';
import { type Keyboard, keyboard } from './keyboard.ts';
import type { System } from './system.ts';

/** The keys of the live display, and what they have set. */
export interface RunKeys {
  readonly controls: RunControls;
  observe(event: RunEvent): void;
  /** What the display says of them at the moment. */
  note(): string | null;
  /** The number that was set by hand; null: none was. */
  maxInFlight(): number | null;
  /** From now on keys are read. */
  listen(stopper: Stopper): void;
  release(): void;
}

interface KeyPorts {
  readonly system: System;
  /** Hears of every key: the user is there. */
  readonly touched: () => void;
  /** Hears of each key that does something, for the log. */
  readonly log: (key: string, message: string) => void;
  /** Shows at once what has changed. */
  readonly changed: () => void;
  /** Shows everything again below what others have written meanwhile. */
  readonly resumed: () => void;
}

export function runKeys({ system, touched, log, changed, resumed }: KeyPorts): RunKeys {
  const controls = runControls();
  const notes = keyNotes(realClock.now);
  let set: number | null = null;
  let board: Keyboard | null = null;

  function pressed(key: string, stopper: Stopper): void {
    touched();
    const action = actions[key.toLowerCase()];
    if (action === undefined) return;
    const isStopped = stopper.stop.drain.aborted;
    // Nothing more is submitted then, which neither a pause nor a number would change.
    if (isStopped && !action.isForStopped) return;
    const done = action.act({ controls, notes, interrupt: () => system.signalGroup('SIGINT') });
    if (done.max !== undefined) set = done.max;
    if (done.message !== undefined) log(key, done.message);
    changed();
  }

  return {
    controls,
    observe(event) {
      // The display says so now.
      if (event.type === 'waiting' && event.for === 'user') notes.hide();
    },
    note: notes.now,
    maxInFlight: () => set,
    listen(stopper) {
      board = keyboard(
        system,
        (key) => pressed(key, stopper),
        (again) => {
          notes.show(again ? 'In the foreground again. Press ? for keys.' : 'Press ? for keys.');
          if (again) resumed();
          else changed();
        },
      );
    },
    release: () => board?.release(),
  };
}

interface Action {
  /** Also once the run was told to stop. */
  readonly isForStopped?: true;
  act(at: { controls: RunControls; notes: KeyNotes; interrupt: () => void }): Done;
}

interface Done {
  /** For the log; left out: nothing has changed. */
  readonly message?: string;
  readonly max?: number;
}

const step = (direction: 'up' | 'down'): Action => ({
  act({ controls, notes }) {
    const max = controls.step(direction);
    notes.show(inFlightText(max));
    return { max, message: `max in flight set to ${max}` };
  },
});

const actions: Readonly<Record<string, Action>> = {
  p: {
    act({ controls, notes }) {
      if (controls.isPaused()) {
        controls.resume();
        notes.show(resumingText);
        return { message: 'resumed' };
      }
      notes.show(pausingText);
      controls.pause();
      return { message: 'paused' };
    },
  },
  '+': step('up'),
  // The same key without Shift on many keyboards.
  '=': step('up'),
  '-': step('down'),
  q: {
    isForStopped: true,
    act({ interrupt }) {
      interrupt();
      return { message: 'stopped, as by Ctrl-C' };
    },
  },
  '?': {
    isForStopped: true,
    act({ notes }) {
      if (notes.now() === keyHelp) notes.hide();
      else notes.show(keyHelp);
      return {};
    },
  },
};
