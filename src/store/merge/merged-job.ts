import type { JobStatus } from '../../core/job/job.ts';
import type { AttemptColumns } from '../../core/sharing/shared-rows.ts';
import { progress } from '../../core/sharing/verdicts.ts';

/** Where a job stands in one folder. */
export interface JobStanding {
  readonly state: JobStatus;
  readonly attempt: number;
  readonly request_id: string | null;
  readonly attempts: readonly AttemptColumns[];
}

interface MergedJob {
  /** Whose state the job has from now on. */
  readonly winner: 'target' | 'source';
  /** Each submission once, in the order of the numbers that they get. */
  readonly attempts: readonly AttemptColumns[];
  /** The number of the current attempt. */
  readonly attempt: number;
  /** The numbers that the target's own attempts get, by the ones that they had. */
  readonly renumbered: ReadonlyMap<number, number>;
  /** Both folders have the same result, so that the files of one are those of the other. */
  readonly isSame: boolean;
  /** The other folder has paid for a result of its own as well. */
  readonly isPaidTwice: boolean;
  /** The target stays as it is. */
  readonly isKnown: boolean;
}

/** How much a state is worth where two folders have each submitted the same job. */
const worth = {
  pending: 0,
  failed: 1,
  cancelled: 1,
  lost: 1,
  submitting: 2,
  unknown: 2,
  queued: 3,
  running: 4,
  succeeded: 5,
  done: 6,
} as const satisfies Record<JobStatus, number>;

/** One job that two folders have. Every submission of either is kept, once, so that all of the money is. */
export function mergedJob(target: JobStanding, source: JobStanding): MergedJob {
  const pairs = pairsOf(target, source);
  const [currentOfTarget, currentOfSource] = [currentOf(target), currentOf(source)];
  const isSame =
    currentOfTarget === null || currentOfSource === null
      ? target.state === source.state && target.request_id === source.request_id
      : isSameAttempt(currentOfTarget, currentOfSource);
  const winner = winnerOf(target, source, isSame);
  const won = winner === 'target' ? target : source;
  const current = winner === 'target' ? currentOfTarget : currentOfSource;
  const last = pairs.find((pair) => current !== null && pair[winner] === current) ?? null;
  const others = pairs
    .filter((pair) => pair !== last)
    .toSorted((a, b) => sentAt(a.merged) - sentAt(b.merged));
  const ordered = last === null ? others : [...others, last];
  const attempts = ordered.map(({ merged }, n): AttemptColumns => ({ ...merged, attempt: n + 1 }));
  const before = Math.max(won.attempt, attempts.length + (last === null ? 1 : 0));
  // An attempt that leaves no row, such as one that is pending, has the number behind all others.
  const attempt = last === null ? before : attempts.length;
  const renumbered = new Map(
    ordered.flatMap(({ target: own }, n): [number, number][] => (own === null ? [] : [[own.attempt, n + 1]])),
  );
  return {
    ...{ winner, attempts, attempt, renumbered, isSame },
    isPaidTwice: !isSame && target.state === 'done' && source.state === 'done',
    isKnown: winner === 'target' && pairs.every((pair) => isOwn(pair)) && isNumberedAlike(target, attempts),
  };
}

interface Pair {
  readonly target: AttemptColumns | null;
  readonly source: AttemptColumns | null;
  readonly merged: AttemptColumns;
}

function pairsOf(target: JobStanding, source: JobStanding): readonly Pair[] {
  const left = new Set(source.attempts);
  const pairs: Pair[] = target.attempts.map((own) => {
    const same = [...left].find((each) => isSameAttempt(own, each)) ?? null;
    if (same === null) return { target: own, source: null, merged: own };
    left.delete(same);
    return { target: own, source: same, merged: mergedAttempt(own, same) };
  });
  return [...pairs, ...[...left].map((each): Pair => ({ target: null, source: each, merged: each }))];
}

/** Two requests are one by their id; a submission whose id one side does not know, by the moment it was sent. */
function isSameAttempt(a: AttemptColumns, b: AttemptColumns): boolean {
  if (a.request_id !== null && b.request_id !== null) return a.request_id === b.request_id;
  return a.submitted_at !== null && a.submitted_at === b.submitted_at;
}

/** What either knows of it: the one that is further along says where it is. */
function mergedAttempt(target: AttemptColumns, source: AttemptColumns): AttemptColumns {
  const [first, second] =
    progress[source.state] > progress[target.state] ? [source, target] : [target, source];
  const cost = first.cost === null ? second : first;
  return {
    ...first,
    request_id: first.request_id ?? second.request_id,
    submitted_at: first.submitted_at ?? second.submitted_at,
    started_at: first.started_at ?? second.started_at,
    finished_at: first.finished_at ?? second.finished_at,
    done_at: first.done_at ?? second.done_at,
    ref: first.ref ?? second.ref,
    cost: cost.cost,
    estimated: cost.estimated,
  };
}

function currentOf({ attempts, attempt }: JobStanding): AttemptColumns | null {
  return attempts.find((each) => each.attempt === attempt) ?? null;
}

function winnerOf(target: JobStanding, source: JobStanding, isSame: boolean): 'target' | 'source' {
  if (isSame) return progress[source.state] > progress[target.state] ? 'source' : 'target';
  if (target.state === 'done' || source.state === 'done')
    return target.state === 'done' ? 'target' : 'source';
  // What one has as a former attempt, the other has gone on from.
  if (isFormer(currentOf(source), target)) return 'target';
  if (isFormer(currentOf(target), source)) return 'source';
  return worth[source.state] > worth[target.state] ? 'source' : 'target';
}

function isFormer(current: AttemptColumns | null, { attempts, attempt }: JobStanding): boolean {
  return (
    current !== null && attempts.some((each) => each.attempt !== attempt && isSameAttempt(each, current))
  );
}

function sentAt({ submitted_at }: AttemptColumns): number {
  return submitted_at ?? 0;
}

function isOwn({ target, merged }: Pair): boolean {
  return target !== null && columns.every((column) => target[column] === merged[column]);
}

function isNumberedAlike(target: JobStanding, attempts: readonly AttemptColumns[]): boolean {
  return attempts.every(({ attempt }, n) => target.attempts[n]?.attempt === attempt);
}

const columns = [
  ...(['state', 'request_id', 'submitted_at', 'started_at', 'finished_at', 'done_at'] as const),
  ...(['cost', 'failure', 'ref', 'estimated'] as const),
] as const;

export const attemptColumns = ['attempt', ...columns] as const;
