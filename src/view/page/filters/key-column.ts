import { jobStatuses } from '../../../core/job/job.ts';
import type { PageJob } from '../../page-data.ts';
import { type Key, labelOf, noValue } from './keys.ts';

/** A key's value of every job, as the number of its label: whatever is sorted, counted or filtered is a number. */
export interface KeyColumn {
  readonly key: Key;
  /** In the order in which they stand on an axis. */
  readonly labels: readonly string[];
  /** By the job's place in the plan. */
  readonly codes: Int32Array;
}

/**
 * Labels stand in the order of the plan's axis, else by number where all are numbers, else in the order in which
 * jobs bring them; states in the order in which a job passes through them. No value comes last.
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
  const places = new Int32Array(labels.length);
  for (const [place, label] of labels.entries()) places[seen.get(label) as number] = place;
  for (let at = 0; at < codes.length; at += 1) codes[at] = places[codes[at] as number] as number;
  return { key, labels, codes };
}

function inOrder(key: Key, found: readonly string[]): readonly string[] {
  const some = found.filter((label) => label !== noValue);
  const none = found.length === some.length ? [] : [noValue];
  const given: readonly string[] = key.id === 'state' ? jobStatuses : key.order.map(labelOf);
  if (given.length === 0 && some.every(isNumber)) some.sort((a, b) => Number(a) - Number(b));
  if (given.length > 0) {
    const places = new Map(given.map((label, place) => [label, place]));
    some.sort((a, b) => (places.get(a) ?? given.length) - (places.get(b) ?? given.length));
  }
  return [...some, ...none];
}

function isNumber(label: string): boolean {
  return label.trim() !== '' && Number.isFinite(Number(label));
}
