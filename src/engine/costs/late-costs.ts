import type { Job } from '../../core/job/job.ts';
import type { Clock } from '../../core/ports.ts';
import type { ProviderClient, RemoteRequest } from '../../core/provider.ts';

interface LateCostPorts {
  readonly api: Pick<ProviderClient, 'result'>;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly leave: AbortSignal;
}

/** Costs that servers name a little later than the result. */
interface LateCosts {
  /**
   * Reads a result once more for its cost, in dollars; null: it still names none, or the answer took too long. Never
   * rejects.
   */
  ask(job: Job, request: RemoteRequest): Promise<number | null>;
}

// After this many in a row the server is taken to name no costs at all, and is asked no more.
const maxAskedInVain = 20;

const maxMs = 10_000;

/** Each call is made once and never repeated: a file that is safe must not wait for its price. */
export function lateCosts({ api, clock, leave }: LateCostPorts): LateCosts {
  let inVain = 0;

  async function read(job: Job, request: RemoteRequest): Promise<number | null> {
    const over = new AbortController();
    const stop = (): void => over.abort(new Error('stopped waiting for its cost'));
    leave.addEventListener('abort', stop, { once: true });
    try {
      const late = clock.sleep(maxMs, over.signal).then(
        () => null,
        () => null,
      );
      const asked = api.result(request, over.signal, job.input).then(
        (result) => (result.phase === 'succeeded' ? result.costUsd : null),
        () => null,
      );
      return await Promise.race([asked, late]);
    } finally {
      leave.removeEventListener('abort', stop);
      stop();
    }
  }

  return {
    async ask(job, request) {
      if (leave.aborted || inVain >= maxAskedInVain) return null;
      inVain += 1;
      const costUsd = await read(job, request);
      if (costUsd !== null) inVain = 0;
      return costUsd;
    },
  };
}
