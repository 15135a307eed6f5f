import type { Instant } from '../../core/job/job.ts';
import { showDuration } from '../../core/pacing/pace.ts';
import type { Clock, Observer } from '../../core/ports.ts';

export interface AwayNewsPorts {
  readonly clock: Pick<Clock, 'now'>;
  readonly observe: Observer;
  /** How long the shared ledger may be away before nothing more is submitted in this run; null: for ever. */
  readonly patienceMs: number | null;
}

/** Says when the shared ledger is away, and when it is back. */
interface AwayNews {
  missed(since: Instant, misses: number): void;
  reached(since: Instant): void;
}

// One call that fails is no news: a connection is made again at once.
const toldFrom = 2;

export function awayNews({ clock, observe, patienceMs }: AwayNewsPorts): AwayNews {
  let isTold = false;
  const givesUp =
    patienceMs === null ? '' : ` The run gives up after ${showDuration(patienceMs)} (--outage).`;
  const message = `The shared ledger does not answer. Nothing is submitted until it does; polling and downloading continue.${givesUp}`;

  return {
    missed(since, misses) {
      if (isTold || misses < toldFrom) return;
      isTold = true;
      const until = patienceMs === null ? null : ((since + patienceMs) as Instant);
      observe({ type: 'waiting', for: 'ledger', message, since, until });
    },
    reached(since) {
      if (!isTold) return;
      isTold = false;
      observe({ type: 'resumed', for: 'ledger', waitedMs: Math.max(0, clock.now() - since) });
    },
  };
}
