import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { JobFailure } from '../../core/job/failures.ts';
import type { JobId, SavedFile } from '../../core/job/job.ts';
import { maxRetryAfterMs } from '../../core/pacing/pace.ts';
import type { FileStore } from '../../core/ports.ts';
import type { ProviderClient } from '../../core/provider.ts';
import { collector } from '../../engine/collect.ts';
import { maxSockets } from '../../engine/lanes.ts';
import { openConnections } from '../../http/connections.ts';
import { transportOver } from '../../http/exchange.ts';
import { withRepeatedSaves, withRetry } from '../../http/retry.ts';
import { recipeEmbedding } from '../../media/recipe/embedding.ts';
import { fileStore } from '../../store/files/run-files.ts';
import type { AbsentJob } from '../../store/mirror/absent-jobs.ts';
import { type Access, tokenOf } from '../access/endpoint.ts';
import type { RunPolicy } from '../policies.ts';
import { realClock } from '../real-clock.ts';
import { resultLinks } from '../running/result-links.ts';
import { version } from '../version.ts';

/**
 * What became of a job whose result was read again. `recipes`: the same results, but another version of this program
 * writes their recipes otherwise, so that the files differ from those that were saved. `other`: they are not the same.
 */
type ReadAgain = 'same' | 'recipes' | 'other';

export interface ResultReader {
  /** Throws `JobFailure` for what the server no longer has, or cannot give now. */
  read(absent: AbsentJob, expired: ReadonlySet<JobId>): Promise<ReadAgain>;
  close(): Promise<void>;
}

interface Reading {
  readonly dir: string;
  readonly access: Access;
  readonly policy: RunPolicy;
  readonly leave: AbortSignal;
  /** By runner: the version of the program that it had; left out: this one. */
  readonly versions: ReadonlyMap<string, string>;
}

/** Reads results again by the ids of their requests, which costs nothing, and saves their files as they were. */
export async function openResults({ dir, access, policy, leave, versions }: Reading): Promise<ResultReader> {
  const { limits } = policy;
  const { base, provider } = access;
  const { now } = realClock;
  const connections = openConnections(maxSockets(limits), access.proxies);
  const client = await provider.open({ base, token: tokenOf(access) }, transportOver(connections.api, now));
  const links = resultLinks(connections, access, policy);
  const repeating = {
    backoff: limits.backoff,
    clock: realClock,
    dice: Math.random,
    maxWaitMs: Math.min(maxRetryAfterMs, limits.jobTimeoutMs),
    observe: () => undefined,
  };
  const results: Pick<ProviderClient, 'result'> = withRetry(client, repeating);
  const stores = new Map<string, FileStore>();

  /** Whether a recipe is written into the files decides their bytes, and so does the version that writes it. */
  function storeFor({ files, runner }: AbsentJob): FileStore {
    const isPlain = files.every(({ original_sha256: original }) => original === null);
    const by = isPlain ? '' : ((runner === null ? undefined : versions.get(runner)) ?? version());
    const known = stores.get(by);
    if (known !== undefined) return known;
    const plain = fileStore(dir, links, isPlain ? {} : { embed: recipeEmbedding(by) });
    const store = withRepeatedSaves(plain, repeating);
    stores.set(by, store);
    return store;
  }

  return {
    async read(absent, expired) {
      const { job, requestId, files } = absent;
      const ports = {
        ...{ api: client, results, files: storeFor(absent), clock: realClock, leave, expired },
        transfers: <T>(transfer: () => Promise<T>) => transfer(),
      };
      const event = await collector(ports)(job, {
        ...{ type: 'collect', stage: 'collect', requestId, outputs: null, costUsd: 0, savedBefore: true },
        ...('ref' in absent ? { ref: absent.ref } : {}),
      });
      if (event.type !== 'saved') throw new Error(`Collecting job ${job.id} gave ${event.type}.`);
      return judged(dir, files, event.files);
    },
    close: () => connections.close(),
  };
}

/** Removes what is not what was saved, so that nobody takes it for that. */
function judged(dir: string, files: readonly SavedFile[], saved: readonly SavedFile[]): ReadAgain {
  const verdicts = files.map((file): ReadAgain => {
    const found = saved.find(({ path }) => path === file.path);
    if (found?.sha256 === file.sha256) return 'same';
    const as = ({ original_sha256: original, sha256 }: SavedFile): string => original ?? sha256;
    return found !== undefined && as(found) === as(file) ? 'recipes' : 'other';
  });
  const others = files.filter((_, at) => verdicts[at] === 'other');
  for (const { path } of others) rmSync(join(dir, path), { force: true });
  if (others.length > 0) return 'other';
  return verdicts.includes('recipes') ? 'recipes' : 'same';
}

/** Whether a server no longer has the files, however often it is asked. */
export function isGone(error: unknown): error is JobFailure {
  return error instanceof JobFailure && error.failure.kind === 'lost';
}
