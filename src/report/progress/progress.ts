import type { Instant } from '../../core/job/job.ts';
import { failureOf, isAtRest } from '../../core/job/state-facts.ts';
import type { Tally } from '../../core/job/tally.ts';
import { showDuration } from '../../core/pacing/pace.ts';
import type { RunEvent } from '../../core/ports.ts';
import { plainText, type Terminal, toned } from '../terminal/terminal.ts';
import { inFlight } from '../terminal/wording.ts';
import type { ProgressView, Waiting } from './progress-block.ts';
import { blockFace, lineFace } from './progress-faces.ts';
import { etaMs, settlingPace } from './progress-pace.ts';

export interface Progress {
  observe(event: RunEvent): void;
  /** Prints a permanent line above the display. The text is ours or was made safe by `plainText`. */
  say(text: string): void;
  /** Removes the display; permanent lines stay. */
  stop(): void;
  /** Resolves once the display can paint; nothing has to wait for it. */
  readonly ready: Promise<void>;
}

/** What the display reads at each paint. */
export interface ProgressSource {
  tally(): Tally;
  /** Jobs of the plan. */
  readonly total: number;
  now(): Instant;
  /** A note such as how to quit, shown while it is not null. */
  note?(): string | null;
  /** No more jobs are submitted, so pending ones do not count towards the ETA. */
  draining?(): boolean;
}

/** Calls `tick` every `everyMs` until the returned function is called. */
export type Ticker = (everyMs: number, tick: () => void) => () => void;

const realTicker: Ticker = (everyMs, tick) => {
  const timer = setInterval(tick, everyMs);
  timer.unref();
  return () => clearInterval(timer);
};

/**
 * Shows how a run is doing: one repainted block on a live terminal, elsewhere a plain line now and then. Decides
 * nothing and never keeps the program alive.
 */
export function progress(terminal: Terminal, source: ProgressSource, ticker: Ticker = realTicker): Progress {
  const startedAt = source.now();
  const pace = settlingPace(startedAt);
  const warned = new Set<string>();
  let changed = true;
  let rateLimited = 0;
  let trouble: { message: string; at: Instant } | null = null;
  let lastFile: string | null = null;
  const waits = new Map<Waiting['for'], Waiting>();

  function view(): ProgressView {
    const at = source.now();
    const tally = source.tally();
    const perMinute = pace.perMinute(at);
    return {
      tally,
      total: source.total,
      at,
      elapsedText: showDuration(at - startedAt),
      perMinute,
      // Nobody knows how long a wait will take.
      etaMs:
        waits.size > 0
          ? null
          : etaMs(leftOf(tally, source.draining?.() === true || tally.halted !== null), perMinute),
      rateLimited,
      trouble: trouble !== null && at - trouble.at < 60_000 ? trouble.message : null,
      waiting: [...waits.values()].at(-1) ?? null,
      lastFile,
      note: source.note?.() ?? null,
    };
  }
  function news(): boolean {
    const before = changed;
    changed = false;
    return before;
  }
  const face = terminal.live
    ? blockFace(terminal, view, news, source.now)
    : lineFace(terminal, view, source.now);
  const halt = ticker(terminal.live ? 100 : 1_000, face.tick);

  function warn(message: string): void {
    if (warned.has(message) || warned.size > maxWarnings) return;
    warned.add(message);
    const text = warned.size > maxWarnings ? 'More warnings are in run.log.' : plainText(message);
    face.say(`${toned(terminal, 'yellow', 'warning')}  ${text}`);
  }

  return {
    ready: face.ready,
    say: face.say,
    observe(event) {
      changed = true;
      switch (event.type) {
        case 'advanced': {
          const { state, at } = event;
          if (isAtRest(state.status) || failureOf(state) !== null) pace.settled(at);
          if (state.status === 'done') lastFile = state.files.at(-1)?.path ?? lastFile;
          return;
        }
        case 'repeating':
          if (event.failure.kind === 'rate_limited') rateLimited += 1;
          trouble = { message: event.failure.message, at: source.now() };
          return;
        case 'warned':
          warn(event.message);
          return;
        case 'waiting':
          waits.set(event.for, event);
          face.say(`${toned(terminal, 'yellow', 'waiting')}  ${plainText(event.message)}`);
          return;
        case 'resumed':
          waits.delete(event.for);
          face.say(
            `${toned(terminal, 'green', 'resumed')}  Submitting again after ${showDuration(event.waitedMs)}.`,
          );
          return;
        case 'halted':
          waits.clear();
          face.say(
            `${toned(terminal, 'red', 'halted')}  ${plainText(event.failure.message)} ` +
              'No more jobs are submitted; those in flight are still collected.',
          );
          return;
        case 'polled':
          return;
      }
    },
    stop() {
      halt();
      face.stop();
    },
  };
}

const maxWarnings = 20;

/** Jobs that this run still has to finish. */
function leftOf(tally: Tally, draining: boolean): number {
  const { counts, stalled } = tally;
  return draining ? inFlight(counts) : Math.max(0, counts.pending + inFlight(counts) - stalled);
}
