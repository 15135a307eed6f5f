import type { Command } from './call.ts';
import type { FlagTable } from './flag-kinds.ts';

/** The headings of `rcb --help`, in this order. */
export const commandGroups = ['Run', 'See', 'Settle and export', 'Account and tools'] as const;

export interface CommandEntry {
  /** null: the help does not list it. */
  readonly group: (typeof commandGroups)[number] | null;
  /** Only `rcb --help-all` lists it. */
  readonly rare?: true;
  readonly usage: string;
  readonly describe: string;
  readonly flags: FlagTable;
  /** The flags that `--help` lists; left out: all that are not rare. */
  readonly shown?: readonly string[];
  /** Loaded only when called, since loading is half of a short run. */
  load(): Promise<Command>;
}
