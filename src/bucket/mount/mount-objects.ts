import { join } from 'node:path';
import { semaphore } from '../../http/links/semaphore.ts';
import { type BucketObjects, ObjectTaken, type PutObject } from '../bucket-objects.ts';
import { BucketTrouble } from '../bucket-trouble.ts';
import { hashedBody } from '../hashed-body.ts';
import { mountCalls, mountTrouble } from './mount-calls.ts';
import { bytesOf, compareAt, isNamed, kindOf, removed, wayTo, writeFresh } from './mount-files.ts';

/** The file that says whose files these are. */
export const mountMark = '.rcb-run';
const maxMarkBytes = 1_000;
// Other files of this process share its four threads for them.
const atOnce = 2;

interface MountedObjects extends BucketObjects {
  /** null: there is none. */
  mark(signal: AbortSignal): Promise<string | null>;
  /** The same as `put`, whatever mark is there. */
  putFirst(object: PutObject, signal: AbortSignal): Promise<void>;
  /** Throws `BucketTrouble` where nothing can be written, or not be removed again. */
  tryOut(signal: AbortSignal): Promise<void>;
}

/**
 * The files below a folder, which lies on a disk that can go away: without its mark it is not there. `mark`: that of
 * the run; null: any. `writer` tells apart who puts a file of the same name.
 */
export function mountObjects(root: string, mark: string | null, writer = ''): MountedObjects {
  const call = mountCalls();
  const enter = semaphore(atOnce);

  async function inside<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const leave = await enter(signal);
    try {
      return await work();
    } catch (error) {
      throw mountTrouble(error);
    } finally {
      leave();
    }
  }

  async function readMark(signal: AbortSignal): Promise<string | null> {
    const path = join(root, mountMark);
    if ((await kindOf(call, path)) !== 'file') return null;
    return textOf(bytesOf(call, path, signal), maxMarkBytes);
  }

  async function guard(signal: AbortSignal): Promise<void> {
    const found = await readMark(signal);
    if (found === null) throw unmounted();
    if (mark !== null && found !== mark) throw new BucketTrouble('it holds the files of another run', {});
  }

  async function putInside(object: PutObject, signal: AbortSignal): Promise<void> {
    const path = (await wayTo(call, root, object.key, true)) as string;
    const part = `${path}.${writer}.part`;
    const before = await compareAt(call, path, object, signal);
    if (before === 'other') throw new ObjectTaken();
    if (before === 'same') return removed(call, part);
    try {
      await writeFresh(call, part, hashedBody(object).body, signal);
      if ((await compareAt(call, part, object, signal)) !== 'same') {
        throw new BucketTrouble('what was read back is not what was written', { isTransient: true });
      }
      if (await isNamed(call, part, path)) return;
      if ((await compareAt(call, path, object, signal)) !== 'same') throw new ObjectTaken();
    } finally {
      await removed(call, part).catch(() => {});
    }
  }

  return {
    mark: (signal) => inside(signal, () => readMark(signal)),
    putFirst: (object, signal) => inside(signal, () => putInside(object, signal)),
    tryOut: (signal) =>
      inside(signal, async () => {
        const part = join(root, `${mountMark}.${writer}.part`);
        await writeFresh(call, part, once(Buffer.from('\n')), signal);
        await removed(call, part);
      }),
    put: (object, signal) =>
      inside(signal, async () => {
        await guard(signal);
        await putInside(object, signal);
        // It may have gone away meanwhile, and left a folder of this machine in its place.
        await guard(signal);
        const path = await wayTo(call, root, object.key, false);
        if (path === null || (await kindOf(call, path)) !== 'file') throw unmounted();
      }),
    compare: (object, signal) =>
      inside(signal, async () => {
        await guard(signal);
        const path = await wayTo(call, root, object.key, false);
        return path === null ? 'missing' : compareAt(call, path, object, signal);
      }),
    get: (key, signal) =>
      inside(signal, async () => {
        await guard(signal);
        const path = await wayTo(call, root, key, false);
        if (path === null || (await kindOf(call, path)) !== 'file') return null;
        const chunks = told(bytesOf(call, path, signal));
        return { chunks, text: (maxBytes) => textOf(chunks, maxBytes) };
      }),
  };
}

export function unmounted(): BucketTrouble {
  return new BucketTrouble(`it is not mounted: its file ${mountMark} is missing`, { isTransient: true });
}

/** As the source of a file. */
export async function* once(bytes: Uint8Array) {
  yield bytes;
}

async function* told(chunks: AsyncIterable<Uint8Array>) {
  try {
    yield* chunks;
  } catch (error) {
    throw mountTrouble(error);
  }
}

async function textOf(chunks: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const kept: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    kept.push(chunk);
    bytes += chunk.byteLength;
    if (bytes > maxBytes) break;
  }
  return Buffer.concat(kept).subarray(0, maxBytes).toString();
}
