import type { RunEvent } from '../core/ports.ts';
import { type JsonEvents, jsonEvents } from '../report/events-json.ts';
import { type Terminal, terminalOf } from '../report/terminal/terminal.ts';
import type { Flags } from './argv/flag-names.ts';
import { truth } from './argv/settings.ts';
import type { System } from './system.ts';

/** Where a command speaks: people read stderr, programs read NDJSON on stdout. */
export interface Output {
  readonly terminal: Terminal;
  readonly quiet: boolean;
  /** Ends with a line break. Not said under --quiet. */
  say(text: string): void;
  /** Said under --quiet too: what went wrong. */
  warn(text: string): void;
  plan(summary: object): void;
  observe(event: RunEvent): void;
  summary(summary: object): void;
}

export function outputOf(flags: Flags, { stdout, stderr, env }: System): Output {
  const terminal = terminalOf(stderr, env);
  const quiet = truth(flags, 'quiet');
  const json: JsonEvents | null = truth(flags, 'json') ? jsonEvents(stdout) : null;
  return {
    terminal,
    quiet,
    say: (text) => void (quiet || stderr.write(text)),
    warn: (text) => void stderr.write(text),
    plan: (summary) => json?.plan(summary),
    observe: (event) => json?.observe(event),
    summary: (summary) => json?.summary(summary),
  };
}
