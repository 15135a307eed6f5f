import { listingFlags, modelFlags, schemaFlags } from './folder-flags.ts';

/** Commands about the models and the account; part of the table of commands. */
export const catalogueCommands = {
  models: {
    group: 'Account and tools',
    usage: 'models [SEARCH]',
    describe: 'List the models with their prices',
    flags: listingFlags,
    load: async () => (await import('../commands/model-commands.ts')).modelsCommand,
  },
  schema: {
    group: 'Account and tools',
    usage: 'schema [MODEL]',
    describe: "Show a model's inputs, defaults and limits",
    flags: schemaFlags,
    load: async () => (await import('../commands/model-commands.ts')).schemaCommand,
  },
  balance: {
    group: 'Account and tools',
    rare: true,
    usage: 'balance',
    describe: 'Show the account balance; also checks the token',
    flags: modelFlags,
    load: async () => (await import('../commands/model-commands.ts')).balanceCommand,
  },
} as const;
