import { jobStatuses } from '../../../core/job/job.ts';
import type { PageJob } from '../../page-data.ts';
import { type Key, labelOf, noValue } from './keys.ts';

/** The value that each job has for a key, as the number of its label, so that sorting, counting and filtering work on numbers. */
export interface KeyColumn {
  readonly key: Key;
  /** In their order on an axis. */
  readonly labels: readonly string[];
  /** By the job's index. */
  readonly codes: Int32Array;
}

/**
 * Labels follow the order of the plan's axis; without one, they are sorted by number if all are numbers, or else keep
 * the order of the jobs. States follow a job's life. The label for "no value" comes last.
 */
export function keyColumn(key: Key, jobs: readonly PageJob[]): KeyColumn {
  const seen = new Map<string, number>();
  const codes = new Int32Array(jobs.length);
  for (const [at, job] of jobs.entries()) {
    const label = labelOf(key.value(job));
    const code = seen.get(label) ?? seen.size;
    if (code === seen.size) seen.set(label, code);
    codes[at] = code;
  }
  const labels = inOrder(key, [...seen.keys()]);
  const ranks = new Int32Array(labels.length);
  for (const [rank, label] of labels.entries()) ranks[seen.get(label) as number] = rank;
  for (let at = 0; at < codes.length; at += 1) codes[at] = ranks[codes[at] as number] as number;
  return { key, labels, codes };
}

function inOrder(key: Key, found: readonly string[]): readonly string[] {
  const some = found.filter((label) => label !== noValue);
  const none = found.length === some.length ? [] : [noValue];
  const given: readonly string[] = key.id === 'state' ? jobStatuses : key.order.map(labelOf);
  if (given.length === 0 && some.every(isNumber)) some.sort((a, b) => Number(a) - Number(b));
  if (given.length > 0) {
    const ranks = new Map(given.map((label, rank) => [label, rank]));
    some.sort((a, b) => (ranks.get(a) ?? given.length) - (ranks.get(b) ?? given.length));
  }
  return [...some, ...none];
}

function isNumber(label: string): boolean {
  return label.trim() !== '' && Number.isFinite(Number(label));
}
