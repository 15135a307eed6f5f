import { showDuration } from '../../core/pacing/pace.ts';
import type { RunEvent } from '../../core/ports.ts';
import { plainText, type Terminal, type Tone, toned } from '../terminal/terminal.ts';
import { blockDisplay, lineDisplay } from './progress-displays.ts';
import { type ProgressSource, progressFacts } from './progress-facts.ts';
import { realTicker, type Ticker } from './ticker.ts';

interface Progress {
  observe(event: RunEvent): void;
  /** Shows at once what the source says now; `isBelow`: below what others have written meanwhile. */
  refresh(isBelow?: boolean): void;
  /** Prints a permanent line above the display. The text is ours or was made safe by `plainText`. */
  say(text: string): void;
  /** Removes the display; permanent lines stay. */
  stop(): void;
  /** Resolves once the display can paint; nothing has to wait for it. */
  readonly ready: Promise<void>;
}

/**
 * Shows how a run is doing: one repainted block on a live terminal, elsewhere a plain line now and then. Decides
 * nothing and never keeps the program alive.
 */
export function progress(terminal: Terminal, source: ProgressSource, ticker: Ticker = realTicker): Progress {
  const facts = progressFacts(source);
  const warned = new Set<string>();
  const display = terminal.live
    ? blockDisplay(terminal, facts.view, facts.hasNews, source.now)
    : lineDisplay(terminal, facts.view, source.now);
  const endTicks = ticker(terminal.live ? 100 : 1_000, display.tick);
  const print = (tone: Tone, label: string, text: string): void =>
    display.say(`${toned(terminal, tone, label)}  ${text}`);

  function warn(message: string): void {
    if (warned.has(message) || warned.size > maxWarnings) return;
    warned.add(message);
    const text = warned.size > maxWarnings ? 'More warnings are in run.log.' : plainText(message);
    print('yellow', 'warning', text);
  }

  return {
    ready: display.ready,
    say: display.say,
    refresh(isBelow = false) {
      if (isBelow) display.leave();
      facts.refresh();
      display.tick();
    },
    observe(event) {
      facts.observe(event);
      switch (event.type) {
        case 'warned':
          warn(event.message);
          return;
        case 'waiting':
          // The block says so as long as it lasts.
          if (event.for === 'user') return;
          print('yellow', 'waiting', plainText(event.message));
          return;
        case 'resumed':
          if (event.for === 'user') return;
          print('green', 'resumed', `Submitting again after ${showDuration(event.waitedMs)}.`);
          return;
        case 'halted':
          print(
            'red',
            'halted',
            `${plainText(event.failure.message)} No more jobs are submitted; those in flight are still collected.`,
          );
          return;
        case 'advanced':
        case 'repeating':
        case 'polled':
          return;
      }
    },
    stop() {
      endTicks();
      display.stop();
    },
  };
}

const maxWarnings = 20;
