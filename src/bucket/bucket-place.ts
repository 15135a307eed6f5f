import { sentences } from '../core/job/failure-sentences.ts';
import { failure, JobFailure } from '../core/job/failures.ts';
import type { JobId, RequestId, SavedFile } from '../core/job/job.ts';
import { type Backoff, backoffMs, obeyedMs, retryAfterMs } from '../core/pacing/pace.ts';
import type { Clock, Collected, Dice, FilePlace, Observer } from '../core/ports.ts';
import { semaphore } from '../http/links/semaphore.ts';
import { awayNews } from './away-news.ts';
import { type BucketObjects, ObjectTaken } from './bucket-objects.ts';
import { BucketTrouble } from './bucket-trouble.ts';
import { type ByteSource, SourceChanged } from './hashed-body.ts';
import { type PlaceAddress, placeKey, placeText } from './place-address.ts';

/** Files that are on disk and still to be put, kept so that the next process knows of them. */
interface UnputFiles {
  of(job: JobId, requestId: RequestId): Collected | null;
  keep(job: JobId, requestId: RequestId, collected: Collected): void;
  forget(job: JobId): void;
}

interface PlacePorts {
  readonly objects: BucketObjects;
  readonly address: PlaceAddress;
  readonly unput: UnputFiles;
  /** What the ledger has of a request whose files were there before; null: nothing, or they were put nowhere. */
  readonly recorded: (job: JobId, requestId: RequestId) => Collected | null;
  /** Writes a file into the run folder again; false: these are not its bytes. */
  readonly restore: (file: SavedFile, chunks: ByteSource) => Promise<boolean>;
  /** The bytes of a file in the run folder. */
  readonly open: (path: string) => ByteSource;
  /** Whether a file is on disk as it was saved, by its hash. */
  readonly isWhole: (file: SavedFile) => Promise<boolean>;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly observe: Observer;
  readonly backoff: Backoff;
  /** How long a bucket that does not answer at all is waited for. */
  readonly patienceMs: number;
  /** Files under way at once. */
  readonly atOnce: number;
}

/** The same of a single file of a job, which is not remembered. */
type PutFile = (job: JobId, file: SavedFile, signal: AbortSignal) => Promise<SavedFile>;

/** A bucket, or a folder that machines share, as the place of a run's files. */
export function bucketPlace(ports: PlacePorts): FilePlace & { readonly putFile: PutFile } {
  const { objects, address, unput, clock } = ports;
  const enter = semaphore(ports.atOnce);
  const away = awayNews(ports, placeText(address));

  async function waiting(job: JobId, requestId: RequestId, signal: AbortSignal): Promise<Collected | null> {
    const kept = unput.of(job, requestId) ?? ports.recorded(job, requestId);
    if (kept === null) return null;
    for (const file of kept.files) {
      if (!(await ports.isWhole(file)) && !(await isRestored(file, signal))) return null;
    }
    return kept;
  }

  /** The bucket may have what is missing from the run folder; else the API may. */
  async function isRestored(file: SavedFile, signal: AbortSignal): Promise<boolean> {
    if (!isHere(file)) return false;
    const leave = await enter(signal);
    try {
      const answer = await objects.get(placeKey(address, file.path), signal);
      return answer !== null && (await ports.restore(file, answer.chunks));
    } catch (error) {
      if (error instanceof BucketTrouble) return false;
      throw error;
    } finally {
      leave();
    }
  }

  /** Whether it was put here before. */
  const isHere = ({ object, path }: SavedFile): boolean => object === placeText(address, path);

  async function put(
    job: JobId,
    requestId: RequestId,
    collected: Collected,
    signal: AbortSignal,
  ): Promise<readonly SavedFile[]> {
    unput.keep(job, requestId, collected);
    // All are waited for, so that none is under way when the job is reported.
    const outcomes = await Promise.allSettled(collected.files.map((file) => putFile(job, file, signal)));
    return outcomes.map((outcome) => {
      if (outcome.status === 'fulfilled') return outcome.value;
      throw outcome.reason;
    });
  }

  async function putFile(job: JobId, file: SavedFile, signal: AbortSignal): Promise<SavedFile> {
    const begun = clock.now();
    for (let n = 1; ; n += 1) {
      const trouble = await tried(job, file, signal);
      if (trouble === null) return { ...file, object: placeText(address, file.path) };
      const told = away.told(trouble, { n, begun });
      const askedMs = retryAfterMs(trouble.retryAfter, clock.now());
      const delayMs = backoffMs(n, ports.backoff, obeyedMs(askedMs), ports.dice());
      ports.observe({ type: 'repeating', call: 'upload', job, failure: told, askedMs, delayMs });
      await clock.sleep(delayMs, signal);
    }
  }

  /** null: it is there. */
  async function tried(job: JobId, file: SavedFile, signal: AbortSignal): Promise<BucketTrouble | null> {
    const { path, bytes, sha256, mime } = file;
    const leave = await enter(signal);
    try {
      const object = { key: placeKey(address, path), bytes, sha256, mime, open: () => ports.open(path) };
      const isThere = isHere(file) && (await objects.compare(object, signal)) === 'same';
      if (!isThere) await objects.put(object, signal);
      away.answered();
      return null;
    } catch (error) {
      if (error instanceof SourceChanged) unput.forget(job);
      if (error instanceof BucketTrouble && error.isTransient) return error;
      throw permanent(error, placeText(address, path));
    } finally {
      leave();
    }
  }

  return { waiting, put, putFile };
}

/** What another try cannot help, as the failure of its job; anything else as it is. */
function permanent(error: unknown, at: string): unknown {
  if (error instanceof ObjectTaken) {
    const sentence = `${sentences.not_put}: ${at} is another file, which stays.`;
    return new JobFailure(failure('not_put', sentence), { cause: error });
  }
  if (error instanceof SourceChanged) {
    const sentence = `${sentences.not_put}: the file of ${at} was changed or removed here before it was put there.`;
    return new JobFailure(failure('not_put', sentence), { helpedBy: 'another_link', cause: error });
  }
  if (!(error instanceof BucketTrouble)) return error;
  const { http, code, message } = error;
  const sentence = `${sentences.bucket_refused}: ${at}: ${message}.`;
  return new JobFailure(failure('bucket_refused', sentence, { http, code }), { cause: error });
}
