import { countOf } from '../../core/counts.ts';
import type { Instant } from '../../core/job/job.ts';

/** What the keys do, in one line. */
export const keyHelp = 'p pause or resume   + - requests in flight   q stop, as Ctrl-C   ? keys';

export const pausingText = 'Pausing: submissions under way are still answered.';
export const resumingText = 'Resumed.';

export function inFlightText(max: number): string {
  return `At most ${countOf(max, 'request')} in flight, until this run ends.`;
}

const shownMs = 8_000;

/** A line of the display that goes away after a while. */
export interface KeyNotes {
  show(text: string): void;
  hide(): void;
  now(): string | null;
}

export function keyNotes(now: () => Instant): KeyNotes {
  let last: { readonly text: string; readonly at: Instant } | null = null;
  return {
    show(text) {
      last = { text, at: now() };
    },
    hide() {
      last = null;
    },
    now() {
      const isOver = last === null || now() - last.at >= shownMs || now() < last.at;
      return isOver ? null : (last?.text ?? null);
    },
  };
}
