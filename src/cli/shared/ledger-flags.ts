import { type FlagTable, text } from '../argv/flag-kinds.ts';

/** Where runs are that several machines share. */
export const ledgerFlags = {
  ledger: text('URL', 'PostgreSQL that holds runs of several machines, such as postgres://host/rcb', {
    group: 'Account',
    rare: true,
    usual: 'RCB_LEDGER',
    words: ['none'],
  }),
} as const satisfies FlagTable;
