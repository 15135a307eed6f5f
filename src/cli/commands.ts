import type { Options } from 'yargs';
import type { Command } from './call.ts';
import {
  cancelFlags,
  exportFlags,
  fetchFlags,
  listFlags,
  modelFlags,
  planFlags,
  reconcileFlags,
  resumeFlags,
  runFlags,
  schemaFlags,
  sheetFlags,
  simulateFlags,
  statusFlags,
  talkFlags,
  varyFlags,
  viewFlags,
} from './flags.ts';

interface CommandEntry {
  readonly usage: string;
  readonly describe: string;
  readonly flags: Readonly<Record<string, Options>>;
  /** Loaded only when called, since loading is half of a short run. */
  load(): Promise<Command>;
}

export const commands = {
  run: {
    usage: 'run [INPUT…] [key=value…]',
    describe: 'Make every generation exist: plan, submit, download; again = resume',
    flags: runFlags,
    load: async () => (await import('./run-command.ts')).runCommand,
  },
  plan: {
    usage: 'plan [INPUT…] [key=value…]',
    describe: 'Show what a run would do, without sending anything',
    flags: planFlags,
    load: async () => (await import('./plan-command.ts')).planCommand,
  },
  resume: {
    usage: 'resume [DIR]',
    describe: "Go on from a folder's own plan (default: the newest under out/)",
    flags: resumeFlags,
    load: async () => (await import('./resume-command.ts')).resumeCommand,
  },
  status: {
    usage: 'status [DIR] [--watch]',
    describe: 'Counts by state, money, rates, the oldest job in flight',
    flags: statusFlags,
    load: async () => (await import('./status-command.ts')).statusCommand,
  },
  ls: {
    usage: 'ls [DIR]',
    describe: 'One line per job',
    flags: listFlags,
    load: async () => (await import('./list-command.ts')).listCommand,
  },
  show: {
    usage: 'show DIR JOB | show FILE',
    describe: 'Everything about one job, by a prefix of its id or by its file',
    flags: { json: talkFlags.json },
    load: async () => (await import('./show-command.ts')).showCommand,
  },
  retry: {
    usage: 'retry [DIR] [JOB…]',
    describe: 'New attempts for failed, cancelled and lost jobs',
    flags: resumeFlags,
    load: async () => (await import('./retry-command.ts')).retryCommand,
  },
  vary: {
    usage: 'vary [DIR] --picks FILE|JOB… --seeds N [key=value…]',
    describe: 'New jobs from favourites, linked to their parents',
    flags: varyFlags,
    load: async () => (await import('./vary-command.ts')).varyCommand,
  },
  reconcile: {
    usage: 'reconcile [DIR]',
    describe: 'Show and settle the submits of unknown outcome',
    flags: reconcileFlags,
    load: async () => (await import('./reconcile-command.ts')).reconcileCommand,
  },
  fetch: {
    usage: 'fetch [DIR]',
    describe: 'Download what is missing or damaged; never submits',
    flags: fetchFlags,
    load: async () => (await import('./fetch-command.ts')).fetchCommand,
  },
  cancel: {
    usage: 'cancel [DIR] [JOB…]',
    describe: 'Ask the server to cancel what is still queued',
    flags: cancelFlags,
    load: async () => (await import('./cancel-command.ts')).cancelCommand,
  },
  sheet: {
    usage: 'sheet [DIR] --x KEY --y KEY',
    describe: 'Contact sheets as PNG, labelled by any two keys',
    flags: sheetFlags,
    load: async () => (await import('./sheet-command.ts')).sheetCommand,
  },
  view: {
    usage: 'view [DIR]',
    describe: 'Make index.html, the viewer, with its thumbnails (every run does so too)',
    flags: viewFlags,
    load: async () => (await import('./view-command.ts')).viewCommand,
  },
  export: {
    usage: 'export [DIR] -o FILE',
    describe: 'The manifest as .csv or .jsonl, or with --as input rows to correct and run again',
    flags: exportFlags,
    load: async () => (await import('./export-command.ts')).exportCommand,
  },
  models: {
    usage: 'models [SEARCH]',
    describe: 'The catalogue with base prices',
    flags: modelFlags,
    load: async () => (await import('./model-commands.ts')).modelsCommand,
  },
  schema: {
    usage: 'schema [MODEL]',
    describe: "A model's inputs, defaults and limits, and an example",
    flags: schemaFlags,
    load: async () => (await import('./model-commands.ts')).schemaCommand,
  },
  balance: {
    usage: 'balance',
    describe: 'What is in the wallet; also proves the token',
    flags: modelFlags,
    load: async () => (await import('./model-commands.ts')).balanceCommand,
  },
  completion: {
    usage: 'completion [SHELL]',
    describe: 'Shell completion for bash, zsh or fish',
    flags: {},
    load: async () => (await import('./completion-command.ts')).completionCommand,
  },
  simulate: {
    usage: 'simulate',
    describe: 'The built-in stand-in of the API as a server on loopback',
    flags: simulateFlags,
    load: async () => (await import('./simulate-command.ts')).simulateCommand,
  },
  __view: {
    usage: '__view DIR',
    describe: '',
    flags: {},
    load: async () => (await import('./page-rounds.ts')).pageRoundsCommand,
  },
  __complete: {
    usage: '__complete SHELL -- WORDS…',
    describe: '',
    flags: {},
    load: async (): Promise<Command> => {
      const { completeCommand } = await import('./complete-command.ts');
      return (call, surroundings) => completeCommand(call, surroundings, commands);
    },
  },
} as const satisfies Record<string, CommandEntry>;

export type CommandName = keyof typeof commands;
