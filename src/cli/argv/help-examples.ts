import { usualModel } from '../../app/access/usual.ts';
import type { HelpRow } from '../../report/terminal/help-text.ts';
import type { CommandName } from './commands.ts';

const example = (term: string, meaning: string): HelpRow => ({ term, meaning });

/** What people type, for the help of each command. */
export const helpExamples = {
  run: [
    example('rcb run prompts.csv', 'one job per row'),
    example('rcb run prompts.csv style=realistic,anime --seeds 4', 'each row × 2 styles × 4 seeds'),
    example('rcb run prompt="a cat, sitting"', 'one prompt, without a file'),
    example('rcb run prompts.csv --rehearse', 'practice run, free'),
    example('rcb run prompts.csv --max-cost 50 --yes', 'from a script'),
  ],
  plan: [
    example('rcb plan prompts.csv', 'count, price and mistakes; nothing is sent'),
    example('rcb plan prompts.xlsx --map Text=prompt', 'a spreadsheet whose prompt column is called Text'),
    example('rcb plan prompts.csv style=* --json', 'for a script'),
  ],
  resume: [example('rcb resume', 'the newest folder in out/'), example('rcb resume out/cats', 'this one')],
  retry: [
    example('rcb retry out/cats', 'every failed job that a new attempt can help'),
    example('rcb retry out/cats 5f1c9ae0', 'this one'),
  ],
  cancel: [
    example('rcb cancel out/cats', 'everything that is still queued'),
    example('rcb cancel out/cats 5f1c9ae0', 'this job'),
  ],
  status: [
    example('rcb status', 'the newest folder in out/'),
    example('rcb status out/cats --watch', 'until the run ends'),
  ],
  ls: [
    example('rcb ls corgi', 'jobs of the newest folder with this word in prompt, id, tag or file'),
    example('rcb ls out/cats --state failed', 'what failed'),
    example("rcb ls out/cats --where 'prompt~corgi' --where style=anime", 'both must hold'),
    example('rcb ls out/cats --where style=anime --json', 'for a script'),
  ],
  show: [
    example('rcb show out/cats 5f1c9ae0', 'by the first digits of its id'),
    example('rcb show out/cats/files/a-cat/seed1-5f1c9ae0.png', 'by its file'),
  ],
  view: [
    example('rcb view out/cats --open', 'make the page and open it'),
    example('rcb view out/may out/june', 'compare two runs side by side'),
  ],
  open: [
    example('rcb open', 'the page of the newest folder in out/'),
    example('rcb open out/cats 5f1c9ae0', 'the files of this job'),
  ],
  sheet: [
    example('rcb sheet out/cats --x style --y prompt', 'a table of pictures'),
    example('rcb sheet out/cats --x seed --page style', 'a sheet for each style'),
    example('rcb sheet out/cats --x style --y prompt -o cats.pdf', 'all sheets in one file'),
  ],
  vary: [
    example('rcb vary out/cats --picks picks.json --seeds 4', 'four more of each favourite'),
    example('rcb vary out/cats 5f1c9ae0 style=anime', 'one job in another style'),
  ],
  reconcile: [
    example('rcb reconcile out/cats', 'list them'),
    example('rcb reconcile out/cats --adopt 5f1c9ae0=REQUEST_ID', 'it was accepted'),
    example('rcb reconcile out/cats --resubmit all', 'send them again'),
  ],
  fetch: [
    example('rcb fetch out/cats', 'download what is missing'),
    example('rcb fetch out/cats --verify', 'also files whose SHA-256 has changed'),
  ],
  export: [
    example('rcb export out/cats -o cats.csv', 'for a spreadsheet'),
    example('rcb export out/cats -o cats.jsonl', 'for a script'),
  ],
  merge: [
    example('rcb merge out/cats-*-of-5 -o out/cats', 'the folders of five shards as one'),
    example('rcb merge artifacts/ -o out/cats', 'all run folders in a folder'),
  ],
  share: [
    example('rcb share out/cats -o cats.zip', 'everything'),
    example('rcb share out/cats --starred --small -o best.zip', 'the starred ones, as small pictures'),
  ],
  models: [
    example(`rcb models ${usualModel.id.split('/')[0]}`, 'models whose name contains it'),
    example('rcb models --deployments', 'your own deployments'),
  ],
  schema: [example(`rcb schema ${usualModel.id}`, 'its inputs')],
  balance: [],
  init: [
    example('rcb init', 'prompts.csv in this folder'),
    example('rcb init cats --config', 'in cats/, with a file of settings'),
  ],
  login: [
    example('rcb login', 'asks for the token, and shows nothing of it'),
    example('rcb login --with-token < token.txt', 'from a script'),
  ],
  logout: [],
  doctor: [],
  config: [
    example('rcb config', 'as a run in this folder would have them'),
    example('rcb config jobs/cats.csv --profile client', 'with the settings beside that file'),
  ],
  completion: [example('eval "$(rcb completion bash)"', 'in ~/.bashrc')],
  simulate: [
    example('rcb simulate --latency 2s', 'quick jobs'),
    example('rcb run prompts.csv --base-url http://127.0.0.1:8787', 'in another terminal'),
  ],
  receive: [
    example('rcb receive out/cats --public-url https://me.example', 'behind your own proxy or tunnel'),
    example('rcb receive --file callbacks.jsonl', 'for runs elsewhere; see docs/webhooks.md'),
  ],
  wait: [
    example('rcb wait out/cats', 'until its run has ended'),
    example('rcb wait out/cats --timeout 5m --json', 'for an agent; 75: still running, wait again'),
  ],
  mcp: [
    example('rcb mcp', 'for an agent that starts it; see docs/agents.md'),
    example('rcb mcp --root ~/pictures', 'clients may use this folder'),
  ],
  skill: [example('rcb skill > .claude/skills/rcb/SKILL.md', 'for an agent that reads skills from there')],
  work: [
    example('rcb work cats', 'join the run that another machine began'),
    example('rcb work cats -o /mnt/cats -j 8', 'in this folder, at most 8 requests in flight'),
  ],
  pull: [
    example('rcb pull cats', 'what the others did, with their files'),
    example('rcb pull cats --detach', 'continue here alone'),
  ],
  'share-run': [example('rcb share-run out/cats', 'other machines then run: rcb work cats')],
  __detached: [],
  __view: [],
  __complete: [],
} as const satisfies Record<CommandName, readonly HelpRow[]>;
