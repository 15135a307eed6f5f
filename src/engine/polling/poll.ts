import type { JobId } from '../../core/job/job.ts';
import type { JobEvent } from '../../core/job/lifecycle.ts';
import type { JsonObject } from '../../core/json.ts';
import type { PolledStatus } from '../../core/pacing/poll-times.ts';
import type { Clock, Observer } from '../../core/ports.ts';
import type { ProviderClient, RemoteRequest, RemoteStatus } from '../../core/provider.ts';

/** What one poll shows. `event`: what has changed about the job, or null. */
export interface PollResult extends PolledStatus {
  readonly event: JobEvent | null;
}

export interface PollPorts {
  readonly api: Pick<ProviderClient, 'status' | 'result'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly observe: Observer;
  readonly leave: AbortSignal;
}

/** A request to poll. */
export interface PollTarget {
  readonly job: JobId;
  readonly request: RemoteRequest;
  /** The body of the request. */
  readonly sent: JsonObject;
  /** Whether its job is known to have started. */
  readonly running: boolean;
}

/** Polls one request once; throws `JobFailure` for what the server says of it and for polls that fail. */
interface Poller {
  /** By its status, which alone has the position in the queue. */
  status(target: PollTarget): Promise<PollResult>;
  /** By its result, which saves a call where the request has probably ended; if it has not, this shows its status. */
  result(target: PollTarget): Promise<PollResult>;
}

export function poller({ api, clock, observe, leave }: PollPorts): Poller {
  const unknownWords = new Set<string>();

  function shown({ job, running }: PollTarget, status: RemoteStatus): PollResult {
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
    if (unknownWords.has(word)) return;
    unknownWords.add(word);
    observe({ type: 'warned', job, message: `The server gave the unknown status "${word}".` });
  }

  async function result(target: PollTarget): Promise<PollResult> {
    const { job, request, sent } = target;
    const result = await api.result(request, leave, sent);
    if (result.phase === 'unfinished') return shown(target, result.status);
    observe({ type: 'polled', job, status: { phase: 'finished' }, at: clock.now() });
    const { costUsd, outputs, busyMs } = result;
    const busy = busyMs === undefined ? {} : { busyMs };
    return { phase: 'finished', position: null, event: { type: 'finished', costUsd, ...busy, outputs } };
  }

  return {
    async status(target) {
      const first = shown(target, await api.status(target.request, leave));
      return first.phase === 'finished' ? result(target) : first;
    },
    result,
  };
}
