import { createReadStream } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { bucketPlace } from '../../bucket/bucket-place.ts';
import { placeAddress, placeText } from '../../bucket/place-address.ts';
import type { JobId, RequestId } from '../../core/job/job.ts';
import type { Collected, FilePlace, Observer } from '../../core/ports.ts';
import type { Ports } from '../../engine/run-ports.ts';
import { checkFile } from '../../store/files/file-check.ts';
import { restoreFile } from '../../store/files/restored-files.ts';
import { unputFiles } from '../../store/folder/unput-files.ts';
import { withReader } from '../../store/ledger/with-reader.ts';
import { isRehearsed, keptPlan } from '../planning/kept-plan.ts';
import { noFilesPlace } from '../policies.ts';
import { realClock } from '../real-clock.ts';
import type { FolderRun } from '../running/folder-run.ts';
import { putEarlier } from './earlier-files.ts';
import { openObjects } from './open-objects.ts';

/** Where the files of a run are put besides its folder. */
export interface OpenPlace {
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
 * Opens the place that a run names, or else the one that its folder keeps, and keeps it there. Puts what was saved
 * before. null: there is none, or nothing to be done with it. Throws `UserError` (`output`) where nothing can be put
 * there, before anything is submitted.
 */
export async function openFilePlace(run: FolderRun, isIdle: boolean): Promise<OpenPlace | null> {
  const { ledger, policy, stopper, observe } = run;
  const { dir } = ledger;
  const { limits } = policy;
  const { kept, owner, rehearsed } = withReader(dir, (reader) => {
    const { address: kept, owner } = reader.filesPlace();
    return { kept, owner, rehearsed: isRehearsed(keptPlan(reader), dir, false) };
  });
  if (rehearsed) return null;
  const given = policy.files ?? kept;
  if (given === null || given === noFilesPlace) {
    if (kept !== null) ledger.keepFilesPlace(null);
    return isIdle ? null : onDiskAlone(run);
  }
  const address = placeAddress(given, basename(resolve(dir)));
  const at = placeText(address);
  const wasUsed = kept === at;
  if (isIdle && wasUsed && ledger.unputOutputs(at, null, 1).length === 0) return null;
  const ports = { clock: realClock, dice: Math.random, backoff: limits.backoff };
  const { objects, secrets, close } = await openObjects(run, address, { owner, wasUsed }, ports);
  try {
    ledger.keepFilesPlace(at);
    // Somebody else may have made the folder.
    if (policy.files === null) {
      const message = `Files are also put into ${at}, which the run keeps; --files none ends that.`;
      observe({ type: 'warned', job: null, message });
    }
    const unput = unputOf(run);
    const placed = (hears: Observer) =>
      bucketPlace({
        ...{ objects, address, unput, observe: hears, ...ports },
        open: (path) => createReadStream(join(dir, path), { highWaterMark: chunkBytes }),
        recorded: (job, requestId) => recordedIn(dir, job, requestId),
        restore: (file, chunks) => restoreFile(dir, file, chunks),
        isWhole: isWholeIn(dir),
        patienceMs: limits.outageMs,
        atOnce: limits.maxDownloads,
      });
    const { putFile } = placed(observe);
    await putEarlier({ ledger, address: at, putFile, observe, drain: stopper.stop.drain });
    return {
      place: (wrapping) => placed(wrapping.observe),
      secrets,
      observe: forgetting(unput),
      async close() {
        unput.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type Unput = ReturnType<typeof unputFiles>;

function unputOf({ ledger }: FolderRun): Unput {
  return unputFiles(ledger.dir, new Set(ledger.held(['succeeded']).map(({ job }) => job.id)));
}

const isWholeIn =
  (dir: string) =>
  async (file: Parameters<typeof checkFile>[1]): Promise<boolean> =>
    (await checkFile(dir, file, true)) === 'whole';

/** What was to be put and no longer is has been collected all the same. */
function onDiskAlone(run: FolderRun): OpenPlace {
  const unput = unputOf(run);
  const isWhole = isWholeIn(run.ledger.dir);
  const place: FilePlace = {
    async waiting(job, requestId) {
      const kept = unput.of(job, requestId);
      for (const file of kept?.files ?? []) if (!(await isWhole(file))) return null;
      return kept;
    },
    put: async (_job, _requestId, { files }) => files,
  };
  return {
    place: () => place,
    secrets: [],
    observe: forgetting(unput),
    close: async () => unput.close(),
  };
}

/** A job that is done has nothing to be remembered any more. */
const forgetting =
  (unput: Unput): Observer =>
  (event) => {
    if (event.type === 'advanced' && event.state.status !== 'succeeded') unput.forget(event.job.id);
  };

/** null: its files were put nowhere. */
function recordedIn(dir: string, job: JobId, requestId: RequestId): Collected | null {
  const [line] = withReader(dir, (reader) => reader.find(job));
  if (line?.request_id !== requestId || !line.outputs.some(({ object }) => object !== undefined)) return null;
  const costUsd = line.cost_estimated === true ? null : line.cost;
  return { files: line.outputs, costUsd, notes: line.notes };
}
