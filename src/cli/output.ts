import type { RunEvent } from '../core/ports.ts';
import { type ErrorFacts, type JsonEvents, jsonEvents, type PageState } from '../report/events-json.ts';
import type { ProblemLine } from '../report/plan/problem-json.ts';
import type { ProgressLine } from '../report/progress/progress-json.ts';
import { type Terminal, terminalOf } from '../report/terminal/terminal.ts';
import type { Flags } from './argv/flag-names.ts';
import { truth } from './argv/settings.ts';
import { jsonFormIn } from './json-form.ts';
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
  progress(line: ProgressLine): void;
  problem(line: ProblemLine): void;
  page(state: PageState): void;
  detached(started: object): void;
  /** `outcome`: what the command came to; null: a summary that names the error follows. */
  error(error: ErrorFacts, outcome: string | null): void;
  summary(summary: object): void;
  /** Programs are told something. */
  readonly isTold: boolean;
}

export function outputOf(flags: Flags, { argv, stdout, stderr, env }: System): Output {
  const terminal = terminalOf(stderr, env);
  const quiet = truth(flags, 'quiet');
  const form = truth(flags, 'json') ? jsonFormIn(argv) : null;
  const json: JsonEvents | null = form === null ? null : jsonEvents(stdout, form);
  return {
    terminal,
    quiet,
    say: (text) => void (quiet || stderr.write(text)),
    warn: (text) => void stderr.write(text),
    plan: (summary) => json?.plan(summary),
    observe: (event) => json?.observe(event),
    progress: (line) => json?.progress(line),
    problem: (line) => json?.problem(line),
    page: (state) => json?.page(state),
    detached: (started) => json?.detached(started),
    error: (error, outcome) => json?.error(error, outcome),
    summary: (summary) => json?.summary(summary),
    isTold: json !== null,
  };
}
