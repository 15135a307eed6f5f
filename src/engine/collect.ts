import pLimit from 'p-limit';
import { failure, JobFailure } from '../core/failures.ts';
import type { Job, RequestId, SavedFile } from '../core/job.ts';
import type { JobEvent, Step } from '../core/lifecycle.ts';
import type { ApiClient, FileStore } from '../core/ports.ts';

export interface Collecting {
  readonly results: Pick<ApiClient, 'result'>;
  readonly files: FileStore;
  readonly leave: AbortSignal;
  /** Files fetched at once, over all jobs; whoever opens their links sees to it. */
  readonly downloads: number;
}

/** Files that have come and are being made durable, and results that are asked for, beside files that are fetched. */
export const savesAtOnce = 32;

// What says of a link that there is nothing behind it; the others may be of the moment.
const goneStatuses: ReadonlySet<number | null> = new Set([404, 410]);

/** Files that were here before are not awaited: a server that does not have them by now will not have them later. */
function asGone(error: unknown): unknown {
  if (!(error instanceof JobFailure)) return error;
  const { kind, http, code } = error.failure;
  const isGone =
    kind === 'lost' || kind === 'no_output' || (kind === 'download_failed' && goneStatuses.has(http));
  if (!isGone) return error;
  const told = http === null ? '' : ` (HTTP ${http})`;
  const sentence = `Its files are gone from the run folder, and the server no longer has them${told}.`;
  return new JobFailure(failure('lost', sentence, { http, code }), { cause: error });
}

type CollectStep = Extract<Step, { type: 'collect' }>;
export type Collect = (job: Job, step: CollectStep) => Promise<JobEvent>;

/**
 * Fetches all files of a job that succeeded. Links that were just seen are tried first; if one of them fails, or
 * none are known, the server is asked for fresh ones. Nothing is ever generated again.
 */
export function collector(world: Collecting): Collect {
  const atOnce = pLimit(world.downloads + savesAtOnce);

  async function collect(job: Job, step: CollectStep): Promise<JobEvent> {
    try {
      return await fetched(job, step);
    } catch (error) {
      throw step.savedBefore === true ? asGone(error) : error;
    }
  }

  async function fetched(job: Job, step: CollectStep): Promise<JobEvent> {
    if (step.links !== null) {
      try {
        return { type: 'saved', files: await save(job, step.requestId, step.links), costUsd: null };
      } catch (error) {
        if (!(error instanceof JobFailure) || error.failure.kind !== 'download_failed') throw error;
      }
    }
    const result = await atOnce(() => world.results.result(step.requestId, world.leave));
    if (result.phase === 'unfinished') {
      throw new JobFailure(failure('read_failed', 'The server called it finished and then unfinished.'));
    }
    return { type: 'saved', files: await save(job, step.requestId, result.links), costUsd: result.costUsd };
  }

  async function save(job: Job, requestId: RequestId, links: readonly string[]): Promise<SavedFile[]> {
    const count = links.length;
    const saves = links.map((link, index) =>
      atOnce(() => world.files.save({ job, requestId, index, count }, link, world.leave)),
    );
    // All are waited for, so that none is still being written when the job is said to have failed.
    const outcomes = await Promise.allSettled(saves);
    return outcomes.map((outcome) => {
      if (outcome.status === 'rejected') throw outcome.reason;
      return outcome.value;
    });
  }

  return collect;
}
