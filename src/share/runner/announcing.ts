import { type Failure, JobFailure } from '../../core/job/failures.ts';
import type { Instant, JobState } from '../../core/job/job.ts';
import { type AnnouncementStop, type Clock, Withdrawn } from '../../core/ports.ts';
import type { Mirror } from '../../core/sharing/mirror.ts';
import { type Announced, LedgerAway } from '../../core/sharing/shared-ledger.ts';
import type { Told } from '../../core/sharing/verdicts.ts';
import { alarm } from './alarm.ts';
import { type AskPorts, asking } from './asking.ts';
import type { Hold, Holds } from './holds.ts';
import type { LedgerLine } from './ledger-line.ts';
import type { Telling } from './telling.ts';

interface AnnouncePorts extends AskPorts {
  readonly mirror: Pick<Mirror, 'note' | 'keep' | 'isAhead' | 'horizon' | 'facts'>;
  readonly line: LedgerLine;
  readonly holds: Holds;
  readonly teller: Telling;
  readonly clock: Clock;
  readonly over: AbortSignal;
}

/** Announces submissions, all that wait in one call. */
export interface Announcing {
  /**
   * Resolves once it is announced, which raises the epoch of the hold. Rejects with `LeaseLost`, with why it is capped,
   * with the reason of `drain` if that fires while it waits, and with `Withdrawn`.
   */
  announce(hold: Hold, state: JobState, at: Instant, stop: AnnouncementStop | undefined): Promise<void>;
  /** The gate may be open by now. */
  wake(): void;
}

interface Waiting {
  readonly told: Told;
  readonly hold: Hold;
  readonly stop: AnnouncementStop | undefined;
  /** It is being asked about. */
  isAsked: boolean;
  /** It may be announced: the answer was lost. */
  isInDoubt: boolean;
  resolve(): void;
  reject(reason: unknown): void;
}

const aheadMs = 100;

export function announcing(ports: AnnouncePorts): Announcing {
  const { mirror, line, holds, teller, over } = ports;
  const ask = asking(ports);
  const bell = alarm(ports.clock);
  let waiting: Waiting[] = [];
  let isRunning = false;
  let isTimed = false;

  function leave(one: Waiting): void {
    waiting = waiting.filter((other) => other !== one);
  }

  function giveUp(one: Waiting, reason: unknown): Promise<void> {
    leave(one);
    return givenUp(one, reason, ports);
  }

  const stopped = (one: Waiting): void => {
    if (!one.isAsked && waiting.includes(one)) giveUp(one, one.stop?.drain.reason);
  };

  async function run(): Promise<void> {
    isRunning = true;
    try {
      while (waiting.length > 0) {
        const pauseMs = await asked();
        if (pauseMs > 0 && waiting.length > 0) await bell.wait(pauseMs, over);
      }
    } catch (error) {
      for (const one of waiting) await giveUp(one, error);
    }
    isRunning = false;
  }

  /** Asks about all that wait, and returns how long those that still do are to wait. */
  async function asked(): Promise<number> {
    try {
      while (await teller.step(over));
      return await line.call(askAll, over);
    } catch (error) {
      if (!(error instanceof LedgerAway)) throw error;
      const reason = line.givenUp();
      if (reason !== null) for (const one of waiting) await giveUp(one, reason);
      return 0;
    }
  }

  async function askAll(): Promise<number> {
    for (const one of waiting) if (one.stop?.isWithdrawn?.()) await giveUp(one, new Withdrawn());
    // What the shared ledger has not been told yet must not be overtaken by an announcement.
    const group = waiting.filter(({ told }) => !mirror.isAhead(told.job));
    if (group.length === 0) return aheadMs;
    mark(group, { isAsked: true });
    try {
      const { answers, capped, ...next } = await ask(group);
      const firstWaiting = answers.findIndex(({ answer }) => answer === 'wait');
      for (const [index, one] of group.entries())
        await settle(one, answers[index] as Announced, index === firstWaiting ? capped : null);
      isTimed = next.isTimed;
      return next.pauseMs;
    } catch (error) {
      mark(group, { isInDoubt: true });
      throw error;
    } finally {
      mark(group, { isAsked: false });
    }
  }

  async function settle(one: Waiting, answered: Announced, capped: Failure | null): Promise<void> {
    const { hold, stop } = one;
    switch (answered.answer) {
      case 'go':
        leave(one);
        return letGo(one, answered.epoch, mirror);
      case 'refused':
        holds.lose(hold);
        return giveUp(one, hold.lost);
      case 'wait':
        one.isInDoubt = false;
        if (capped !== null) return giveUp(one, new JobFailure(capped));
        if (stop?.drain.aborted) return giveUp(one, stop.drain.reason);
    }
  }

  return {
    announce: (hold, state, at, stop) =>
      new Promise((resolve, reject) => {
        const told = { job: hold.job.id, epoch: hold.epoch, state, at };
        const one: Waiting = { told, hold, stop, isAsked: false, isInDoubt: false, resolve, reject };
        stop?.drain.addEventListener('abort', () => stopped(one), { once: true });
        waiting.push(one);
        if (isRunning) bell.ring();
        else run().catch(reject);
      }),
    wake() {
      if (isRunning && !isTimed) bell.ring();
    },
  };
}

/** It is announced, and may be sent. */
function letGo({ hold, told, resolve }: Waiting, epoch: number, mirror: Pick<Mirror, 'note'>): void {
  hold.epoch = epoch;
  hold.state = told.state;
  mirror.note(told.job, told.state, told.at);
  resolve();
}

function mark(group: readonly Waiting[], marks: Partial<Pick<Waiting, 'isAsked' | 'isInDoubt'>>): void {
  for (const one of group) Object.assign(one, marks);
}

/** Nothing of it leaves. If it may be announced, the shared ledger hears that in time. */
async function givenUp(
  one: Waiting,
  reason: unknown,
  { mirror, teller }: Pick<AnnouncePorts, 'mirror' | 'teller'>,
): Promise<void> {
  try {
    if (one.isInDoubt) await mirror.keep(proofOf(one));
    teller.wake();
    one.reject(reason);
  } catch (error) {
    one.reject(error);
  }
}

/** That the announcement that may have been made never left. It would have raised the epoch by one. */
function proofOf({ told: { job, epoch, state, at } }: Waiting): Told {
  return { job, epoch: epoch + 1, state: { status: 'pending', attempt: state.attempt, stalled: null }, at };
}
