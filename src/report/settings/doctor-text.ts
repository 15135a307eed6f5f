import { plainText, type Terminal, type Tone, toned } from '../terminal/terminal.ts';

interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'warn' | 'fail';
  readonly found: string;
  readonly remedy: string | null;
}

const signs = {
  ok: ['✓', 'green'],
  warn: ['!', 'yellow'],
  fail: ['×', 'red'],
} as const satisfies Record<Finding['state'], readonly [string, Tone]>;

const checkColumns = 13;

/** A line, and another one with what to do. */
export function findingText({ check, state, found, remedy }: Finding, terminal: Terminal): string {
  const [sign, tone] = signs[state];
  const line = `${toned(terminal, tone, sign)} ${check.padEnd(checkColumns)}${plainText(found)}\n`;
  return remedy ? `${line}${' '.repeat(checkColumns + 2)}${plainText(remedy)}\n` : line;
}
