import { jobStatuses } from '../../core/job/job.ts';
import { ledgerFlags } from '../shared/ledger-flags.ts';
import { type FlagTable, list, refusal, text, truth } from './flag-kinds.ts';
import { accountFlags, apiFlags, outputFlags, runFlags } from './flags.ts';
import { inputFlags } from './input-flags.ts';

const ledger = { ...ledgerFlags.ledger, group: 'Options' } as const;

/** The flags of what looks at a run folder or the catalogue. */
export const statusFlags = {
  json: truth('as JSON'),
  watch: truth('refresh every two seconds until the run ends'),
  ledger,
} as const satisfies FlagTable;

export const waitFlags = {
  timeout: text('TIME', 'wait no longer than this, such as 5m', { usual: 'no limit' }),
  json: truth('one JSON object at the end', { forms: ['summary', 'lines'] }),
  ledger,
} as const satisfies FlagTable;

export const viewFlags = {
  out: text('FILE', 'with several folders: the page to write', {
    alias: 'o',
    usual: 'compare-A-B.html',
    rare: true,
  }),
  open: truth('open the page in the browser'),
  json: outputFlags.json,
  quiet: outputFlags.quiet,
  ledger,
} as const satisfies FlagTable;

/** What a run is given, to see what it would have. */
export const configFlags = { ...runFlags, json: truth('one JSON object') } as const satisfies FlagTable;
export const openFlags = {
  print: truth('print the paths and open nothing'),
  quiet: outputFlags.quiet,
  ledger,
} as const satisfies FlagTable;

export const cancelFlags = {
  json: truth('one JSON object per job', { rare: true }),
  ...apiFlags,
  ...accountFlags,
  ...ledgerFlags,
} as const satisfies FlagTable;

export const reconcileFlags = {
  adopt: list('JOB=REQUEST_ID|all', 'it was accepted under this id; all: every id that the server returned'),
  resubmit: list('JOB|all', 'submit again, at the risk of paying twice'),
  'write-off': list('JOB|all', 'give up'),
  callbacks: list('FILE', 'what rcb receive --file has kept, besides the callbacks.jsonl of the folder', {
    rare: true,
  }),
  yes: { ...runFlags.yes, group: 'Options' },
  json: truth('one JSON object per submission'),
  ...apiFlags,
  ...accountFlags,
  ...ledgerFlags,
} as const satisfies FlagTable;

const where = list('CONDITION', "only such jobs: style=anime, style!=anime, 'prompt~corgi', 'cost>0.05'");
const state = list('STATE', 'only jobs in this state', {
  words: jobStatuses,
});

export const listFlags = {
  state,
  where,
  json: truth('one JSON object per job'),
  ledger,
} as const satisfies FlagTable;

export const showFlags = { json: truth('as JSON'), ledger } as const satisfies FlagTable;

export const sheetFlags = {
  x: text('KEY', 'what the columns show: an axis, input or tag, or model, state, rep, id'),
  y: text('KEY', 'what the rows show; without it, pictures simply wrap'),
  page: list('KEY', 'a sheet for each value of this key'),
  stack: truth('put jobs that share a cell side by side instead of on pages'),
  rows: text('N|all', 'rows of a sheet; all: as many as programs open', { usual: '20', words: ['all'] }),
  cell: text('PIXELS', 'width of a cell', { usual: '256' }),
  pdf: truth('one PDF with a page for each sheet'),
  lossless: truth('keep every pixel in the PDF, which makes it larger', { rare: true }),
  out: text('PATH', 'PNG or PDF file, or folder to write', { alias: 'o', usual: 'DIR/sheets' }),
  state,
  where,
  planned: truth('only jobs of the current plan'),
  yes: truth('do not ask before making more than 12 sheets'),
  json: truth('one JSON object per sheet'),
  quiet: { ...outputFlags.quiet, group: 'Options' },
  ledger,
} as const satisfies FlagTable;

export const shareFlags = {
  out: text('PATH', 'zip file or folder to write', { alias: 'o', usual: 'NAME.zip' }),
  starred: truth('only the starred jobs; picks.json is found in DIR, here or in your downloads'),
  picks: list('FILE', 'only the starred jobs of this picks.json'),
  small: truth('pictures of at most 1,024 pixels, without what their files say of themselves'),
  state,
  where,
  'with-cost': truth('show what each job cost'),
  force: truth('replace the zip file, or the folder if it is a parcel'),
  json: outputFlags.json,
  quiet: outputFlags.quiet,
  ledger,
} as const satisfies FlagTable;

export const mergeFlags = {
  out: text('DIR', 'run folder that gets everything; merging more into it later works, too', { alias: 'o' }),
  ...refusal('view', 'do not make the page index.html', {}),
  json: outputFlags.json,
  quiet: outputFlags.quiet,
  'token-file': apiFlags['token-file'],
  'this-account': accountFlags['this-account'],
} as const satisfies FlagTable;

export const exportFlags = {
  out: text('FILE', 'file to write, .csv or .jsonl', { alias: 'o' }),
  as: text('FORM', 'input: rows to correct and run again, without their results', {
    usual: 'manifest',
    words: ['manifest', 'input'],
  }),
  state: list('STATE', 'only jobs in this state, or with this class of error: failed,refused'),
  where,
  ledger,
} as const satisfies FlagTable;

export const mcpFlags = {
  root: list('DIR', 'folder that clients may read and write', { usual: 'the working directory' }),
  'token-file': { ...apiFlags['token-file'], group: 'Options' },
  'base-url': { ...apiFlags['base-url'], group: 'Options' },
} as const satisfies FlagTable;

export const modelFlags = {
  json: truth('as JSON'),
  'token-file': { ...apiFlags['token-file'], group: 'Options' },
  'base-url': { ...apiFlags['base-url'], group: 'Options' },
  profile: { ...apiFlags.profile, group: 'Options' },
} as const satisfies FlagTable;

export const doctorFlags = { ...modelFlags, ledger } as const satisfies FlagTable;

export const listingFlags = {
  deployments: truth('your own deployments, as models are named: deployment:ID', { rare: true }),
  ...modelFlags,
} as const satisfies FlagTable;

export const schemaFlags = {
  ...modelFlags,
  schema: { ...inputFlags.schema, group: 'Options' },
  workflow: { ...inputFlags.workflow, group: 'Options' },
} as const satisfies FlagTable;

const { 'token-file': _, ...addressFlags } = modelFlags;
const { json: _json, ...logoutOnly } = addressFlags;

export const logoutFlags = logoutOnly;

export const loginFlags = {
  'with-token': truth('read the token from standard input'),
  ...logoutOnly,
} as const satisfies FlagTable;

export const initFlags = {
  config: truth('write a commented rcb.toml too'),
} as const satisfies FlagTable;
