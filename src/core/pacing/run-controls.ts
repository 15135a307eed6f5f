import type { Concurrency } from './window-size.ts';

/** What the engine tells of the run that is controlled, and how it hears of a change. */
interface ControlledRun {
  /** How many requests may be in flight at the moment. */
  maxInFlight(): number;
  changed(): void;
}

/**
 * What a user changes while a run is under way. Nothing of it outlives the run: the next one does again what its flags
 * say.
 */
export interface RunControls {
  isPaused(): boolean;
  /** Pauses submitting; what is in flight is still collected. */
  pause(): void;
  resume(): void;
  /**
   * Sets the number of requests in flight to the next one up or down and gives it. From then on it is fixed, even if it
   * was `auto`: a user who presses a key wants to see it move. What the server was seen to allow still caps it.
   */
  step(direction: 'up' | 'down'): number;
  /** The flags' word, until the user has set a number. */
  concurrency(given: Concurrency): Concurrency;
  /** For the engine, when it begins. */
  attach(run: ControlledRun): void;
}

// Beyond that many, requests wait for sockets of ours.
const maxByHand = 256;

export function runControls(): RunControls {
  let isPaused = false;
  let set: Concurrency | null = null;
  let atMost = maxByHand;
  let run: ControlledRun | null = null;

  function pausing(wanted: boolean): void {
    if (isPaused === wanted) return;
    isPaused = wanted;
    run?.changed();
  }

  return {
    isPaused: () => isPaused,
    pause: () => pausing(true),
    resume: () => pausing(false),
    step(direction) {
      const from = set?.max ?? run?.maxInFlight() ?? 1;
      const max = nextNumber(from, direction, atMost);
      if (max !== set?.max) {
        set = { max, adapts: false };
        run?.changed();
      }
      return max;
    },
    concurrency(given) {
      atMost = Math.max(maxByHand, given.max);
      return set ?? given;
    },
    attach(started) {
      run = started;
    },
  };
}

/** Controls that nobody uses. */
export const noControls: Pick<RunControls, 'isPaused' | 'concurrency' | 'attach'> = {
  isPaused: () => false,
  concurrency: (given) => given,
  attach: () => {},
};

/** 1, 2, 3 … 10, 12, 14 … 20, 25, 30 … 50, 60 … 100, 120 …: a key press is about a tenth, and two of them undo each other. */
export function nextNumber(from: number, direction: 'up' | 'down', atMost: number): number {
  const near = direction === 'up' ? from : from - 1;
  const step = stepAt(Math.max(1, near));
  const next =
    direction === 'up' ? (Math.floor(from / step) + 1) * step : (Math.ceil(from / step) - 1) * step;
  return Math.min(Math.max(1, next), Math.max(1, atMost));
}

function stepAt(number: number): number {
  const decade = 10 ** Math.floor(Math.log10(number));
  const leading = number / decade;
  if (number < 10) return 1;
  if (leading < 2) return decade / 5;
  return leading < 5 ? decade / 2 : decade;
}
