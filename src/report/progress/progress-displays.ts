import { stripVTControlCharacters } from 'node:util';
import type { Instant } from '../../core/job/job.ts';
import { columnsOf, type Terminal } from '../terminal/terminal.ts';
import { textWidth, wrapText } from '../terminal/text-width.ts';
import { type ProgressView, progressBlock, progressLine } from './progress-block.ts';

/** One way to show progress. `tick` is called often and shows something when it is due. */
interface Display {
  tick(): void;
  say(text: string): void;
  /** Leaves what it shows where it is, and continues below. */
  leave(): void;
  stop(): void;
  readonly ready: Promise<void>;
}

/** One block at the bottom of the terminal, repainted when something changed, and every second. */
export function blockDisplay(
  terminal: Terminal,
  view: () => ProgressView,
  news: () => boolean,
  now: () => Instant,
): Display {
  const early: string[] = [];
  let paintedAt: Instant | null = null;
  let painted: readonly string[] = [];
  let stopped = false;
  let paint: ((frame: string) => void) | null = null;
  let persist: ((text: string) => void) | null = null;
  let clear: (() => void) | null = null;
  let forget: (() => void) | null = null;

  function say(text: string): void {
    if (persist && !stopped) {
      persist(wrapped(text));
      painted = [];
    } else if (stopped) terminal.stream.write(`${wrapped(text)}\n`);
    else early.push(text);
  }
  // The last column stays free: some terminals wrap as soon as it is written.
  const room = (): number => Math.max(1, columnsOf(terminal) - 1);
  const wrapped = (text: string): string => wrapText(text, room()).join('\n');

  function tick(): void {
    if (stopped || !paint) return;
    const at = now();
    const due = paintedAt === null || at - paintedAt >= 1_000 || at < paintedAt;
    if (!news() && !due) return;
    paintedAt = at;
    painted = progressBlock(view(), terminal, room());
    paint(painted.join('\n'));
  }

  /** A terminal that is made narrower breaks the lines of the block: all of them go, and it is painted again. */
  function resized(): void {
    if (stopped || painted.length === 0) return;
    const columns = columnsOf(terminal);
    const rows = painted.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(textWidth(stripVTControlCharacters(line)) / columns)),
      0,
    );
    terminal.stream.write(`\u001b[${rows}A\r\u001b[J`);
    leave();
    tick();
  }

  function leave(): void {
    forget?.();
    [painted, paintedAt] = [[], null];
  }

  // Loaded only for a display, since it is slow to load. Its cursor hiding is off: it would hook into signals.
  const ready = import('log-update').then(({ createLogUpdate }) => {
    if (stopped) return;
    const log = createLogUpdate(terminal.stream, { showCursor: true });
    paint = log;
    persist = log.persist;
    clear = log.clear;
    forget = log.done;
    terminal.stream.on('resize', resized);
    for (const text of early.splice(0)) say(text);
    tick();
  });

  return {
    tick,
    say,
    ready,
    leave,
    stop() {
      if (stopped) return;
      terminal.stream.off('resize', resized);
      clear?.();
      stopped = true;
      for (const text of early.splice(0)) say(text);
    },
  };
}

const firstLineMs = 2_000;
const lineEveryMs = 10_000;
const quietForMs = 60_000;

/** A plain line now and then: soon after the start, then while something changes, and every minute. */
export function lineDisplay(terminal: Terminal, view: () => ProgressView, now: () => Instant): Display {
  const startedAt = now();
  let last: { at: Instant; done: string } | null = null;

  return {
    ready: Promise.resolve(),
    say: (text) => void terminal.stream.write(`${text}\n`),
    leave() {},
    stop() {},
    tick() {
      const at = now();
      const since = last === null ? at - startedAt : at - last.at;
      if (since >= 0 && since < (last === null ? firstLineMs : lineEveryMs)) return;
      const moment = view();
      const done = JSON.stringify([moment.tally.counts, moment.tally.repeated, moment.note]);
      if (last?.done === done && since >= 0 && since < quietForMs) return;
      last = { at, done };
      terminal.stream.write(`${progressLine(moment)}\n`);
    },
  };
}
