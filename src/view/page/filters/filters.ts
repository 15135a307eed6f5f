import { folded } from '../../../core/folded-text.ts';
import { promptName } from '../../../core/job/named-inputs.ts';
import type { PageJob } from '../../page-data.ts';
import type { ViewState } from '../state/app.ts';
import type { KeyColumn } from './key-column.ts';

/** What the filters need to know of the jobs. */
export interface JobFilter {
  readonly jobs: readonly PageJob[];
  columnOf(key: string): KeyColumn | null;
  isStarred(job: string): boolean;
  /** The searched text of the job with this index, folded. */
  textAt(index: number): string;
}

type Choice = Pick<ViewState, 'hidden' | 'search' | 'starredOnly'>;

/** The hidden values of a key. Keys come from users: a key may have the name of a member that every object has. */
export function hiddenOf({ hidden }: Pick<ViewState, 'hidden'>, key: string): readonly string[] {
  return Object.hasOwn(hidden, key) ? (hidden[key] ?? []) : [];
}

/** Indexes of the jobs that match, in the plan's order. Keys that no job has hide nothing. */
export function passing({ jobs, columnOf, isStarred, textAt }: JobFilter, choice: Choice): readonly number[] {
  const masks = Object.entries(choice.hidden).flatMap(([key, hidden]) => {
    const column = columnOf(key);
    return column === null || hidden.length === 0
      ? []
      : [{ codes: column.codes, isHidden: mask(column, hidden) }];
  });
  const words = searchWords(choice.search);
  const passed: number[] = [];
  for (let at = 0; at < jobs.length; at += 1) {
    const job = jobs[at] as PageJob;
    if (masks.some(({ codes, isHidden }) => isHidden[codes[at] as number] === 1)) continue;
    if (choice.starredOnly && !isStarred(job.job)) continue;
    if (words.length > 0 && !isFound(job, textAt(at), words)) continue;
    passed.push(at);
  }
  return passed;
}

/** How many of these jobs have each of the key's values. */
export function countsOf({ labels, codes }: KeyColumn, indexes: readonly number[]): Int32Array {
  const counts = new Int32Array(labels.length);
  for (const at of indexes) {
    const code = codes[at] as number;
    counts[code] = (counts[code] as number) + 1;
  }
  return counts;
}

/** The texts of a job that are searched: its prompts, its name, and the ids and tags of other rows for the same job. */
export function searchedTexts({ input, name, also = [] }: PageJob): readonly string[] {
  const shown = promptName(input);
  const prompts = Object.keys(input).filter((key) => key === shown || key.toLowerCase().includes('prompt'));
  const others = also.flatMap(({ id, tags }) => [id, ...Object.values(tags)]);
  return [name, ...prompts.map((key) => input[key]), ...others].filter((text) => typeof text === 'string');
}

function searchWords(search: string): readonly string[] {
  return folded(search)
    .split(/\s+/)
    .filter((word) => word !== '');
}

/** Ids are found by a prefix of at least eight characters: shorter words would match them by chance. */
function isFound({ job, requestId }: PageJob, text: string, words: readonly string[]): boolean {
  return words.every(
    (word) =>
      text.includes(word) ||
      (word.length >= 8 && (job.startsWith(word) || (requestId?.toLowerCase().startsWith(word) ?? false))),
  );
}

function mask({ labels }: KeyColumn, hidden: readonly string[]): Uint8Array {
  const set = new Set(hidden);
  return Uint8Array.from(labels, (label) => (set.has(label) ? 1 : 0));
}
