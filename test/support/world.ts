import { failure, JobFailure } from '../../src/core/job/failures.ts';
import type { Job, JobId, JobState, RequestId, SavedFile } from '../../src/core/job/job.ts';
import { resumed } from '../../src/core/job/lifecycle.ts';
import { isRecoverable } from '../../src/core/job/recoverable-states.ts';
import { isAtRest } from '../../src/core/job/state-facts.ts';
import { canonicalJson, type JsonValue } from '../../src/core/json.ts';
import { outputPath } from '../../src/core/paths.ts';
import type { Claim, FileStore, Ledger } from '../../src/core/ports.ts';
import type { ProviderClient, RemoteRequest, RemoteStatus } from '../../src/core/provider.ts';
import { aLink } from './builders.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';

/** What the in-memory server does with a submit; `lost…`: the answer never arrives. */
export type SubmitFate = 'accepted' | 'lostAfter' | 'lostBefore' | 'unreachable' | 'refused' | 'rateLimited';
export type ReadFate = 'answered' | 'broken';

export interface WorldOptions {
  readonly slots?: number;
  readonly latencyMs?: (job: Job) => number;
  readonly submitFate?: (nth: number, job: Job) => SubmitFate;
  readonly readFate?: (nth: number) => ReadFate;
  readonly saveFate?: (nth: number) => ReadFate;
  /** How long a link works after it was given out. */
  readonly linkLifetimeMs?: number;
  readonly filesPerJob?: number;
  /** What the server charges for a job and names when it is done, in dollars, or null; 0.08 where not given. */
  readonly costUsd?: (job: Job) => number | null;
  /** For how long a machine worked on it, by the server's own word; where not given it has none. */
  readonly busyMs?: (job: Job) => number;
  /**
   * Requests run on machines, which take a while to start when they have been idle. They name no cost, label their
   * files, and can be asked to end while they run.
   */
  readonly machines?: { readonly startMs: number; readonly cancelMs: number };
  /** How a request ends; `forgotten`: the server no longer knows it. Whatever it is, it may have been charged for. */
  readonly ending?: (nth: number) => Ending;
}

export type Ending = 'succeeded' | 'failed' | 'forgotten';

interface Request {
  readonly id: RequestId;
  readonly job: Job;
  readonly acceptedAt: number;
  startsAt: number;
  endsAt: number;
  cancelled: boolean;
  readonly nth: number;
  readonly ref: JsonValue;
}

export interface World {
  readonly clock: VirtualClock;
  readonly api: ProviderClient;
  readonly files: FileStore;
  /** How often each body was accepted, by canonical JSON of the whole job's body, model and rep. */
  readonly accepted: ReadonlyMap<string, number>;
  readonly requests: ReadonlyMap<
    RequestId,
    { readonly job: Job; readonly acceptedAt: number; readonly startsAt: number; readonly endsAt: number }
  >;
  readonly disk: ReadonlyMap<string, SavedFile>;
  readonly inFlightPeak: () => number;
  readonly submitsPeak: () => number;
  put(jobs: readonly Job[]): void;
  stateOf(id: JobId): JobState;
  states(): readonly JobState[];
  /** Every attempt that the ledger holds, as it stands; of a power cut, what was durable. */
  attempts(): readonly Claim[];
  /** Gives a job another state between two lives, as an order of the user does. */
  set(id: JobId, state: JobState): void;
  /** What a process finds when it opens the ledger. */
  openLedger(): Ledger;
  /** The power goes when the ports have been used this many times more; null: never. */
  cutAfter(uses: number | null): void;
  /** Resolves when the power has gone. */
  readonly death: () => Promise<'cut'>;
  /** The server answers 404 to all it had accepted: it is another one, or that of another account. */
  forget(): void;
  /** The next life. One that no power cut has ended has closed its ledger. */
  reboot(): void;
}

// How long the ledger keeps to itself what can be asked again.
const maxLateMs = 100;

