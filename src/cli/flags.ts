import type { Options } from 'yargs';

/** The last of a flag given twice counts, except where a list is meant. */
const text = (describe: string, more: Options = {}): Options => ({
  type: 'string',
  requiresArg: true,
  describe,
  ...more,
});
const list = (describe: string, more: Options = {}): Options => ({ ...text(describe, more), array: true });
const truth = (describe: string, more: Options = {}): Options => ({ type: 'boolean', describe, ...more });

/** `--no-NAME`: yargs takes it as a false NAME, which help and completion therefore leave out. */
const refusal = <Name extends string>(name: Name, describe: string) =>
  ({ [`no-${name}`]: truth(describe), [name]: { type: 'boolean', hidden: true } }) as Record<
    Name | `no-${Name}`,
    Options
  >;

export const inputFlags = {
  model: text('Model of every row, whatever the rows say', { alias: 'm' }),
  out: text('Run folder (default: out/<input name>)', { alias: 'o' }),
  from: list('Take the recipe inside a file as a row: --from FILE'),
  map: list('Rename a column: --map Prompt=prompt'),
  format: text('Format of the input where its name does not tell'),
  refresh: truth('Fetch the lists behind links again, instead of reading the copies in the run folder'),
  encoding: text('Encoding of CSV and TSV files that are not UTF-8, such as windows-1252'),
  name: text('Template of file names'),
  schema: text("A model's input schema as a file, instead of the catalogue's"),
  seeds: text('Number of seeds per row: 1 to N'),
  random: truth('With --seeds: N scattered seeds, the same on every run, instead of 1 to N'),
  wildcards: truth('Expand {a|b} and __name__ (from wildcards/name.txt) in texts as axes'),
  literal: truth('Take every text as it is: no {{column}}, @file or wildcard'),
  repeat: text('So many jobs for each cell of the grid'),
  link: list('Axes that go in step: --link style,negative_prompt'),
  exclude: list('Cells to leave out: --exclude style=anime,aspect_ratio=16:9'),
  sample: text('A fixed random choice of so many jobs'),
  shuffle: truth('In a fixed random order'),
  limit: text('The first so many jobs'),
  order: text('breadth (seeds last, so that half a night is an even grid) or depth'),
  'skip-invalid': truth('Run the rest when rows are wrong'),
  'keep-duplicates': truth('Make identical rows repetitions instead of one job'),
  'check-urls': truth('Look whether the links in the input can be fetched'),
} as const satisfies Record<string, Options>;

export const apiFlags = {
  'base-url': text('Base URL of the API'),
  'token-file': text('File that holds the API token'),
  rehearse: truth('Run against the built-in simulator, for nothing, in <out>-rehearsal'),
} as const satisfies Record<string, Options>;

/** For what goes on with requests that were made before. */
export const accountFlags = {
  'this-account': truth(
    'Go on with this address and token, though jobs in flight were submitted with others or are not known there',
  ),
} as const satisfies Record<string, Options>;

export const engineFlags = {
  concurrency: text('Requests at the API at once: a number, or auto', { alias: 'j' }),
  'max-concurrency': text('What auto may grow to (64)'),
  rpm: text('Submits per minute (no limit)'),
  submits: text('Submits under way at once (8)'),
  downloads: text('Downloads at once (8)'),
  poll: text('Seconds between two looks at a job, or auto'),
  'poll-rps': text('Looks per second, over all jobs (50)'),
  'max-cost': text('Dollars that the folder may cost over its whole life'),
  'max-duration': text('Submit nothing more after so long: 8h'),
  'max-failures': text('Submit nothing more after so many failures, or a share of them: 20 or 5%'),
  'on-unknown': text('Submits of unknown outcome: hold, or resubmit at the risk of paying twice (hold)'),
  'job-timeout': text('How long a job is watched without any change (30m)'),
  outage: text('Wait this long for an API that does not answer before giving up (2h)'),
  retries: text('How often a call that is free to repeat is repeated (5)'),
  'allow-host': list('A further host to download from'),
  ...refusal('embed', 'Leave files as they came, without their recipe'),
  ...refusal('view', 'Make no index.html and no thumbnails'),
} as const satisfies Record<string, Options>;

export const talkFlags = {
  json: truth('Machine-readable output on stdout and nothing else there'),
  quiet: truth('Print errors only', { alias: 'q' }),
  verbose: { type: 'count', describe: 'Say more', alias: 'v' },
  'log-level': text('Level of run.log: debug, info, warn or error'),
} as const satisfies Record<string, Options>;

export const runFlags = {
  ...inputFlags,
  ...apiFlags,
  ...accountFlags,
  ...engineFlags,
  ...talkFlags,
  'dry-run': truth('Show the plan and stop: rcb plan', { alias: 'n' }),
  yes: truth('Do not ask before spending', { alias: 'y' }),
} as const satisfies Record<string, Options>;

export const planFlags = { ...inputFlags, ...apiFlags, ...talkFlags } as const;

/** What `vary` plans from is in the folder already. */
const {
  out: _out,
  from: _from,
  format: _format,
  encoding: _encoding,
  refresh: _refresh,
  ...variationFlags
} = inputFlags;

