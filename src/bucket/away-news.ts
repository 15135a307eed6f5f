import { sentences } from '../core/job/failure-sentences.ts';
import { type Failure, failure, JobFailure } from '../core/job/failures.ts';
import type { Instant } from '../core/job/job.ts';
import { type Backoff, showDuration } from '../core/pacing/pace.ts';
import type { Clock, Observer } from '../core/ports.ts';
import type { BucketTrouble } from './bucket-trouble.ts';

interface AwayPorts {
  readonly clock: Pick<Clock, 'now'>;
  readonly observe: Observer;
  readonly backoff: Backoff;
  readonly patienceMs: number;
}

interface Tries {
  /** How many, this one included. */
  readonly n: number;
  /** When the first one began. */
  readonly begun: Instant;
}

/** Tells a bucket that takes nothing from one that refuses a single file, and says when it is away and back. */
interface AwayNews {
  answered(): void;
  /** Throws `JobFailure` when it is not worth another try; else gives the trouble in words. */
  told(trouble: BucketTrouble, tries: Tries): Failure;
}

// Fewer failures in a row are nothing that a user has to know.
const toldFrom = 3;

export function awayNews({ clock, observe, backoff, patienceMs }: AwayPorts, at: string): AwayNews {
  let answeredAt: Instant | null = null;
  let toldSince: Instant | null = null;

  function tell(trouble: BucketTrouble, begun: Instant): void {
    if (toldSince !== null) return;
    toldSince = begun;
    const until = `The run gives up after ${showDuration(patienceMs)} (--outage).`;
    const message = `${at} takes no files: ${trouble.message}. They are kept in the run folder and put there when it does. ${until}`;
    observe({ type: 'warned', job: null, message });
  }

  return {
    answered() {
      answeredAt = clock.now();
      if (toldSince === null) return;
      const waited = showDuration(answeredAt - toldSince);
      observe({ type: 'warned', job: null, message: `${at} takes files again after ${waited}.` });
      toldSince = null;
    },
    told(trouble, { n, begun }) {
      const { http, code, message } = trouble;
      const failed = (kind: 'not_put' | 'bucket_away'): Failure =>
        failure(kind, `${sentences[kind]}: ${at}: ${message}.`, { http, code });
      // It has taken others meanwhile.
      if (answeredAt !== null && answeredAt > begun) {
        if (n > backoff.retries) throw new JobFailure(failed('not_put'), { cause: trouble });
      } else {
        if (clock.now() - Math.max(begun, answeredAt ?? begun) >= patienceMs) {
          throw new JobFailure(failed('bucket_away'), { cause: trouble });
        }
        if (n >= toldFrom) tell(trouble, begun);
      }
      return failed('not_put');
    },
  };
}