/** Server, disk, ledger and clock in memory: whatever was durable or accepted outlives a power cut, nothing else does. */
export function world(options: WorldOptions = {}): World {
  const clock = virtualClock();
  const accepted = new Map<string, number>();
  const requests = new Map<RequestId, Request>();
  const disk = new Map<string, SavedFile>();
  const ledger = new Map<JobId, { job: Job; state: JobState }>();
  const superseded: Claim[] = [];
  const late: { readonly id: JobId; readonly state: JobState }[] = [];
  const freeAt: number[] = Array.from({ length: options.slots ?? 4 }, () => 0);
  const nth = { submit: 0, read: 0, save: 0 };
  let [submitting, submitsPeak, inFlightPeak, requestsEver] = [0, 0, 0, 0];

  let life = 0;
  let usesLeft: number | null = null;
  let died: () => void = () => {};
  let dead = new Promise<'cut'>(() => {});

  // Every use of a port passes here before and after its effect; those of a life that is over wait for ever.
  async function point(ofLife: number): Promise<void> {
    if (ofLife !== life) await new Promise<never>(() => {});
    if (usesLeft === null) return;
    usesLeft -= 1;
    if (usesLeft >= 0) return;
    life += 1;
    late.length = 0;
    died();
    await new Promise<never>(() => {});
  }

  function accept(job: Job): RemoteRequest {
    const body = canonicalJson({ input: job.input, model: job.model, rep: job.rep });
    accepted.set(body, (accepted.get(body) ?? 0) + 1);
    requestsEver += 1;
    const id = `req-${requestsEver}` as RequestId;
    const slot = freeAt.indexOf(Math.min(...freeAt));
    const freeFrom = freeAt[slot] as number;
    const startMs = freeFrom < clock.now() ? (options.machines?.startMs ?? 0) : 0;
    const startsAt = Math.max(clock.now() + startMs, freeFrom);
    const endsAt = startsAt + (options.latencyMs?.(job) ?? 4_000);
    freeAt[slot] = endsAt;
    const ref = { shard: [requestsEver % 7], of: id };
    requests.set(id, {
      id,
      job,
      acceptedAt: clock.now(),
      startsAt,
      endsAt,
      cancelled: false,
      nth: requests.size + 1,
      ref,
    });
    const open = [...requests.values()].filter((request) => request.endsAt > clock.now()).length;
    inFlightPeak = Math.max(inFlightPeak, open);
    return { id, model: job.model, ref };
  }

  /** Whoever was given a reference has to bring it back as it was. */
  function find({ id, model, ref }: RemoteRequest): Request {
    const request = requests.get(id);
    if (!request) throw new JobFailure(failure('lost', `The server does not know ${id}.`, { http: 404 }));
    if (model !== request.job.model || canonicalJson(ref) !== canonicalJson(request.ref)) {
      throw new Error(`The request ${id} is asked for by the reference ${canonicalJson(ref)} of ${model}.`);
    }
    return request;
  }

  function phase(request: Request): RemoteStatus {
    if (clock.now() >= request.endsAt) return { phase: 'finished' };
    if (clock.now() >= request.startsAt) return { phase: 'running' };
    const ahead = [...requests.values()].filter(
      (other) => other.startsAt > clock.now() && other.startsAt <= request.startsAt,
    );
    return { phase: 'queued', position: ahead.length };
  }

  async function reading<T>(signal: AbortSignal, read: () => T): Promise<T> {
    const mine = life;
    await point(mine);
    signal.throwIfAborted();
    nth.read += 1;
    if (options.readFate?.(nth.read) === 'broken') {
      throw new JobFailure(failure('read_failed', 'The connection was reset.'));
    }
    const answer = read();
    await point(mine);
    return answer;
  }

  const api: ProviderClient = {
    async submit(job, signal) {
      const mine = life;
      signal.throwIfAborted();
      await point(mine);
      submitting += 1;
      submitsPeak = Math.max(submitsPeak, submitting);
      try {
        nth.submit += 1;
        const fate = options.submitFate?.(nth.submit, job) ?? 'accepted';
        switch (fate) {
          case 'unreachable':
            throw new JobFailure(failure('unreachable', 'The connection was refused.'));
          case 'refused':
            throw new JobFailure(failure('invalid_input', 'The prompt is not allowed.', { http: 422 }));
          case 'rateLimited':
            throw new JobFailure(failure('rate_limited', 'Too many requests.', { http: 429 }));
          case 'lostBefore':
            throw new JobFailure(
              failure('unanswered', 'The connection was reset after the request was sent.'),
            );
          case 'lostAfter':
            accept(job);
            throw new JobFailure(
              failure('unanswered', 'The connection was reset after the request was sent.'),
            );
          case 'accepted': {
            const request = accept(job);
            await point(mine);
            return request;
          }
        }
      } finally {
        submitting -= 1;
      }
    },
    status: (named, signal) => reading(signal, () => phase(find(named))),
    result: (named, signal) =>
      reading(signal, () => {
        const request = find(named);
        const { id } = request;
        const status = phase(request);
        if (status.phase !== 'finished') return { phase: 'unfinished', status };
        if (request.cancelled) throw new JobFailure(failure('cancelled', 'It was cancelled.'));
        switch (options.ending?.(request.nth) ?? 'succeeded') {
          case 'failed':
            throw new JobFailure(failure('generation_failed', 'It failed.'));
          case 'forgotten':
            throw new JobFailure(failure('lost', `The server no longer knows ${id}.`, { http: 404 }));
          case 'succeeded':
        }
        const outputs = Array.from({ length: options.filesPerJob ?? 1 }, (_, index) => ({
          ...aLink(
            `https://files.example/${id}/${index}?until=${clock.now() + (options.linkLifetimeMs ?? 3_600_000)}`,
          ),
          ...(options.machines ? { label: `9-${index + 1}` } : {}),
        }));
        const charged = options.costUsd === undefined ? 0.08 : options.costUsd(request.job);
        const costUsd = options.machines ? null : charged;
        const { busyMs } = options;
        return {
          phase: 'succeeded',
          outputs,
          costUsd,
          ...(busyMs === undefined ? {} : { busyMs: busyMs(request.job) }),
        };
      }),
    cancel: (named, signal) =>
      reading(signal, () => {
        const request = find(named);
        const now = phase(request).phase;
        if (now === 'finished' || (now === 'running' && !options.machines)) return 'not_cancellable';
        request.cancelled = true;
        request.endsAt = Math.min(
          request.endsAt,
          clock.now() + (now === 'queued' ? 0 : (options.machines?.cancelMs ?? 0)),
        );
        return options.machines ? 'requested' : 'cancelled';
      }),
    ping: (signal) => reading(signal, () => {}),
  };

  const files: FileStore = {
    async save({ job, index, count, label = null }, output, signal) {
      const mine = life;
      await point(mine);
      signal.throwIfAborted();
      nth.save += 1;
      const url = output.type === 'link' ? output.url : '';
      const until = output.type === 'link' ? Number(new URL(url).searchParams.get('until')) : null;
      if (options.saveFate?.(nth.save) === 'broken' || (until !== null && clock.now() > until)) {
        throw new JobFailure(failure('download_failed', 'The link has expired.', { http: 403 }));
      }
      const extension = output.type === 'document' ? output.extension : 'png';
      const path = outputPath(job.pathTemplate, index, count, extension, label);
      const content = { bytes: 10, sha256: url, original_sha256: null, mime: 'image/png' };
      const saved: SavedFile = { path, ...content, width: 1, height: 1 };
      disk.set(path, saved);
      await point(mine);
      return saved;
    },
  };

  function keep(id: JobId, state: JobState): void {
    const entry = ledger.get(id) as { state: JobState };
    entry.state = state.status === 'succeeded' ? { ...state, outputs: null } : state;
  }

  function keepLate(): void {
    for (const { id, state } of late.splice(0)) keep(id, state);
  }

  function recordLate(id: JobId, state: JobState, mine: number): void {
    late.push({ id, state });
    clock.sleep(maxLateMs, new AbortController().signal).then(() => {
      if (mine === life) keepLate();
    });
  }

  function stateOf(id: JobId): JobState {
    const { state } = late.findLast((each) => each.id === id) ?? (ledger.get(id) as { state: JobState });
    return state;
  }

  function openLedger(): Ledger {
    const mine = life;
    for (const entry of ledger.values()) {
      if (entry.state.status === 'submitting') entry.state = resumed(entry.state);
    }
    const waiting = [...ledger.values()]
      .filter(({ state }) => !isAtRest(state.status))
      .sort((a, b) => Number(a.state.status === 'pending') - Number(b.state.status === 'pending'));
    return {
      take(requestId, job) {
        for (const [id, { state }] of ledger) {
          if (id !== job && 'requestId' in state && state.requestId === requestId) return id;
        }
        return null;
      },
      async claim(limit) {
        await point(mine);
        return waiting.splice(0, limit).map(({ job, state }): Claim => ({ job, state: resumed(state) }));
      },
      async record(id, state, at) {
        await point(mine);
        if (!ledger.has(id)) throw new Error(`The ledger has no job ${id}.`);
        if (isRecoverable(state.status)) {
          recordLate(id, state, mine);
        } else {
          keepLate();
          keep(id, state);
        }
        await point(mine);
        return at;
      },
    };
  }

  return {
    clock,
    api,
    files,
    accepted,
    requests,
    disk,
    inFlightPeak: () => inFlightPeak,
    submitsPeak: () => submitsPeak,
    put(jobs) {
      for (const job of jobs) {
        ledger.set(job.id, { job, state: { status: 'pending', attempt: 1, stalled: null } });
      }
    },
    stateOf,
    states: () => [...ledger.keys()].map(stateOf),
    attempts: () => [...superseded, ...[...ledger.values()].map(({ job, state }) => ({ job, state }))],
    set(id, state) {
      const entry = ledger.get(id) as { job: Job; state: JobState };
      if (state.attempt > entry.state.attempt) superseded.push({ job: entry.job, state: entry.state });
      entry.state = state;
    },
    openLedger,
    cutAfter(uses) {
      usesLeft = uses;
      dead = new Promise((resolve) => {
        died = () => resolve('cut');
      });
    },
    death: () => dead,
    forget: () => requests.clear(),
    reboot() {
      keepLate();
      life += 1;
      usesLeft = null;
      submitting = 0;
      clock.reset();
    },
  };
}
