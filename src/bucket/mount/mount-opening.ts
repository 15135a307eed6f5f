import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../../core/complaints.ts';
import { type BucketObjects, ObjectTaken } from '../bucket-objects.ts';
import { otherRun, type RetryPorts, retrying } from '../bucket-opening.ts';
import { BucketTrouble } from '../bucket-trouble.ts';
import { type MountAddress, mountText } from './mount-address.ts';
import { codeOf, type MountCall, mountCalls, mountTrouble } from './mount-calls.ts';
import { kindOf, makePrivate } from './mount-files.ts';
import { mountMark, mountObjects, once, unmounted } from './mount-objects.ts';

interface MountUse {
  /** Tells the run from every other one. */
  readonly owner: string;
  /** Tells the run folder of this machine from those of others. */
  readonly writer: string;
  /** Files of the run were put there before: then its mark must be there. */
  readonly wasUsed: boolean;
}

const hint =
  'Check --files, that it is mounted here, and your rights there, then run the same command again. If it was emptied on purpose, run it once with --files none.';

/** The same as `openBucket`, of a folder. Throws `UserError` (`output`). */
export async function openMount(
  address: MountAddress,
  use: MountUse,
  ports: RetryPorts,
  signal: AbortSignal,
): Promise<BucketObjects> {
  return retrying({ at: mountText(address), hint }, () => opened(address, use, signal), ports, signal);
}

async function opened({ folder }: MountAddress, { owner, writer, wasUsed }: MountUse, signal: AbortSignal) {
  const body = `${JSON.stringify({ run: owner })}\n`;
  const objects = mountObjects(folder, body, writer);
  try {
    await makeReady(mountCalls(), folder, wasUsed);
    if ((await objects.mark(signal)) === null) {
      if (wasUsed) throw unmounted();
      await putMark(objects, body, signal);
    }
    // Somebody else may just have been faster.
    if ((await objects.mark(signal)) !== body) throw otherRun(mountText({ folder }), '/mnt/results/{run}');
    await objects.tryOut(signal);
    return objects;
  } catch (error) {
    throw mountTrouble(error);
  }
}

/** Sees to it that the folder is there. Those above it are the user's: without them the disk is not mounted. */
async function makeReady(call: MountCall, folder: string, wasUsed: boolean): Promise<void> {
  const above = dirname(folder);
  try {
    await call(() => stat(above));
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    throw new BucketTrouble(`the folder ${above} is not there; is it mounted?`, { isTransient: wasUsed });
  }
  for (let at = folder; ; at = dirname(at)) {
    if ((await kindOf(call, join(at, 'manifest.db')).catch(() => 'missing')) !== 'missing') {
      throw new BucketTrouble('it lies in a run folder', {});
    }
    if (at === dirname(at)) break;
  }
  const kind = await kindOf(call, folder);
  if (kind === 'missing') {
    if (wasUsed) throw unmounted();
    await makePrivate(call, folder, above);
  } else if (kind !== 'folder') {
    throw new BucketTrouble('it is no folder; if it is a link, name the folder that it leads to', {});
  }
}

async function putMark(
  objects: ReturnType<typeof mountObjects>,
  body: string,
  signal: AbortSignal,
): Promise<void> {
  const bytes = Buffer.from(body);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  try {
    const told = { bytes: bytes.length, sha256, mime: 'application/json', open: () => once(bytes) };
    const mark = { key: mountMark, ...told };
    await objects.putFirst(mark, signal);
  } catch (error) {
    if (!(error instanceof ObjectTaken)) throw error;
    if ((await objects.mark(signal)) === null) {
      throw new UserError('output', `${mountMark} is in the way and no plain file.`, hint, error);
    }
  }
}
