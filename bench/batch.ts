import { realClock } from '../src/app/real-clock.ts';
import { noCounts, tallying } from '../src/core/job/tally.ts';
import { defaultBackoff } from '../src/core/pacing/pace.ts';
import type { RunEvent } from '../src/core/ports.ts';
import type { ProviderClient } from '../src/core/provider.ts';
import { runBatch } from '../src/engine/batch.ts';
import { type Limits, maxSockets } from '../src/engine/lanes.ts';
import { openConnections } from '../src/http/connections.ts';
import { transportOver } from '../src/http/exchange.ts';
import { openLinks } from '../src/http/links/links.ts';
import { withRepeatedSaves, withRetry } from '../src/http/retry.ts';
import { recipeEmbedding } from '../src/media/recipe/embedding.ts';
import { apiClient } from '../src/providers/runcomfy/client.ts';
import { fileStore } from '../src/store/files/run-files.ts';
import { openLedger } from '../src/store/ledger/ledger.ts';
import { openStage } from '../src/store/stage/stage.ts';
import { jobsFor } from './workload.ts';

// What the command takes unless it is told otherwise.
const downloads = 8;

/** What a batch did. */
export interface BatchDone {
  /** Calls that poll a request, the one that finds it ended among them, and all calls of the API. */
  readonly polls: number;
  readonly calls: number;
  /** From the first submit to the last end that was seen, in ms. */
  readonly makespanMs: number;
  /** When the job of each request was saved, in ms since the epoch. */
  readonly savedAt: ReadonlyMap<string, number>;
}

export interface BatchLimits
  extends Pick<Limits, 'concurrency' | 'maxSubmissions' | 'pace' | 'maxPollsPerSecond'> {
  /** Writes its recipe into each file, as a run does unless it is told otherwise. */
  readonly embeds?: boolean;
}

/**
 * So many jobs through the real thing, in a run folder of their own: ledger, checks, retry coats, verified downloads.
 * `around` times the batch alone.
 */
export async function runJobs(
  dir: string,
  base: string,
  count: number,
  { embeds = false, ...limits }: BatchLimits,
  around: (work: () => Promise<void>) => Promise<void>,
): Promise<BatchDone> {
  const stage = openStage(null);
  for (const job of jobsFor(count)) stage.add(job);
  const ledger = openLedger(dir);
  stage.adopt(ledger, { fingerprint: '', settings: {}, plannedAt: realClock.now() });
  stage.discard();

  const { now } = realClock;
  const dice = Math.random;
  const connections = openConnections(maxSockets({ ...limits, maxDownloads: downloads }));
  let [submits, calls, firstAt, lastAt] = [0, 0, 0, 0];
  const savedAt = new Map<string, number>();
  const client = counted(
    apiClient({ base: new URL(base), token: 'bench', transport: transportOver(connections.api, now) }),
    () => {
      calls += 1;
      if (firstAt === 0) firstAt = performance.now();
    },
  );
  const open = openLinks({
    dispatcher: connections.files,
    ownDomains: [],
    allowedHosts: [],
    allowLoopback: true,
    maxBytes: 1e9,
    atOnce: downloads,
    now,
  });
  const files = fileStore(dir, open, embeds ? { embed: recipeEmbedding('0.0.0') } : {});
  const tally = tallying({ counts: { ...noCounts(), pending: count }, spentUsd: 0, unpriced: 0 });
  const policy = { backoff: defaultBackoff, clock: realClock, dice };
  const never = new AbortController().signal;
  function observe(event: RunEvent): void {
    tally.observe(event);
    if (event.type !== 'advanced') return;
    if (event.state.status === 'submitting') submits += 1;
    if (event.state.status === 'succeeded') lastAt = performance.now();
    if (event.state.status === 'done') savedAt.set(event.state.requestId, event.at);
  }
  try {
    await around(() =>
      runBatch(
        {
          api: client,
          results: (ties) => withRetry(client, { ...policy, observe: ties.observe }),
          files: (ties) => withRepeatedSaves(files, { ...policy, observe: ties.observe }),
          ledger,
          admission: null,
          past: new Map(),
          clock: realClock,
          dice,
          observe,
        },
        {
          ...limits,
          maxSubmissionsPerMinute: null,
          maxDownloads: downloads,
          jobTimeoutMs: 3_600_000,
          outageMs: 2 * 3_600_000,
          backoff: defaultBackoff,
          abandonAfterMs: 1_000,
        },
        { drain: never, leave: never },
      ),
    );
    if (tally.now().counts.done !== count) throw new Error('Not every job was done.');
  } finally {
    await connections.close();
    await ledger.close();
  }
  return { polls: calls - submits, calls, makespanMs: lastAt - firstAt, savedAt };
}

function counted(client: ProviderClient, called: () => void): ProviderClient {
  return {
    submit(job, signal) {
      called();
      return client.submit(job, signal);
    },
    status(request, signal) {
      called();
      return client.status(request, signal);
    },
    result(request, signal) {
      called();
      return client.result(request, signal);
    },
    cancel: client.cancel,
    ping: client.ping,
  };
}
