import type { ErrorClass } from '../core/job/failures.ts';
import { type JobStatus, jobStatuses } from '../core/job/job.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';
import { canonicalJson } from '../core/json.ts';
import type { PageHead, PageJob, PageOutput } from './page-data.ts';

/** The ids of the data blocks in the page. */
export const blockIds = { jobs: 'jobs', shared: 'shared' } as const;

/** The second block: values that many jobs share are stored here once, and jobs refer to them by number. */
export interface Shared {
  readonly head: PageHead;
  readonly values: readonly JsonValue[];
}

/** The number of a shared value. */
type Ref = number;
/** Key, value, key, value… */
type Pairs = readonly Ref[];

/** A job as an array in this order, since property names would make up most of the page. */
export type WireJob = readonly [
  job: string,
  name: Ref,
  rows: Ref,
  model: Ref,
  state: number,
  isPlanned: 0 | 1,
  rep: number,
  parent: string | null,
  input: Pairs,
  tags: Pairs,
  axes: Pairs,
  requestId: string | null,
  attempts: number,
  /** The first known instant, followed by each as milliseconds after it: planned, submitted, started, finished, done. */
  epoch: number | null,
  after: readonly (number | null)[],
  costUsd: number | null,
  outputs: readonly WireOutput[],
  error: Ref,
  notes: Ref,
  answer: string | null,
  /** null: there are none. */
  also: Ref | null,
  /** null: all inputs go by their keys. */
  names: Ref | null,
  isEstimated: 0 | 1,
  /** Only where folders are compared. */
  folder?: Ref,
  pair?: Ref,
];

type WireOutput = readonly [
  path: string,
  bytes: number,
  mime: Ref,
  width: number | null,
  height: number | null,
  thumb: string | null,
];

/** Encodes jobs one by one. `values`, each as JSON, are complete after the last job. */
export function encoding(): { encode(job: PageJob): WireJob; values(): Iterable<string> } {
  // In the order of their numbers. Only the text of a value is kept, since there may be hundreds of thousands.
  const refs = new Map<string, Ref>();

  function ref(value: JsonValue): Ref {
    const key = canonicalJson(value);
    const known = refs.get(key);
    if (known !== undefined) return known;
    refs.set(key, refs.size);
    return refs.size - 1;
  }
  const pairs = (object: JsonObject): Pairs =>
    Object.entries(object).flatMap(([key, value]) => [ref(key), ref(value)]);

  return {
    encode(job) {
      const instants = [job.plannedAt, job.submittedAt, job.startedAt, job.finishedAt, job.doneAt];
      const epoch = instants.find((instant) => instant !== null) ?? null;
      return [
        job.job,
        ref(job.name),
        ref(job.rows),
        ref(job.model),
        jobStatuses.indexOf(job.state),
        job.isPlanned ? 1 : 0,
        job.rep,
        job.parent,
        pairs(job.input),
        pairs(job.tags),
        pairs(job.axes),
        job.requestId,
        job.attempts,
        epoch,
        instants.map((instant) => (instant === null || epoch === null ? null : instant - epoch)),
        job.costUsd,
        job.outputs.map(({ path, bytes, mime, width, height, thumb }) => [
          path,
          bytes,
          ref(mime),
          width,
          height,
          thumb,
        ]),
        ref(job.error === null ? null : { ...job.error }),
        ref(job.notes),
        job.answer,
        job.also === undefined ? null : ref(job.also.map((row) => ({ ...row }))),
        job.names === undefined ? null : ref(job.names),
        job.costEstimated === true ? 1 : 0,
        ...(job.folder === undefined || job.pair === undefined
          ? ([] as const)
          : ([ref(job.folder), ref(job.pair)] as const)),
      ];
    },
    values: () => refs.keys(),
  };
}

/** The inverse of `encoding`: equal values become one object, so that thousands of jobs share the text of a prompt. */
export function decoding(values: readonly JsonValue[]): (job: WireJob) => PageJob {
  const at = <T>(ref: Ref): T => values[ref] as T;

  function object<T>(pairs: Pairs): Readonly<Record<string, T>> {
    const entries: [string, T][] = [];
    for (let n = 0; n < pairs.length; n += 2) entries.push([at(pairs[n] as Ref), at(pairs[n + 1] as Ref)]);
    // Keys come from users: fromEntries creates an own property even for `__proto__`.
    return Object.fromEntries(entries);
  }

  return (wire) => {
    const [job, name, rows, model, state, isPlanned, rep, parent, input, tags, axes, ...outcome] = wire;
    const [requestId, attempts, epoch, after, costUsd, outputs, error, notes, answer, ...rest] = outcome;
    const [also, names, isEstimated, folder, pair] = rest;
    const instants = after.map((ms) => (ms === null || epoch === null ? null : epoch + ms));
    const [plannedAt = null, submittedAt = null, startedAt = null, finishedAt = null, doneAt = null] =
      instants;
    return {
      job,
      name: at(name),
      rows: at(rows),
      model: at(model),
      state: jobStatuses[state] as JobStatus,
      isPlanned: isPlanned === 1,
      rep,
      parent,
      input: object<JsonValue>(input),
      tags: object<string>(tags),
      axes: object<JsonValue>(axes),
      requestId,
      attempts,
      plannedAt,
      submittedAt,
      startedAt,
      finishedAt,
      doneAt,
      costUsd,
      ...(isEstimated === 1 ? { costEstimated: true } : {}),
      outputs: outputs.map(
        ([path, bytes, mime, width, height, thumb]): PageOutput => ({
          path,
          bytes,
          mime: at(mime),
          width,
          height,
          thumb,
        }),
      ),
      error: at<{ readonly class: ErrorClass; readonly message: string } | null>(error),
      notes: at(notes),
      answer,
      ...(also === null ? {} : { also: at(also) }),
      ...(names === null ? {} : { names: at(names) }),
      ...(folder === undefined || pair === undefined ? {} : { folder: at(folder), pair: at(pair) }),
    };
  };
}

/** JSON that is safe in a script element: nothing in it can end the element or start a comment. */
export function blockJson(value: unknown): string {
  return blockText(JSON.stringify(value));
}

/** The same for text that is JSON already. */
export function blockText(json: string): string {
  return json.replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}
