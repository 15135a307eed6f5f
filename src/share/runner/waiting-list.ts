import { type Failure, JobFailure } from '../../core/job/failures.ts';
import type { Instant, JobState } from '../../core/job/job.ts';
import type { AnnouncementStop } from '../../core/ports.ts';
import type { Mirror } from '../../core/sharing/mirror.ts';
import type { Announced } from '../../core/sharing/shared-ledger.ts';
import type { Told } from '../../core/sharing/verdicts.ts';
import type { Hold, Holds } from './holds.ts';
import type { Telling } from './telling.ts';

export type Submitting = Extract<JobState, { status: 'submitting' }>;

/** An announcement that waits. */
export interface Waiting {
  /** As it is asked about next: it happens when it is announced, not when it begins to wait. */
  told: Told & { readonly state: Submitting };
  readonly hold: Hold;
  readonly stop: AnnouncementStop | undefined;
  /** It is being asked about. */
  isAsked: boolean;
  /** It may be announced: the answer was lost. */
  isInDoubt: boolean;
  /** Takes when it was announced. */
  resolve(at: Instant): void;
  reject(reason: unknown): void;
}

interface ListPorts {
  readonly mirror: Pick<Mirror, 'note' | 'keep'>;
  readonly holds: Holds;
  readonly teller: Telling;
}

/** The announcements that wait, in the order in which they came. */
interface WaitingList {
  all(): readonly Waiting[];
  add(one: Waiting): void;
  /** `asked`: when the call began that brought the answer. */
  settle(one: Waiting, answered: Announced, capped: Failure | null, asked: Hold['announced']): Promise<void>;
  /** Nothing of it leaves. If it may be announced, the shared ledger hears that in time. */
  giveUp(one: Waiting, reason: unknown): Promise<void>;
  /** Another runner has the job by now, or may have it. */
  lose(one: Waiting): Promise<void>;
}

export function waitingList({ mirror, holds, teller }: ListPorts): WaitingList {
  const waiting = new Set<Waiting>();

  async function giveUp(one: Waiting, reason: unknown): Promise<void> {
    if (!waiting.delete(one)) return;
    try {
      if (one.isInDoubt) await mirror.keep(proofOf(one));
      teller.wake();
      one.reject(reason);
    } catch (error) {
      one.reject(error);
    }
  }

  function lose(one: Waiting): Promise<void> {
    holds.lose(one.hold);
    return giveUp(one, one.hold.lost);
  }

  function leave({ hold, told, resolve }: Waiting, epoch: number, asked: Hold['announced']): void {
    hold.epoch = epoch;
    hold.announced = asked;
    hold.state = told.state;
    mirror.note(told.job, told.state, told.at);
    resolve(told.at);
  }

  return {
    all: () => [...waiting],
    add: (one) => waiting.add(one),
    giveUp,
    lose,
    async settle(one, answered, capped, asked) {
      const { stop } = one;
      switch (answered.answer) {
        case 'go':
          waiting.delete(one);
          return leave(one, answered.epoch, asked);
        case 'refused':
          return lose(one);
        case 'wait':
          one.isInDoubt = false;
          if (capped !== null) return giveUp(one, new JobFailure(capped));
          if (stop?.drain.aborted) return giveUp(one, stop.drain.reason);
      }
    },
  };
}

/** That the announcement that may have been made never left. It would have raised the epoch by one. */
function proofOf({ told: { job, epoch, state, at } }: Waiting): Told {
  return { job, epoch: epoch + 1, state: { status: 'pending', attempt: state.attempt, stalled: null }, at };
}
