import { resumeFlags } from './flags.ts';
import { mcpFlags, waitFlags } from './folder-flags.ts';
import { receiveFlags } from './simulate-flags.ts';

/** Commands that agents use, and those that leave a run alone; part of the table of commands. */
export const agentCommands = {
  wait: {
    group: 'See',
    rare: true,
    usage: 'wait [DIR] --timeout TIME',
    describe: 'Wait until the run in this folder has ended, and exit with its code',
    flags: waitFlags,
    load: async () => (await import('../commands/wait-command.ts')).waitCommand,
  },
  mcp: {
    group: 'Account and tools',
    rare: true,
    usage: 'mcp',
    describe: 'Serve agents over the Model Context Protocol on stdin and stdout',
    flags: mcpFlags,
    load: async () => (await import('../commands/agent-tools.ts')).mcpCommand,
  },
  receive: {
    group: 'Account and tools',
    rare: true,
    usage: 'receive [DIR]',
    describe: 'Keep what the API calls back, so that unclear submissions settle themselves',
    flags: receiveFlags,
    load: async () => (await import('../commands/servers/receive-command.ts')).receiveCommand,
  },
  skill: {
    group: 'Account and tools',
    rare: true,
    usage: 'skill',
    describe: 'Print a SKILL.md that teaches an agent to use rcb',
    flags: {},
    load: async () => (await import('../commands/agent-tools.ts')).skillCommand,
  },
  __detached: {
    group: null,
    usage: '__detached DIR',
    describe: '',
    flags: resumeFlags,
    load: async () => (await import('../commands/detached-command.ts')).detachedCommand,
  },
} as const;
