import { tokenVariables } from '../../app/access/usual.ts';
import { ledgerFlags } from '../shared/ledger-flags.ts';
import { type FlagTable, list, refusal, text, truth } from './flag-kinds.ts';
import { inputFlags } from './input-flags.ts';

const input = { group: 'Input' } as const;
const money = { group: 'Money' } as const;
const speed = { group: 'Speed' } as const;
const output = { group: 'Output' } as const;
const account = { group: 'Account' } as const;
const rare = { rare: true } as const;

export const apiFlags = {
  rehearse: truth('practice against the built-in simulator: free, in <out>-rehearsal', account),
  'token-file': text('FILE', 'file with the API token', {
    ...account,
    usual: tokenVariables[0],
  }),
  'base-url': text('URL', 'address of the API', { ...account, ...rare }),
  profile: text('NAME', 'use the settings of [profiles.NAME] in rcb.toml', {
    ...account,
    ...rare,
    usual: 'RCB_PROFILE',
  }),
} as const satisfies FlagTable;

/** For what goes on with requests that were made before. */
export const accountFlags = {
  'this-account': truth('continue with this address and token, though jobs in flight belong to others', {
    ...account,
    ...rare,
  }),
} as const satisfies FlagTable;

const engineFlags = {
  'max-cost': text('USD', 'stop submitting before this folder has cost USD, all runs together', money),
  'max-duration': text('TIME', 'stop submitting after this time, such as 8h or 30m', money),
  'max-failures': text('N|P%', 'stop submitting after N failures, or P percent', money),
  'on-unknown': text('ACTION', 'unclear submissions: hold, or resubmit and risk paying twice', {
    ...money,
    ...rare,
    usual: 'hold',
    words: ['hold', 'resubmit'],
  }),
  concurrency: text('N|auto', 'requests in flight at the same time', {
    ...speed,
    alias: 'j',
    usual: 'auto',
    words: ['auto'],
  }),
  rpm: text('N', 'submissions per minute', { ...speed, usual: 'no limit' }),
  outage: text('TIME', 'how long to wait for an API that does not answer', {
    ...speed,
    usual: '2h',
    ...rare,
  }),
  'max-concurrency': text('N', 'upper limit of auto', { ...speed, ...rare, usual: '64' }),
  submits: text('N', 'submissions sent in parallel', { ...speed, ...rare, usual: '8' }),
  downloads: text('N', 'parallel downloads', { ...speed, ...rare, usual: '8' }),
  poll: text('SECONDS|auto', 'polling interval', { ...speed, ...rare, usual: 'auto', words: ['auto'] }),
  'poll-rps': text('N', 'polls per second, all jobs together', { ...speed, ...rare, usual: '50' }),
  'job-timeout': text('TIME', 'leave a job for the next run after this long without progress', {
    ...speed,
    ...rare,
    usual: '30m',
  }),
  retries: text('N', 'retries of requests that cost nothing', { ...speed, ...rare, usual: '5' }),
  'webhook-base': text('URL', 'have the API call your receiver at URL/JOB/ATTEMPT: see rcb receive', {
    ...account,
    ...rare,
  }),
  files: text('URL', 'put files there as well: s3://BUCKET/PREFIX, /MOUNT/FOLDER, or none', {
    ...output,
    ...rare,
    words: ['none'],
  }),
  'allow-host': list('HOST', 'download from this host too', { ...output, ...rare }),
  ...refusal('embed', 'do not write prompt and settings into the images', { ...output, ...rare }),
  ...refusal('view', 'do not make the page index.html', output),
  notify: truth('show a desktop notification when the run ends', output),
  'notify-cmd': text('CMD', 'when the run ends, run CMD with the summary as JSON on stdin', {
    ...output,
    ...rare,
  }),
  ...refusal('bell', 'do not ring the terminal when the run ends', { ...output, ...rare }),
  ...refusal('inhibit', 'let the machine fall asleep while the run is under way', { ...output, ...rare }),
} as const satisfies FlagTable;

export const outputFlags = {
  json: truth('one JSON object per line on stdout; --json=summary: one at the end', {
    ...output,
    forms: ['summary', 'lines'],
  }),
  quiet: truth('print errors only', { ...output, alias: 'q' }),
  verbose: { type: 'count', describe: 'print more', alias: 'v', group: 'Output', rare: true },
  'log-level': text('LEVEL', 'level of run.log', {
    ...output,
    ...rare,
    usual: 'info',
    words: ['debug', 'info', 'warn', 'error'],
  }),
} as const satisfies FlagTable;

const expectation = {
  expect: text('PLAN_ID', 'submit nothing unless the plan is this one: plan_id of rcb plan --json', {
    ...money,
    ...rare,
  }),
} as const satisfies FlagTable;

const consent = {
  yes: truth('do not ask before spending', { ...money, alias: 'y' }),
} as const satisfies FlagTable;

const canary = {
  canary: text('N', 'run N jobs spread over the grid, show price and time, then ask', money),
} as const satisfies FlagTable;

const reuse = {
  reuse: list('DIR', 'take finished jobs from other run folders, free of charge: --reuse out/', {
    ...money,
    ...rare,
  }),
  'reuse-any-account': truth('with --reuse: also jobs that were paid for with another token', {
    ...money,
    ...rare,
  }),
} as const satisfies FlagTable;

const apart = {
  detach: truth('run in the background, and return once that runs', { ...output, ...rare }),
} as const satisfies FlagTable;

const rehearsedPlan = {
  'dry-run': truth('show the plan and the price, send nothing', { ...money, alias: 'n' }),
} as const satisfies FlagTable;

export const runFlags = {
  ...inputFlags,
  ...rehearsedPlan,
  ...consent,
  ...canary,
  ...expectation,
  ...reuse,
  ...apart,
  ...engineFlags,
  ...outputFlags,
  ...apiFlags,
  ...accountFlags,
  ...ledgerFlags,
} as const satisfies FlagTable;

/** A plan is a run that stops before its first submission, so the same command line does for both. */
export const planFlags = runFlags;

/** What `vary` plans from is in the folder already. */
const {
  out: _out,
  from: _from,
  format: _format,
  encoding: _encoding,
  refresh: _refresh,
  random: _random,
  shard: _shard,
  ...variationFlags
} = inputFlags;

export const varyFlags = {
  picks: list('FILE', 'favourites that the page has exported, .json or .csv', input),
  ...variationFlags,
  ...rehearsedPlan,
  ...consent,
  ...canary,
  ...expectation,
  ...reuse,
  ...apart,
  ...engineFlags,
  ...outputFlags,
  ...apiFlags,
  ...accountFlags,
  ...ledgerFlags,
} as const satisfies FlagTable;

/** For what goes on with some jobs of a folder. */
export const goOnFlags = {
  ...consent,
  ...apart,
  ...engineFlags,
  ...outputFlags,
  ...apiFlags,
  ...accountFlags,
  ...ledgerFlags,
} as const satisfies FlagTable;

export const resumeFlags = {
  ...goOnFlags,
  ...canary,
  ...expectation,
  ...reuse,
} as const satisfies FlagTable;

const { detach: _detach, ...collectingFlags } = goOnFlags;

export const fetchFlags = {
  ...collectingFlags,
  verify: truth("check every file's SHA-256 too"),
} as const satisfies FlagTable;
