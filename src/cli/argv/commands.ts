import { sharingCommands } from '../shared/sharing-commands.ts';
import { agentCommands } from './agent-commands.ts';
import type { Command } from './call.ts';
import { catalogueCommands } from './catalogue-commands.ts';
import type { CommandEntry } from './command-entry.ts';
import type { Flag } from './flag-kinds.ts';
import { fetchFlags, goOnFlags, planFlags, resumeFlags, runFlags, varyFlags } from './flags.ts';
import {
  cancelFlags,
  configFlags,
  doctorFlags,
  exportFlags,
  initFlags,
  listFlags,
  loginFlags,
  logoutFlags,
  mergeFlags,
  openFlags,
  reconcileFlags,
  shareFlags,
  sheetFlags,
  showFlags,
  statusFlags,
  viewFlags,
} from './folder-flags.ts';
import { inputFlags } from './input-flags.ts';
import { simulateFlags } from './simulate-flags.ts';

/** What has to do with the input, and where answers go. */
const shownByPlan = Object.entries(inputFlags).flatMap(([name, { rare }]: [string, Flag]) =>
  rare === true ? [] : [name],
);

const often = ['yes', 'max-cost', 'max-duration', 'concurrency', 'json', 'quiet', 'token-file'] as const;

export const commands = {
  run: {
    group: 'Run',
    usage: 'run [INPUT…] [input=values…]',
    describe: 'Generate everything that the input asks for; run it again to resume',
    flags: runFlags,
    load: async () => (await import('../commands/run-command.ts')).runCommand,
  },
  plan: {
    group: 'Run',
    usage: 'plan [INPUT…] [input=values…]',
    describe: 'Show what a run would do and cost; sends nothing',
    flags: planFlags,
    shown: [...shownByPlan, 'max-cost', 'json', 'quiet', 'rehearse', 'token-file'],
    load: async () => (await import('../commands/plan-command.ts')).planCommand,
  },
  resume: {
    group: 'Run',
    usage: 'resume [DIR]',
    describe: 'Continue a run without its input (default: the newest folder in out/)',
    flags: resumeFlags,
    shown: often,
    load: async () => (await import('../commands/resume-command.ts')).resumeCommand,
  },
  status: {
    group: 'See',
    usage: 'status [DIR] [--watch]',
    describe: 'Progress, cost, failures and what to do about them',
    flags: statusFlags,
    load: async () => (await import('../commands/status-command.ts')).statusCommand,
  },
  ls: {
    group: 'See',
    usage: 'ls [DIR] [WORD…]',
    describe: 'List the jobs, or those with all of these words',
    flags: listFlags,
    load: async () => (await import('../commands/list-command.ts')).listCommand,
  },
  show: {
    group: 'See',
    usage: 'show DIR JOB | show FILE',
    describe: 'Everything about one job, by its id or by its file',
    flags: showFlags,
    load: async () => (await import('../commands/show-command.ts')).showCommand,
  },
  retry: {
    group: 'Run',
    usage: 'retry [DIR] [JOB…]',
    describe: 'New attempts for failed, cancelled and lost jobs',
    flags: goOnFlags,
    shown: often,
    load: async () => (await import('../commands/retry-command.ts')).retryCommand,
  },
  vary: {
    group: 'Settle and export',
    usage: 'vary [DIR] --picks FILE|JOB… --seeds N [input=values…]',
    describe: 'New jobs from favourites',
    flags: varyFlags,
    shown: ['picks', 'seeds', 'repeat', 'limit', 'dry-run', ...often],
    load: async () => (await import('../commands/vary-command.ts')).varyCommand,
  },
  reconcile: {
    group: 'Settle and export',
    usage: 'reconcile [DIR]',
    describe: 'Resolve submissions that may or may not have gone through',
    flags: reconcileFlags,
    load: async () => (await import('../commands/reconcile-command.ts')).reconcileCommand,
  },
  fetch: {
    group: 'Settle and export',
    usage: 'fetch [DIR]',
    describe: 'Download what is missing or damaged; never submits',
    flags: fetchFlags,
    shown: ['verify', 'downloads', 'json', 'quiet', 'token-file'],
    load: async () => (await import('../commands/fetch-command.ts')).fetchCommand,
  },
  cancel: {
    group: 'Run',
    usage: 'cancel [DIR] [JOB…]',
    describe: 'Cancel jobs that are on the server',
    flags: cancelFlags,
    shown: ['token-file'],
    load: async () => (await import('../commands/cancel-command.ts')).cancelCommand,
  },
  sheet: {
    group: 'See',
    usage: 'sheet [DIR] --x KEY --y KEY',
    describe: 'Contact sheets as PNG or PDF, labelled by any two keys',
    flags: sheetFlags,
    load: async () => (await import('../commands/sheet-command.ts')).sheetCommand,
  },
  view: {
    group: 'See',
    usage: 'view [DIR] [DIR…]',
    describe: 'Make the page index.html, as each run does, or compare folders',
    flags: viewFlags,
    load: async () => (await import('../commands/view-command.ts')).viewCommand,
  },
  open: {
    group: 'See',
    rare: true,
    usage: 'open [DIR] [JOB…]',
    describe: 'Open the files of jobs, or the page',
    flags: openFlags,
    load: async () => (await import('../commands/open-command.ts')).openCommand,
  },
  export: {
    group: 'Settle and export',
    usage: 'export [DIR] -o FILE',
    describe: 'Write the manifest, or with --as input the rows to correct and run again',
    flags: exportFlags,
    load: async () => (await import('../commands/export-command.ts')).exportCommand,
  },
  share: {
    group: 'Settle and export',
    usage: 'share [DIR] -o FILE.zip|FOLDER',
    describe: 'Page and pictures for other people, without ledger, log and costs',
    flags: shareFlags,
    load: async () => (await import('../commands/share-command.ts')).shareCommand,
  },
  merge: {
    group: 'Settle and export',
    rare: true,
    usage: 'merge DIR… -o FOLDER',
    describe: 'Put run folders, such as those of shards, into one',
    flags: mergeFlags,
    load: async () => (await import('../commands/merge-command.ts')).mergeCommand,
  },
  ...catalogueCommands,
  init: {
    group: 'Account and tools',
    usage: 'init [DIR]',
    describe: 'Write a file of three prompts to begin with',
    flags: initFlags,
    load: async () => (await import('../commands/setup/init-command.ts')).initCommand,
  },
  login: {
    group: 'Account and tools',
    usage: 'login',
    describe: 'Store your API token; asks for it and checks it',
    flags: loginFlags,
    load: async () => (await import('../commands/setup/login-command.ts')).loginCommand,
  },
  logout: {
    group: 'Account and tools',
    rare: true,
    usage: 'logout',
    describe: 'Remove the stored API token from this machine',
    flags: logoutFlags,
    load: async () => (await import('../commands/setup/logout-command.ts')).logoutCommand,
  },
  doctor: {
    group: 'Account and tools',
    rare: true,
    usage: 'doctor',
    describe: 'Check everything that a run depends on; free',
    flags: doctorFlags,
    load: async () => (await import('../commands/setup/doctor-command.ts')).doctorCommand,
  },
  config: {
    group: 'Account and tools',
    rare: true,
    usage: 'config [INPUT…]',
    describe: 'Show every setting and where it comes from',
    flags: configFlags,
    shown: ['json', 'profile'],
    load: async () => (await import('../commands/setup/config-command.ts')).configCommand,
  },
  completion: {
    group: 'Account and tools',
    rare: true,
    usage: 'completion [SHELL]',
    describe: 'Completion for bash, zsh or fish',
    flags: {},
    load: async () => (await import('../commands/completion-command.ts')).completionCommand,
  },
  simulate: {
    group: 'Account and tools',
    rare: true,
    usage: 'simulate',
    describe: 'Run the built-in API simulator on localhost',
    flags: simulateFlags,
    load: async () => (await import('../commands/servers/simulate-command.ts')).simulateCommand,
  },
  ...agentCommands,
  ...sharingCommands,
  __view: {
    group: null,
    usage: '__view DIR',
    describe: '',
    flags: {},
    load: async () => (await import('../commands/page-command.ts')).pageCommand,
  },
  __complete: {
    group: null,
    usage: '__complete SHELL -- WORDS…',
    describe: '',
    flags: {},
    load: async (): Promise<Command> => {
      const { completeCommand } = await import('../commands/complete-command.ts');
      return (call, system) => completeCommand(call, system, commands);
    },
  },
} as const satisfies Record<string, CommandEntry>;

export type CommandName = keyof typeof commands;
