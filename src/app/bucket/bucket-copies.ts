import { bucketAccess } from '../../bucket/bucket-access.ts';
import { objectAddress } from '../../bucket/bucket-address.ts';
import { bucketCalls } from '../../bucket/bucket-calls.ts';
import { type BucketObjects, bucketObjects } from '../../bucket/bucket-objects.ts';
import { BucketTrouble } from '../../bucket/bucket-trouble.ts';
import { UserError } from '../../core/complaints.ts';
import type { Environment } from '../../core/environment.ts';
import type { SavedFile } from '../../core/job/job.ts';
import { openConnections } from '../../http/connections.ts';
import { proxiesOf } from '../../http/proxies.ts';
import { transferOver } from '../../http/transfer.ts';
import { restoreFile } from '../../store/files/restored-files.ts';
import { realClock } from '../real-clock.ts';

/** The files of a run that are in a bucket. Methods throw `UserError` (`output`) where it cannot be read. */
export interface BucketCopies {
  /** What the bucket has of a file: by its hash. null: it was never put into one. */
  compare(file: SavedFile, signal: AbortSignal): Promise<'same' | 'other' | 'missing' | null>;
  /** Writes a file into the run folder again. false: no bucket can be read that has it as it was. */
  restore(dir: string, file: SavedFile, signal: AbortSignal): Promise<boolean>;
  close(): Promise<void>;
}

/** Reads files where `object` says that they are, each bucket with the credentials that the environment has for it. */
export function openCopies(env: Environment, atOnce = 8): BucketCopies {
  const connections = openConnections({ api: atOnce, files: 1 }, proxiesOf(env));
  const transfer = transferOver(connections.api);
  const opened = new Map<string, Promise<BucketObjects>>();

  async function open(bucket: string): Promise<BucketObjects> {
    const call = await bucketCalls(bucketAccess(env, bucket), bucket, { transfer, now: realClock.now });
    return bucketObjects(call, true);
  }

  function opening(bucket: string): Promise<BucketObjects> {
    const objects = opened.get(bucket) ?? open(bucket);
    opened.set(bucket, objects);
    return objects;
  }

  /** Why a bucket cannot be opened, such as that there are no credentials; null: it can. */
  function unopened(bucket: string): Promise<unknown> {
    return opening(bucket).then(
      () => null,
      (error: unknown) => error,
    );
  }

  async function asked<T>(
    file: SavedFile,
    ask: (objects: BucketObjects, key: string) => Promise<T>,
  ): Promise<T | null> {
    const at = file.object === undefined ? null : objectAddress(file.object);
    if (at === null) return null;
    const { bucket, key } = at;
    try {
      return await ask(await opening(bucket), key);
    } catch (error) {
      if (!(error instanceof BucketTrouble)) throw error;
      throw new UserError(
        'output',
        `${file.object} cannot be read: ${error.message}.`,
        'Check the AWS_ variables and the rights of the credentials, then run the same command again.',
        error,
      );
    }
  }

  return {
    compare: (file, signal) => asked(file, (objects, key) => objects.compare({ ...file, key }, signal)),
    async restore(dir, file, signal) {
      const at = file.object === undefined ? null : objectAddress(file.object);
      if (at === null) return false;
      try {
        const answer = await (await opening(at.bucket)).get(at.key, signal);
        return answer !== null && (await restoreFile(dir, file, answer.chunks));
      } catch (error) {
        if (error instanceof BucketTrouble || error === (await unopened(at.bucket))) return false;
        throw error;
      }
    },
    close: () => connections.close(),
  };
}
