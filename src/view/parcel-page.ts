import type { ErrorClass } from '../core/job/failures.ts';
import { canonicalJson, type JsonValue } from '../core/json.ts';
import type { PageAxis, PageHead, PageJob, PageOutput } from './page-data.ts';
import { recordWithoutPlaces, textWithoutPlaces } from './parcel-texts.ts';

/** What other people are told of a failure: what the server said may name accounts, requests and files. */
const reasons: Partial<Record<ErrorClass, string>> = {
  refused: "The provider's content policy refused it.",
  invalid: 'The model does not accept this input.',
};

/** A job as others may see it: without requests, rows, messages of servers and places on a machine. */
export function parcelJob(job: PageJob, outputs: readonly PageOutput[], hasCosts: boolean): PageJob {
  const { also, error } = job;
  return {
    ...job,
    name: job.name === null ? null : textWithoutPlaces(job.name),
    rows: [],
    input: recordWithoutPlaces(job.input),
    tags: recordWithoutPlaces(job.tags),
    axes: recordWithoutPlaces(job.axes),
    ...(also === undefined
      ? {}
      : { also: also.map(({ id, tags }) => ({ row: '', id, tags: recordWithoutPlaces(tags) })) }),
    requestId: null,
    attempts: Math.min(job.attempts, 1),
    costUsd: hasCosts ? job.costUsd : null,
    outputs,
    error:
      error === null ? null : { class: error.class, message: reasons[error.class] ?? 'There is no result.' },
    notes: [],
    answer: null,
  };
}

/** What the page of a parcel says of all its jobs, gathered from one after another. */
export function parcelHead(
  folder: Pick<PageHead, 'name' | 'axes'> & { readonly key: string },
  hasCosts: boolean,
) {
  const seen = new Map(folder.axes.map(({ name }) => [name, new Set<string>()]));
  let [jobs, spentUsd, estimatedUsd, unpriced, latest] = [0, 0, 0, 0, 0];
  return {
    /** A job as `parcelJob` made it. */
    count(job: PageJob): void {
      jobs += 1;
      latest = Math.max(latest, job.doneAt ?? job.plannedAt ?? 0);
      if (job.state === 'done' && job.costUsd === null) unpriced += 1;
      spentUsd += job.costUsd ?? 0;
      if (job.costEstimated === true) estimatedUsd += job.costUsd ?? 0;
      for (const [name, value] of Object.entries(job.axes)) seen.get(name)?.add(canonicalJson(value));
    },
    /** When the latest of its results was made, in ms since the epoch; null: there is none. */
    latest: (): number | null => (latest === 0 ? null : latest),
    /** Only values that its jobs have: others are nobody's business. */
    head(): PageHead {
      return {
        name: folder.name,
        dir: folder.name,
        folderKey: folder.key,
        madeAt: latest,
        isRunning: false,
        jobCount: jobs,
        defaultModel: '',
        axes: folder.axes.map(({ name, values }): PageAxis => {
          const clean = values.map((value): JsonValue => recordWithoutPlaces({ value }).value as JsonValue);
          return { name, values: clean.filter((value) => seen.get(name)?.has(canonicalJson(value))) };
        }),
        overview: {
          spentUsd: hasCosts ? spentUsd : 0,
          ...(hasCosts && estimatedUsd > 0 ? { estimatedUsd } : {}),
          unpriced: hasCosts ? unpriced : 0,
          runs: [],
          reused: 0,
          reusedUsd: 0,
          failures: [],
          duds: { same: [], flat: [] },
        },
        parcel: { hasCosts },
      };
    },
  };
}
