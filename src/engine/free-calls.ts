import { JobFailure } from '../core/job/failures.ts';
import type { RunEvent } from '../core/ports.ts';
import { type ProviderClient, type RemoteRequest, requestOf } from '../core/provider.ts';

interface FreeCallPorts {
  readonly api: Pick<ProviderClient, 'status' | 'ping'>;
  readonly drain: AbortSignal;
  /** How long an outage may take. All times here are shares of it. */
  readonly outageMs: number;
  readonly now: () => number;
}

/** Calls that cost nothing, by which an outage is seen to end. */
interface FreeCalls {
  /** Learns of a request that the API should know. */
  observe(event: RunEvent): void;
  /** When the next one is due. */
  dueAt(): number;
  /** Asks whether the API is there: the status of a known request, else whatever `ping` asks. */
  isThere(): Promise<boolean>;
  /** Starts the intervals over: what has just failed need not be asked at once. */
  reset(): void;
  /** The next one is due now. */
  hurry(): void;
}

// Between calls, as shares of `outageMs`; for two hours: 2 s at first, then twice as long each time up to a minute.
const pauses = { first: 1 / 3_600, max: 1 / 120 } as const;
export const minPauseMs = 20;

export function freeCalls({ api, drain, outageMs, now }: FreeCallPorts): FreeCalls {
  let known: RemoteRequest | null = null;
  let [dueAt, pauseMs] = [0, 0];

  function waitFor(ms: number): void {
    dueAt = now() + Math.max(ms, minPauseMs);
  }

  return {
    observe(event) {
      if (event.type === 'advanced') known = requestOf(event.job, event.state) ?? known;
    },
    dueAt: () => dueAt,
    async isThere() {
      const isThere =
        (known !== null && (await isAnswered(api.status(known, drain)))) ||
        (await isAnswered(api.ping(drain)));
      pauseMs = Math.min(Math.max(pauseMs * 2, outageMs * pauses.first), outageMs * pauses.max);
      waitFor(pauseMs);
      return isThere;
    },
    reset() {
      pauseMs = 0;
      waitFor(outageMs * pauses.first);
    },
    hurry() {
      dueAt = now();
    },
  };
}

/** Whether a free call shows that the API is there: also when it refuses the call, but not when a proxy answers. */
async function isAnswered(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (!(error instanceof JobFailure)) return false;
    const { http } = error.failure;
    return http !== null && http >= 400 && http < 500 && http !== 408;
  }
}
