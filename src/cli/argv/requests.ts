import { existsSync } from 'node:fs';
import type { AccessRequest } from '../../app/access/access-request.ts';
import type { BatchRequest } from '../../app/request.ts';
import { mayBeFile } from '../../core/input-words.ts';
import { type Shard, shardFrom } from '../../core/job/shard.ts';
import { isAgreed } from '../confirm.ts';
import type { System } from '../system.ts';
import type { Call } from './call.ts';
import type { Flags } from './flag-names.ts';
import { renamesOf } from './run-policies.ts';
import { oneOfWords, seedCount, text, texts, truth, wholeNumber } from './settings.ts';
import { refuseStrayWords } from './words/stray-words.ts';

/** Where the API is and what opens it, as flags and environment say. */
export function accessRequestOf(flags: Flags, system: System): AccessRequest {
  return {
    baseUrl: text(flags, 'base-url'),
    tokenFile: text(flags, 'token-file'),
    env: system.env,
    isAccountMeant: truth(flags, 'this-account'),
    ask: (question) => isAgreed(question, system),
  };
}

/** What is to be generated. Throws `UserError` (`usage`) for the first mistake; nothing has been read yet. */
export function batchRequestOf({ flags, words: given, usual = {} }: Call, system: System): BatchRequest {
  const words = given.map(asFile);
  refuseStrayWords(words, system.argv);
  return {
    words,
    rows: null,
    axes: [],
    stdin: () => system.stdin,
    from: texts(flags, 'from'),
    out: text(flags, 'out'),
    rehearse: truth(flags, 'rehearse'),
    model: text(flags, 'model'),
    renames: renamesOf(flags),
    name: text(flags, 'name'),
    seeds: seedCount(flags, system.argv),
    scattersSeeds: truth(flags, 'random'),
    wildcards: truth(flags, 'wildcards'),
    literal: truth(flags, 'literal'),
    repeat: wholeNumber(flags, 'repeat', null),
    link: texts(flags, 'link'),
    exclude: texts(flags, 'exclude'),
    order: oneOfWords(flags, 'order', ['breadth', 'depth'], 'breadth'),
    selection: {
      sample: wholeNumber(flags, 'sample', null),
      shuffle: truth(flags, 'shuffle'),
      limit: wholeNumber(flags, 'limit', null),
    },
    shard: shardOf(flags),
    keepDuplicates: truth(flags, 'keep-duplicates'),
    schemaFile: text(flags, 'schema'),
    workflowFile: text(flags, 'workflow'),
    skipInvalid: truth(flags, 'skip-invalid'),
    format: text(flags, 'format'),
    encoding: text(flags, 'encoding'),
    refresh: truth(flags, 'refresh'),
    checkUrls: truth(flags, 'check-urls'),
    usual: {
      model: text(usual, 'model'),
      out: text(usual, 'out'),
      name: text(usual, 'name'),
      seeds: wholeNumber(usual, 'seeds', null),
      repeat: wholeNumber(usual, 'repeat', null),
    },
    unbounded: truth(flags, 'yes'),
  };
}

function shardOf(flags: Flags): Shard | null {
  const given = text(flags, 'shard');
  return given === null ? null : shardFrom(given, '--shard');
}

/** A file goes before an input whose name could as well be its own. */
function asFile(word: string): string {
  return mayBeFile(word) && existsSync(word) ? `./${word}` : word;
}
