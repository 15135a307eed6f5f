import { columnsOf, type Terminal } from '../terminal/terminal.ts';
import { cutText } from '../terminal/text-width.ts';

/** A line at the foot of a live terminal that says what goes on and leaves nothing behind; silent elsewhere. */
interface PassingLine {
  show(text: string): void;
  clear(): void;
}

const toStart = '\r';
const clearToEnd = '\u001b[K';

/** Texts are ours or have been made plain. */
export function passingLine(terminal: Terminal): PassingLine {
  let shown = '';
  function show(text: string): void {
    if (!terminal.live || text === shown) return;
    shown = text;
    // A column is left free: some terminals wrap as soon as the last one is written.
    terminal.stream.write(`${toStart}${cutText(text, columnsOf(terminal) - 1)}${clearToEnd}`);
  }
  return { show, clear: () => show('') };
}
