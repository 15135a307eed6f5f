import type { Terminal } from '../../report/terminal/terminal.ts';

export interface SheetProgress {
  /** `share`: of the sheet at `nth`, from 0 to 1. */
  show(nth: number, share: number): void;
  clear(): void;
}

const eraseLine = '\r\u001b[K';

/** How far the sheets are, on one line that is repainted; nothing where nobody looks. */
export function sheetProgress(terminal: Terminal | null, sheets: number): SheetProgress {
  let shown = '';
  return {
    show(nth, share) {
      if (terminal === null || !terminal.live) return;
      const text = `Drawing sheet ${nth + 1} of ${sheets}: ${Math.floor(share * 100)}%`;
      if (text === shown) return;
      terminal.stream.write(`${eraseLine}${text}`);
      shown = text;
    },
    clear() {
      if (shown !== '') terminal?.stream.write(eraseLine);
      shown = '';
    },
  };
}
