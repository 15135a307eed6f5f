import { usualModel } from '../../app/access/usual.ts';
import { type FlagTable, list, text, truth } from './flag-kinds.ts';

const input = { group: 'Input' } as const;
const grid = { group: 'Grid' } as const;
const output = { group: 'Output' } as const;
const rare = { rare: true } as const;

/** What is to be generated, and where it goes. */
export const inputFlags = {
  model: text('ID', 'model for every row', {
    ...input,
    alias: 'm',
    usual: usualModel.id,
  }),
  map: list('COLUMN=INPUT', 'another name for a column, or for an input: --map Text=prompt', input),
  from: list('IMAGE', 'use the settings stored in an image as a row', input),
  'skip-invalid': truth('skip rows with mistakes and run the rest', input),
  literal: truth('take every text as it is: no {{column}}, wildcard or comment', { ...input, ...rare }),
  wildcards: truth('expand {a|b} and __name__ (wildcards/name.txt) in texts', input),
  format: text('FORMAT', 'input format, if the file name does not show it', {
    ...input,
    ...rare,
    words: ['csv', 'tsv', 'jsonl', 'json', 'yaml', 'txt', 'xlsx'],
  }),
  encoding: text('NAME', 'encoding of text files that are not UTF-8, such as windows-1252', {
    ...input,
    ...rare,
  }),
  refresh: truth('fetch the lists behind links again instead of reading the copies in the run folder', {
    ...input,
    ...rare,
  }),
  schema: text('FILE', "read the model's input schema from a file", { ...input, ...rare }),
  workflow: text('FILE', "read a deployment's inputs from its workflow_api.json", { ...input, ...rare }),
  'check-urls': truth('check that every link in the input can be downloaded', { ...input, ...rare }),
  'keep-duplicates': truth('generate identical rows separately instead of once', { ...input, ...rare }),
  seeds: text('N', 'N seeds for every row: 1 to N', grid),
  random: truth('with --seeds: N scattered seeds, the same on every run', { ...grid, ...rare }),
  repeat: text('N', 'N results for every cell of the grid', grid),
  limit: text('N', 'run only the first N jobs', grid),
  sample: text('N', 'run a random choice of N jobs, always the same', grid),
  shuffle: truth('run the jobs in a random order, always the same', { ...grid, ...rare }),
  shard: text('I/N', 'run the Ith of N equal parts of the plan; rcb merge puts the folders together', {
    ...grid,
    ...rare,
  }),
  exclude: list('A=X,B=Y', 'leave these combinations out', grid),
  link: list('A,B', 'advance these axes together instead of combining them', { ...grid, ...rare }),
  order: text('ORDER', 'breadth: one seed of everything first; depth: finish each row first', {
    ...grid,
    ...rare,
    usual: 'breadth',
    words: ['breadth', 'depth'],
  }),
  out: text('DIR', 'run folder', { ...output, alias: 'o', usual: 'out/<input name>' }),
  name: text('TEMPLATE', 'file names', { ...output, usual: '{slug}/{axes}-{job}{_i}.{ext}' }),
} as const satisfies FlagTable;
