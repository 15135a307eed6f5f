import { failure, JobFailure } from '../core/job/failures.ts';
import { fileLabels } from '../core/job/file-labels.ts';
import type { Job, JobId, RequestId, SavedFile } from '../core/job/job.ts';
import type { JobEvent, Step } from '../core/job/lifecycle.ts';
import { type FileOutput, isFile, isSameFile, nameOf, type Output } from '../core/job/outputs.ts';
import type { Clock, FileStore } from '../core/ports.ts';
import {
  type ProviderClient,
  type RemoteRequest,
  type RemoteResult,
  remoteRequest,
} from '../core/provider.ts';
import { lateCosts } from './costs/late-costs.ts';

interface CollectPorts {
  /** One call each. */
  readonly api: Pick<ProviderClient, 'result'>;
  readonly results: Pick<ProviderClient, 'result'>;
  readonly files: FileStore;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly leave: AbortSignal;
  /** Jobs whose files the server has probably deleted by now; absent: none. */
  readonly expired?: ReadonlySet<JobId> | undefined;
  /** Runs the transfers of all jobs, not all at once. */
  readonly transfers: <T>(transfer: () => Promise<T>) => Promise<T>;
}

// Statuses of a link whose file is gone for good; all others may be temporary.
const goneStatuses: ReadonlySet<number | null> = new Set([404, 410]);
// What is deleted when its time is over may be answered like a link that is signed no more.
const goneInTimeStatuses: ReadonlySet<number | null> = new Set([403, 404, 410]);

/**
 * Files that were on disk before are not waited for: a server that no longer has them will not have them later.
 * `isExpired`: they are older than what it keeps.
 */
function asGone(error: unknown, isExpired: boolean): unknown {
  if (!(error instanceof JobFailure)) return error;
  const { kind, http, code } = error.failure;
  const statuses = isExpired ? goneInTimeStatuses : goneStatuses;
  const isGone =
    kind === 'lost' || kind === 'no_output' || (kind === 'download_failed' && statuses.has(http));
  if (!isGone) return error;
  const told = http === null ? '' : ` (HTTP ${http})`;
  const sentence = isExpired
    ? `Its files can no longer be fetched${told}: the server keeps files for a limited time only.`
    : `Its files are gone from the run folder, and the server no longer has them${told}.`;
  return new JobFailure(failure('lost', sentence, { http, code }), { cause: error });
}

type CollectStep = Extract<Step, { type: 'collect' }>;
export type Collect = (job: Job, step: CollectStep) => Promise<JobEvent>;

/** What became of the files that are named in a result, as it was read once. */
interface Gathered {
  readonly files: readonly FileOutput[];
  /** By the index of a file among them. */
  readonly saved: ReadonlyMap<number, SavedFile>;
  readonly failed: ReadonlyMap<number, JobFailure>;
}

/**
 * Brings all files of a job that succeeded into the run folder. It first tries the links of the result that polling has
 * just read; if there is none, or one of its files fails, it reads the result again. A file that cannot be had at all
 * becomes a note beside those that can. If none can, or another try may help, the job is left to a later run. Nothing
 * is ever generated again.
 */
export function collector(ports: CollectPorts): Collect {
  const costs = lateCosts(ports);

  async function collect(job: Job, step: CollectStep): Promise<JobEvent> {
    try {
      return await fetched(job, step);
    } catch (error) {
      const isExpired = ports.expired?.has(job.id) === true;
      throw step.savedBefore === true || isExpired ? asGone(error, isExpired) : error;
    }
  }

  async function fetched(job: Job, step: CollectStep): Promise<JobEvent> {
    const { outputs } = step;
    const first = outputs === null ? null : await gather(job, step.requestId, outputs, null);
    if (first !== null && outputs !== null && isSettled(first)) {
      return saved(job, step, outputs, first, null);
    }
    const fresh = await readAgain(job, remoteRequest(job, step));
    const second = await gather(job, step.requestId, fresh.outputs, first);
    const hope = [...second.failed.values()].find(({ helpedBy }) => helpedBy === 'another_try');
    if (hope !== undefined) throw hope;
    const [failed] = second.failed.values();
    if (failed !== undefined && second.saved.size === 0) throw failed;
    return saved(job, step, fresh.outputs, second, fresh.costUsd);
  }

  async function readAgain(
    job: Job,
    request: RemoteRequest,
  ): Promise<Extract<RemoteResult, { phase: 'succeeded' }>> {
    const result = await ports.transfers(() => ports.results.result(request, ports.leave, job.input));
    if (result.phase === 'succeeded') return result;
    throw new JobFailure(
      failure('read_failed', 'The server reported the request as finished and then as unfinished.'),
    );
  }

  /** Files that are already saved from an earlier reading are not fetched twice. */
  async function gather(
    job: Job,
    requestId: RequestId,
    outputs: readonly Output[],
    before: Gathered | null,
  ): Promise<Gathered> {
    const files = outputs.filter(isFile);
    const count = files.length;
    const labels = fileLabels(files);
    const known = before?.files.length === count ? before : null;

    async function save(output: FileOutput, index: number): Promise<SavedFile> {
      const there = known?.saved.get(index);
      if (there !== undefined && isSameFile(output, known?.files[index] as FileOutput)) return there;
      const label = labels[index] ?? null;
      return ports.transfers(() =>
        ports.files.save({ job, requestId, index, count, label }, output, ports.leave),
      );
    }

    // All are waited for, so that none is still being written when the job is reported as failed.
    const outcomes = await Promise.allSettled(files.map(save));
    const [saved, failed] = [new Map<number, SavedFile>(), new Map<number, JobFailure>()];
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.status === 'fulfilled') saved.set(index, outcome.value);
      else if (isFailedDownload(outcome.reason)) failed.set(index, outcome.reason);
      else throw outcome.reason;
    }
    return { files, saved, failed };
  }

  async function saved(
    job: Job,
    step: CollectStep,
    outputs: readonly Output[],
    gathered: Gathered,
    freshUsd: number | null,
  ): Promise<JobEvent> {
    const known = freshUsd ?? step.costUsd;
    return {
      type: 'saved',
      files: [...gathered.saved].sort(([a], [b]) => a - b).map(([, file]) => file),
      costUsd: known ?? (await costs.ask(job, remoteRequest(job, step))),
      notes: [...notesIn(outputs), ...leftOut(gathered)],
    };
  }

  return collect;
}

function isFailedDownload(reason: unknown): reason is JobFailure {
  return reason instanceof JobFailure && reason.failure.kind === 'download_failed';
}

/** Whether reading the result again cannot bring more. */
function isSettled({ saved, failed }: Gathered): boolean {
  if (failed.size === 0) return true;
  return saved.size > 0 && [...failed.values()].every(({ helpedBy }) => helpedBy === 'nothing');
}

function notesIn(outputs: readonly Output[]): readonly string[] {
  return outputs.flatMap((output) => (output.type === 'note' ? [output.sentence] : []));
}

function leftOut({ files, failed }: Gathered): readonly string[] {
  const sentences = [...failed].map(
    ([
      index,
      {
        failure: { message },
      },
    ]) => `${nameOf(files[index] as FileOutput)} was left out: ${message}`,
  );
  return [...new Set(sentences)];
}
