import { type FlagTable, list, refusal, text, truth } from '../argv/flag-kinds.ts';
import { apiFlags, goOnFlags, outputFlags } from '../argv/flags.ts';
import { inputFlags } from '../argv/input-flags.ts';
import { ledgerFlags } from './ledger-flags.ts';

const { rehearse: _rehearse, ...workingFlags } = goOnFlags;

/** The flags of commands about runs that several machines share. */
export const workFlags = {
  out: { ...inputFlags.out, usual: 'out/RUN' },
  ...workingFlags,
} as const satisfies FlagTable;

const own = { group: 'Options' } as const;
const sharingFlags = {
  ledger: { ...ledgerFlags.ledger, ...own },
  json: truth('one JSON object at the end'),
  quiet: { ...outputFlags.quiet, ...own },
} as const;

export const pullFlags = {
  from: list('DIR', 'take missing files from this folder too, such as that of another machine', own),
  ...refusal('files', 'fetch no files: only what is known about the jobs', own),
  detach: truth('end the sharing: this folder is the run from now on', own),
  out: text('DIR', 'run folder', { ...own, alias: 'o', usual: 'out/RUN' }),
  ...sharingFlags,
  'token-file': { ...apiFlags['token-file'], ...own },
  'base-url': { ...apiFlags['base-url'], ...own },
  profile: { ...apiFlags.profile, ...own },
} as const satisfies FlagTable;

export const shareRunFlags = sharingFlags satisfies FlagTable;
