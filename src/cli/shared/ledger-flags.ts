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

/** A file of settings may name it instead. */
export function isLedgerTyped(argv: readonly string[]): boolean {
  return argv.some((word) => /^--ledger(=|$)/i.test(word));
}
