import type { Instant } from '../../core/job/job.ts';
import { type AnnouncementStop, type Clock, Withdrawn } from '../../core/ports.ts';
import type { Mirror } from '../../core/sharing/mirror.ts';
import { type Announced, LedgerAway } from '../../core/sharing/shared-ledger.ts';
import { alarm } from './alarm.ts';
import { type AskPorts, asking } from './asking.ts';
import type { Hold, Holds } from './holds.ts';
import type { LedgerLine } from './ledger-line.ts';
import type { Telling } from './telling.ts';
import { type Submitting, type Waiting, waitingList } from './waiting-list.ts';

interface AnnouncePorts extends AskPorts {
  readonly mirror: Pick<Mirror, 'note' | 'keep' | 'isAhead' | 'horizon' | 'facts'>;
  readonly line: LedgerLine;
  readonly holds: Holds;
  readonly teller: Telling;
  readonly clock: Clock;
  readonly steadyMs: () => number;
  readonly over: AbortSignal;
}

/** Announces submissions, all that wait in one call. */
export interface Announcing {
  /**
   * Resolves once it is announced, with when that was; it raises the epoch of the hold. Rejects with `LeaseLost`, with
   * why it is capped, with the reason of `drain` if that fires while it waits, and with `Withdrawn`.
   */
  announce(hold: Hold, state: Submitting, stop: AnnouncementStop | undefined): Promise<Instant>;
  /** The gate may be open by now. */
  wake(): void;
}

const aheadMs = 100;

export function announcing(ports: AnnouncePorts): Announcing {
  const { mirror, line, teller, clock, steadyMs, over } = ports;
  const ask = asking(ports);
  const bell = alarm(clock);
  const waiting = waitingList(ports);
  let isRunning = false;
  let isTimed = false;

  async function giveUpAll(reason: unknown): Promise<void> {
    for (const one of waiting.all()) await waiting.giveUp(one, reason);
  }

  async function run(): Promise<void> {
    isRunning = true;
    try {
      while (waiting.all().length > 0) {
        const pauseMs = await asked();
        if (pauseMs > 0 && waiting.all().length > 0) await bell.wait(pauseMs, over);
      }
    } catch (error) {
      await giveUpAll(error);
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
      if (reason !== null) await giveUpAll(reason);
      for (const one of waiting.all())
        if (one.stop?.drain.aborted) await waiting.giveUp(one, one.stop.drain.reason);
      return 0;
    }
  }

  async function askAll(): Promise<number> {
    for (const one of waiting.all())
      if (one.stop?.isWithdrawn?.()) await waiting.giveUp(one, new Withdrawn());
    // What the shared ledger has not been told yet must not be overtaken by an announcement.
    const group = waiting.all().filter(({ told }) => !mirror.isAhead(told.job));
    if (group.length === 0) return aheadMs;
    mark(group, { isAsked: true });
    const begun = { at: clock.now(), steadyMs: steadyMs() };
    // One that is in doubt may be announced already, as it was told then.
    for (const one of group) if (!one.isInDoubt) one.told = toldAt(begun.at, one);
    try {
      const { answers, capped, giveBack, ...next } = await ask(group);
      const firstWaiting = answers.findIndex(({ answer }) => answer === 'wait');
      for (const [index, one] of group.entries())
        await waiting.settle(one, answers[index] as Announced, index === firstWaiting ? capped : null, begun);
      const left = waiting.all().filter((one) => group.includes(one));
      for (const one of left.slice(left.length - Math.min(giveBack, left.length))) await waiting.lose(one);
      isTimed = next.isTimed;
      return next.pauseMs;
    } catch (error) {
      mark(group, { isInDoubt: true });
      throw error;
    } finally {
      mark(group, { isAsked: false });
    }
  }

  return {
    announce: (hold, state, stop) =>
      new Promise((resolve, reject) => {
        const told = { job: hold.job.id, epoch: hold.epoch, state, at: state.since };
        const one: Waiting = { told, hold, stop, isAsked: false, isInDoubt: false, resolve, reject };
        const stopped = (): void => {
          if (!one.isAsked) waiting.giveUp(one, stop?.drain.reason);
        };
        stop?.drain.addEventListener('abort', stopped, { once: true });
        waiting.add(one);
        if (isRunning) bell.ring();
        else run().catch(reject);
      }),
    wake() {
      if (isRunning && !isTimed) bell.ring();
    },
  };
}

function toldAt(at: Instant, { told }: Waiting): Waiting['told'] {
  return { ...told, state: { ...told.state, since: at }, at };
}

function mark(group: readonly Waiting[], marks: Partial<Pick<Waiting, 'isAsked' | 'isInDoubt'>>): void {
  for (const one of group) Object.assign(one, marks);
}
