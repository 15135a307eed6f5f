import { pullFlags, shareRunFlags, workFlags } from './sharing-flags.ts';

/** Commands about runs that several machines share; part of the table of commands. */
export const sharingCommands = {
  work: {
    group: 'Run',
    rare: true,
    usage: 'work RUN',
    describe: 'Work on a run that several machines share, without its input',
    flags: workFlags,
    load: async () => (await import('../commands/shared/work-command.ts')).workCommand,
  },
  pull: {
    group: 'Settle and export',
    rare: true,
    usage: 'pull [RUN|DIR]',
    describe: 'Bring the folder of a shared run up to date, with the files of other machines',
    flags: pullFlags,
    load: async () => (await import('../commands/shared/pull-command.ts')).pullCommand,
  },
  'share-run': {
    group: 'Run',
    rare: true,
    usage: 'share-run DIR',
    describe: 'Put the run of a folder into a ledger, for several machines to work on',
    flags: shareRunFlags,
    load: async () => (await import('../commands/shared/share-run-command.ts')).shareRunCommand,
  },
} as const;
