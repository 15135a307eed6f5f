import { createReadStream } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { bucketAccess } from '../../bucket/bucket-access.ts';
import { addressText, bucketAddress } from '../../bucket/bucket-address.ts';
import { bucketCalls } from '../../bucket/bucket-calls.ts';
import { openBucket } from '../../bucket/bucket-opening.ts';
import { bucketPlace } from '../../bucket/bucket-place.ts';
import type { JobId, RequestId } from '../../core/job/job.ts';
import type { Collected, Observer, RunEvent } from '../../core/ports.ts';
import type { Ports } from '../../engine/run-ports.ts';
import { openConnections } from '../../http/connections.ts';
import { transferOver } from '../../http/transfer.ts';
import { checkFile } from '../../store/files/file-check.ts';
import { restoreFile } from '../../store/files/restored-files.ts';
import { unputFiles } from '../../store/folder/unput-files.ts';
import { withReader } from '../../store/ledger/with-reader.ts';
import { isRehearsed, keptPlan } from '../planning/kept-plan.ts';
import { noFilesPlace } from '../policies.ts';
import { realClock } from '../real-clock.ts';
import type { FolderRun } from '../running/folder-run.ts';

/** Where the files of a run are put besides its folder. */
export interface OpenPlace {
  /** For people, such as `s3://bucket/cats`. */
  readonly address: string;
  readonly place: NonNullable<Ports['place']>;
  /** Must not be told to anybody. */
  readonly secrets: readonly string[];
  /** Hears of everything that happens in the run. */
  readonly observe: Observer;
  close(): Promise<void>;
}

// Few system calls for a file, little memory for each.
const chunkBytes = 262_144;

/**
 * Opens the place that a run names, or else the one that its folder keeps, and keeps it there. null: there is none.
 * Throws `UserError` (`output`) where nothing can be put there, before anything is submitted.
 */
export async function openFilePlace(run: FolderRun): Promise<OpenPlace | null> {
  const { ledger, policy, stopper } = run;
  const { dir } = ledger;
  const { kept, owner, rehearsed } = withReader(dir, (reader) => ({
    kept: reader.filesPlace(),
    owner: reader.folderKey(),
    rehearsed: isRehearsed(keptPlan(reader), dir, false),
  }));
  const given = policy.files ?? kept;
  if (rehearsed) return null;
  if (given === null || given === noFilesPlace) {
    if (kept !== null) ledger.keepFilesPlace(null);
    return null;
  }
  const address = bucketAddress(given, basename(resolve(dir)));
  const access = bucketAccess(run.accessRequest.env, address.bucket);
  const { limits } = policy;
  const connections = openConnections({ api: limits.maxDownloads, files: 1 }, run.access.proxies);
  const transfer = transferOver(connections.api);
  const ports = { clock: realClock, dice: Math.random, backoff: limits.backoff };
  try {
    const call = await bucketCalls(access, address.bucket, { transfer, now: realClock.now });
    const objects = await openBucket(address, owner, { call, ...ports }, stopper.stop.leave);
    ledger.keepFilesPlace(addressText(address));
    const open = ledger.held(['succeeded']).map(({ job }) => job.id);
    const unput = unputFiles(dir, new Set(open));
    return {
      address: addressText(address),
      place: ({ observe }) =>
        bucketPlace({
          ...{ objects, address, unput, observe, ...ports },
          open: (path) => createReadStream(join(dir, path), { highWaterMark: chunkBytes }),
          recorded: (job, requestId) => recordedIn(dir, job, requestId),
          restore: (file, chunks) => restoreFile(dir, file, chunks),
          isWhole: async (file) => (await checkFile(dir, file, true)) === 'whole',
          patienceMs: limits.outageMs,
          atOnce: limits.maxDownloads,
        }),
      secrets: Object.values(access.credentials).filter((each) => each !== null),
      observe(event: RunEvent) {
        if (event.type === 'advanced' && event.state.status !== 'succeeded') unput.forget(event.job.id);
      },
      async close() {
        unput.close();
        await connections.close();
      },
    };
  } catch (error) {
    await connections.close();
    throw error;
  }
}

/** null: its files were put nowhere. */
function recordedIn(dir: string, job: JobId, requestId: RequestId): Collected | null {
  const [line] = withReader(dir, (reader) => reader.find(job));
  if (line?.request_id !== requestId || !line.outputs.some(({ object }) => object !== undefined)) return null;
  const costUsd = line.cost_estimated === true ? null : line.cost;
  return { files: line.outputs, costUsd, notes: line.notes };
}
