import { bucketAccess } from '../../bucket/bucket-access.ts';
import { objectAddress } from '../../bucket/bucket-address.ts';
import { bucketCalls } from '../../bucket/bucket-calls.ts';
import { type BucketObjects, bucketObjects } from '../../bucket/bucket-objects.ts';
import { BucketTrouble } from '../../bucket/bucket-trouble.ts';
import { mountOf } from '../../bucket/mount/mount-address.ts';
import { mountObjects } from '../../bucket/mount/mount-objects.ts';
import { UserError } from '../../core/complaints.ts';
import type { Environment } from '../../core/environment.ts';
import type { SavedFile } from '../../core/job/job.ts';
import { openConnections } from '../../http/connections.ts';
import { proxiesOf } from '../../http/proxies.ts';
import { transferOver } from '../../http/transfer.ts';
import { restoreFile } from '../../store/files/restored-files.ts';
import { realClock } from '../real-clock.ts';

/** The files of a run that are in a bucket, or on a mount. Methods throw `UserError` (`output`) where it cannot be read. */
export interface BucketCopies {
  /** What is there of a file: by its hash. null: it was never put anywhere. */
  compare(file: SavedFile, signal: AbortSignal): Promise<'same' | 'other' | 'missing' | null>;
  /** Writes a file into the run folder again. false: no place can be read that has it as it was. */
  restore(dir: string, file: SavedFile, signal: AbortSignal): Promise<boolean>;
  close(): Promise<void>;
}

interface Copy {
  /** Its bucket, or its folder. */
  readonly place: string;
  readonly key: string;
  reach(): Promise<BucketObjects>;
}

const bucketHint =
  'Check the AWS_ variables and the rights of the credentials, then run the same command again.';
const mountHint = 'Check that it is mounted here, and your rights there, then run the same command again.';

/** Reads files where `object` says that they are, each bucket with the credentials that the environment has for it. */
export function openCopies(env: Environment, atOnce = 8): BucketCopies {
  const connections = openConnections({ api: atOnce, files: 1 }, proxiesOf(env));
  const transfer = transferOver(connections.api);
  const opened = new Map<string, Promise<BucketObjects>>();

  async function open(bucket: string): Promise<BucketObjects> {
    const call = await bucketCalls(bucketAccess(env, bucket), bucket, { transfer, now: realClock.now });
    return bucketObjects(call, true);
  }

  function opening({ place, reach }: Copy): Promise<BucketObjects> {
    const objects = opened.get(place) ?? reach();
    opened.set(place, objects);
    return objects;
  }

  /** Where a file was put; null: nowhere. */
  function copyOf({ object, path }: SavedFile): Copy | null {
    if (object === undefined) return null;
    const at = objectAddress(object);
    if (at !== null) return { place: `s3:${at.bucket}`, key: at.key, reach: () => open(at.bucket) };
    const mount = mountOf(object, path);
    if (mount === null) return null;
    return { place: mount.folder, key: path, reach: async () => mountObjects(mount.folder, null) };
  }

  /** Why a place cannot be opened, such as that there are no credentials; null: it can. */
  function unopened(copy: Copy): Promise<unknown> {
    return opening(copy).then(
      () => null,
      (error: unknown) => error,
    );
  }

  return {
    async compare(file, signal) {
      const copy = copyOf(file);
      if (copy === null) return null;
      try {
        return await (await opening(copy)).compare({ ...file, key: copy.key }, signal);
      } catch (error) {
        if (!(error instanceof BucketTrouble)) throw error;
        const sentence = `${file.object} cannot be read: ${error.message}.`;
        const isMount = file.object?.startsWith('file:') === true;
        throw new UserError('output', sentence, isMount ? mountHint : bucketHint, error);
      }
    },
    async restore(dir, file, signal) {
      const copy = copyOf(file);
      if (copy === null) return false;
      try {
        const answer = await (await opening(copy)).get(copy.key, signal);
        return answer !== null && (await restoreFile(dir, file, answer.chunks));
      } catch (error) {
        if (error instanceof BucketTrouble || error === (await unopened(copy))) return false;
        throw error;
      }
    },
    close: () => connections.close(),
  };
}
