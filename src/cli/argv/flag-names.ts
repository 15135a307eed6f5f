import type { pullFlags, workFlags } from '../shared/sharing-flags.ts';
import type { fetchFlags, runFlags, varyFlags } from './flags.ts';
import type {
  cancelFlags,
  doctorFlags,
  exportFlags,
  initFlags,
  listFlags,
  listingFlags,
  loginFlags,
  mcpFlags,
  mergeFlags,
  openFlags,
  reconcileFlags,
  schemaFlags,
  shareFlags,
  sheetFlags,
  showFlags,
  statusFlags,
  viewFlags,
  waitFlags,
} from './folder-flags.ts';
import type { receiveFlags, simulateFlags } from './simulate-flags.ts';

type FlagTables = [
  typeof runFlags,
  typeof varyFlags,
  typeof fetchFlags,
  typeof statusFlags,
  typeof viewFlags,
  typeof openFlags,
  typeof waitFlags,
  typeof cancelFlags,
  typeof reconcileFlags,
  typeof listFlags,
  typeof showFlags,
  typeof sheetFlags,
  typeof exportFlags,
  typeof mcpFlags,
  typeof mergeFlags,
  typeof doctorFlags,
  typeof listingFlags,
  typeof loginFlags,
  typeof initFlags,
  typeof schemaFlags,
  typeof shareFlags,
  typeof simulateFlags,
  typeof receiveFlags,
  typeof pullFlags,
  typeof workFlags,
];

/** The flag of any command: a misspelt one does not compile. */
export type FlagName = KeysOfEach<FlagTables[number]>;

type KeysOfEach<Table> = Table extends unknown ? keyof Table & string : never;

/** What yargs makes of the flags: everything is text, parsed by `settings.ts` so that mistakes are named. */
export type Flags = { readonly [Name in FlagName]?: string | readonly string[] | boolean | number };
