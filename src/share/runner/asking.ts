import type { Failure } from '../../core/job/failures.ts';
import type { Clock, Dice, Observer } from '../../core/ports.ts';
import type { Gate, GateAnswer } from '../../core/sharing/gate.ts';
import type { Mirror } from '../../core/sharing/mirror.ts';
import type { Announced, SharedLedger } from '../../core/sharing/shared-ledger.ts';
import type { Told } from '../../core/sharing/verdicts.ts';
import { heldNews } from './held-news.ts';
import type { Hold } from './holds.ts';
import { rememberingAll } from './replaying.ts';

export interface AskPorts {
  readonly shared: Pick<SharedLedger, 'announce' | 'tell' | 'replayed'>;
  readonly mirror: Pick<Mirror, 'horizon' | 'facts'>;
  readonly gate: Pick<Gate, 'decide' | 'settled'>;
  readonly dice: Dice;
  readonly clock: Pick<Clock, 'now'>;
  readonly observe: Observer;
}

interface Asked {
  readonly answers: readonly Announced[];
  /** Why the first of those that wait never leaves in this run; null: it may. */
  readonly capped: Failure | null;
  /** How long those that still wait are to wait. */
  readonly pauseMs: number;
  /** How many of them, from the last one on, this runner gives back. */
  readonly giveBack: number;
  /** They wait for a time, not for something to end. */
  readonly isTimed: boolean;
}

interface Question {
  readonly told: Told;
  readonly hold: Pick<Hold, 'job'>;
}

// The gate is closed until something ends, which another runner may see first.
const askAgainMs = 400;
const maxWaitMs = 5_000;

/** Asks the shared ledger about announcements. The gate takes over what it shows before it decides. */
export function asking(ports: AskPorts): (group: readonly Question[]) => Promise<Asked> {
  const { shared, mirror, gate, dice } = ports;
  const tell = heldNews(ports);

  return async (group) => {
    const jobs = new Map(group.map(({ told, hold }) => [told.job, hold.job]));
    const jobOf = ({ job }: Told) => jobs.get(job) as Hold['job'];
    const decided: GateAnswer[] = [];
    const asked = group.map(({ told }) => told);
    const call = () =>
      shared.announce(asked, mirror.horizon(), (view, open) => {
        const answer = gate.decide(view, open.map(jobOf));
        decided.push(answer);
        return answer;
      });
    const answers = await rememberingAll(ports, call);
    gate.settled(
      asked.map((told) => ({ job: jobOf(told), state: told.state })),
      answers,
    );
    tell(decided.at(-1) ?? null);
    const { capped = null, waitMs = null, giveBack = 0 } = decided.at(-1) ?? {};
    const isTimed = waitMs !== null && waitMs > 0;
    const pauseMs = isTimed ? Math.min(waitMs, maxWaitMs) : askAgainMs * (0.5 + dice());
    return { answers, capped, giveBack, pauseMs, isTimed };
  };
}
