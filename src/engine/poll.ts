import type { JobId } from '../core/job/job.ts';
import type { JobEvent } from '../core/job/lifecycle.ts';
import type { JsonObject } from '../core/json.ts';
import type { PolledStatus } from '../core/pacing/poll-times.ts';
import type { Clock, Observer } from '../core/ports.ts';
import type { ProviderClient, RemoteRequest, RemoteStatus } from '../core/provider.ts';

/** What one look shows. `event`: what has changed about the job, or null. */
export interface PollResult extends PolledStatus {
  readonly event: JobEvent | null;
}

export interface PollPorts {
  readonly api: Pick<ProviderClient, 'status' | 'result'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly observe: Observer;
  readonly leave: AbortSignal;
}

/** A request to look at. */
export interface PollTarget {
  readonly job: JobId;
  readonly request: RemoteRequest;
  /** The body of the request. */
  readonly sent: JsonObject;
  /** Whether its job is known to have started. */
  readonly running: boolean;
}

/** One look at one request; throws `JobFailure` for what the server says of it, and for looks that fail. */
export interface Poller {
  /** By its status: only that has the position in the queue. */
  status(watched: PollTarget): Promise<PollResult>;
  /** By its result: where an end is likely, that saves a call; of what is not finished it tells the state. */
  result(watched: PollTarget): Promise<PollResult>;
}

export function looks({ api, clock, observe, leave }: PollPorts): Poller {
  const oddWords = new Set<string>();

  function seen({ job, running }: PollTarget, status: RemoteStatus): PollResult {
    observe({ type: 'polled', job, status, at: clock.now() });
    const { phase } = status;
    switch (phase) {
      case 'queued':
        return { phase, position: status.position, event: null };
      case 'running':
        return { phase, position: null, event: running ? null : { type: 'started' } };
      case 'finished':
        return { phase, position: null, event: null };
      case 'unrecognised':
        warn(job, status.word);
        return { phase, position: null, event: null };
    }
  }

  function warn(job: JobId, word: string): void {
    if (oddWords.has(word)) return;
    oddWords.add(word);
    observe({ type: 'warned', job, message: `The server gave the unknown status "${word}".` });
  }

  async function result(watched: PollTarget): Promise<PollResult> {
    const { job, request, sent } = watched;
    const result = await api.result(request, leave, sent);
    if (result.phase === 'unfinished') return seen(watched, result.status);
    observe({ type: 'polled', job, status: { phase: 'finished' }, at: clock.now() });
    const { costUsd, outputs } = result;
    return { phase: 'finished', position: null, event: { type: 'finished', costUsd, outputs } };
  }

  return {
    async status(watched) {
      const shown = seen(watched, await api.status(watched.request, leave));
      return shown.phase === 'finished' ? result(watched) : shown;
    },
    result,
  };
}
