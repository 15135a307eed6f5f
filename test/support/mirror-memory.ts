import type { Instant, Job, JobId, JobState } from '../../src/core/job/job.ts';
import { isRecoverable } from '../../src/core/job/recoverable-states.ts';
import { requestIdOf } from '../../src/core/job/state-facts.ts';
import type { Advance, Mirror, Untold } from '../../src/core/sharing/mirror.ts';
import type { Horizon } from '../../src/core/sharing/shared-ledger.ts';
import type { Told } from '../../src/core/sharing/verdicts.ts';
import { carriedBy } from './shared-memory.ts';
import type { VirtualClock } from './virtual-clock.ts';

interface MirroredJob {
  readonly job: Job;
  readonly state: JobState;
  readonly epoch: number;
}

/** The disk of a mirror in memory: it outlives the processes that work on it. */
export interface MirrorDisk {
  readonly jobs: Map<JobId, MirroredJob>;
  readonly outbox: Untold[];
  horizon: Horizon | null;
  num: number;
}

export function mirrorDisk(): MirrorDisk {
  return { jobs: new Map(), outbox: [], horizon: null, num: 0 };
}

interface OpenedMirror {
  readonly mirror: Mirror;
  /** What was not durable is gone, and nothing is written any more. */
  die(): void;
  take(requestId: string, job: JobId): JobId | null;
}

// As the ledger of a folder: what can be asked again is committed a little later.
const maxLateMs = 100;

export function openMirrorIn(disk: MirrorDisk, clock: VirtualClock): OpenedMirror {
  let late: { readonly told: Told; readonly isNews: boolean }[] = [];
  let isDead = false;
  /** Changes that were skipped, and from where they are to be read again. */
  const putOff = new Map<JobId, Horizon | null>();
  let reached = disk.horizon;

  const isAhead = (job: JobId): boolean =>
    [...disk.outbox, ...late.filter(({ isNews }) => isNews).map(({ told }) => told)].some(
      (told) => told.job === job,
    );

  function write({ job: id, epoch, state }: Told): void {
    const { job } = disk.jobs.get(id) as MirroredJob;
    disk.jobs.set(id, {
      job,
      epoch,
      state: state.status === 'succeeded' ? { ...state, outputs: null } : state,
    });
  }

  function flush(): void {
    if (isDead) return;
    for (const { told, isNews } of late.splice(0)) {
      write(told);
      disk.num += 1;
      if (isNews) disk.outbox.push({ ...told, num: disk.num });
    }
  }

  function keepLate(told: Told, isNews: boolean): void {
    if (!disk.jobs.has(told.job)) throw new Error(`The mirror has no job ${told.job}.`);
    late.push({ told, isNews });
    clock.sleep(maxLateMs, new AbortController().signal).then(flush);
  }

  function horizon(): Horizon | null {
    const [first] = putOff.values();
    return first === undefined ? reached : first;
  }

  function apply(changes: Parameters<Mirror['apply']>[0], to: Horizon | null): readonly Advance[] {
    if (isDead) return [];
    flush();
    const moved: Advance[] = [];
    for (const change of changes) {
      const { job, state } = carriedBy(change);
      if (isAhead(job.id)) {
        if (!putOff.has(job.id)) putOff.set(job.id, reached);
        continue;
      }
      putOff.delete(job.id);
      const before = disk.jobs.get(job.id);
      disk.jobs.set(job.id, { job, state, epoch: change.job.epoch });
      if (before !== undefined && hasMoved(before.state, state))
        moved.push({ job, from: before.state, state });
    }
    if (to !== null) reached = to;
    disk.horizon = horizon();
    return moved;
  }

  return {
    mirror: {
      async keep(told) {
        if (isDead) return;
        keepLate(told, true);
        if (!isRecoverable(told.state.status)) flush();
      },
      note(job, state, at: Instant) {
        const { epoch } = disk.jobs.get(job) as MirroredJob;
        if (!isDead) keepLate({ job, epoch, state, at }, false);
      },
      flush,
      untold: (limit) => (isDead ? [] : disk.outbox.slice(0, limit)),
      told(through) {
        while (!isDead && (disk.outbox[0]?.num ?? Number.POSITIVE_INFINITY) <= through) disk.outbox.shift();
      },
      isAhead,
      apply,
      horizon,
      *facts() {
        for (const { job, epoch, state } of disk.jobs.values()) {
          if (state.status !== 'pending') yield { job: job.id, epoch, state, at: clock.now() };
        }
      },
    },
    die() {
      isDead = true;
      late = [];
    },
    take(requestId, job) {
      for (const [id, { state }] of disk.jobs) if (id !== job && requestIdOf(state) === requestId) return id;
      return null;
    },
  };
}

function hasMoved(from: JobState, to: JobState): boolean {
  return from.status !== to.status || from.attempt !== to.attempt || requestIdOf(from) !== requestIdOf(to);
}