export const varyFlags = {
  picks: list('Favourites that the viewer has exported, .json or .csv'),
  ...variationFlags,
  ...apiFlags,
  ...accountFlags,
  ...engineFlags,
  ...talkFlags,
  'dry-run': runFlags['dry-run'],
  yes: runFlags.yes,
} as const satisfies Record<string, Options>;

export const resumeFlags = {
  ...apiFlags,
  ...accountFlags,
  ...engineFlags,
  ...talkFlags,
  yes: truth('Do not ask before spending', { alias: 'y' }),
} as const;

export const statusFlags = {
  json: truth('As JSON'),
  watch: truth('Again every two seconds, until nothing is left to do'),
} as const satisfies Record<string, Options>;

export const viewFlags = {
  open: truth('Open the page in the browser too'),
  json: talkFlags.json,
  quiet: talkFlags.quiet,
} as const satisfies Record<string, Options>;

export const fetchFlags = {
  ...resumeFlags,
  verify: truth("Check every file's SHA-256 too"),
} as const satisfies Record<string, Options>;

export const cancelFlags = { ...apiFlags, ...accountFlags } as const;

export const reconcileFlags = {
  ...apiFlags,
  ...accountFlags,
  adopt: list('It was accepted: --adopt JOB=REQUEST_ID; all takes every id that the server gave'),
  resubmit: list('Submit again, at the risk of paying twice: jobs, or all'),
  'write-off': list('Give up: jobs, or all'),
  yes: runFlags.yes,
  json: truth('One JSON line per submission'),
} as const satisfies Record<string, Options>;

export const listFlags = {
  state: list('Only jobs in this state'),
  where: list('Only jobs with this value: --where style=anime'),
  json: truth('One JSON line per job'),
} as const satisfies Record<string, Options>;

export const exportFlags = {
  out: text('File to write, .csv or .jsonl', { alias: 'o', demandOption: true }),
  as: text('input: rows to correct and run again, without what became of them (manifest)', {
    choices: ['manifest', 'input'],
  }),
  state: list('Only jobs in this state, or with this class of error: --state failed,refused'),
} as const satisfies Record<string, Options>;

export const sheetFlags = {
  x: text('Key of the columns: an axis, input or tag, or model, state, rep, id'),
  y: text('Key of the rows; with --x alone, cells follow each other'),
  page: list('A sheet for each value of this key'),
  stack: truth('Jobs that share a cell side by side in it, instead of on pages'),
  cell: text('Width of a cell in pixels (256)'),
  out: text('PNG file or folder to write (default: DIR/sheets)', { alias: 'o' }),
  state: list('Only jobs in this state'),
  where: list('Only jobs with this value: --where style=anime'),
  planned: truth('Only what the current plan asks for'),
  json: truth('One JSON line per sheet'),
  quiet: talkFlags.quiet,
} as const satisfies Record<string, Options>;

export const modelFlags = {
  'base-url': apiFlags['base-url'],
  'token-file': apiFlags['token-file'],
  json: truth('As JSON'),
} as const satisfies Record<string, Options>;

export const schemaFlags = { ...modelFlags, schema: inputFlags.schema } as const;

export const simulateFlags = {
  port: text('Port on 127.0.0.1 (8787)'),
  seed: text('Seed of all dice (1)'),
  slots: text('Jobs that run at once (64)'),
  latency: text('Run time of a job: 4s, lognormal(4s,0.5), uniform(1s,8s) or bimodal(…)'),
  faults: list(
    'Faults by probability, and outages: submit.resetAfter=0.05,"outage=submits 503 after 100 for 2m"',
    { alias: 'fault' },
  ),
  'fail-rate': text('Share of jobs that fail'),
  balance: text('Dollars in the wallet (endless)'),
  'in-flight-limit': text('429 beyond so many unfinished requests'),
  'requests-per-second': text('429 beyond so many calls a second'),
  'submits-per-minute': text('429 beyond so many submits a minute'),
  'submit-burst': text('Submissions let through at once before --submits-per-minute is applied evenly'),
  'retry-after': text('How a 429 tells the wait: seconds, date, body, text or none'),
  'link-lifetime': text('Sign links and let them expire after this long, e.g. 1h (unsigned, no expiry)'),
  outputs: text('Shape of results: objects, bare (a link or an array) or mixed (objects)'),
  wording: text('Answers and states: varied, as clients have met them, or plain (varied)'),
  price: text('Dollars per output of the default model in the catalogue, or none (0.08)'),
  'page-cap': text('Max models per page of the catalogue'),
  token: text('The only token that is accepted (any)'),
  'token-refusal': text('How another token is refused: code (401) or gateway (403 without a code)'),
  journal: text('File that lets a restarted simulator know its old requests'),
} as const satisfies Record<string, Options>;

/** What yargs makes of the flags: everything is text, parsed by `settings.ts` so that mistakes are named. */
export type Flags = Readonly<Record<string, string | readonly string[] | boolean | number | undefined>>;
