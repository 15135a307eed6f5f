import { dirname, extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { GroupAsked, GroupTold } from './file-thread.ts';
import { type HeldFile, type HeldHashes, memoryOf, type WriteFault } from './held-files.ts';

interface Waiting {
  readonly file: HeldFile;
  readonly end: PromiseWithResolvers<HeldHashes>;
}

/**
 * Asked for each group, just before it is written: whether the folder of a path is there, asked once for each folder.
 * Both throw the reason why nothing may be written.
 */
type Survey = () => (path: string) => boolean;

// While the disk makes one durable the other one is being written.
const groupsAtOnce = 2;

/**
 * Writes files as `heldWriter` does, in a thread of its own, so that nothing else waits for the disk. Files that
 * arrive while others are written form the next group. The memory of their pieces is transferred, so it must hold
 * nothing else. Resolves with its hashes; rejects with what `survey` threw, or with what the
 * system said, with its `code`. `reuse` gets memory that came back.
 */
export function fileWriter(
  survey: Survey,
  reuse: (memory: ArrayBuffer) => void,
): (file: HeldFile) => Promise<HeldHashes> {
  const underWay = new Map<number, readonly Waiting[]>();
  let thread: Worker | null = null;
  let waiting: Waiting[] = [];
  let isDue = false;
  let count = 0;

  function start(): Worker {
    const started = new Worker(new URL(`file-thread${extname(import.meta.url)}`, import.meta.url), {
      name: 'files',
      env: {},
      execArgv: [],
    });
    started.on('message', settle);
    started.on('error', (error) => hasEnded(started, error));
    started.on('exit', () => hasEnded(started, new Error('The thread that writes files has ended.')));
    return started;
  }

  function send(): void {
    isDue = false;
    if (underWay.size >= groupsAtOnce || waiting.length === 0) return;
    const { members, missing } = admitted(waiting);
    waiting = [];
    if (members.length === 0) return;
    const group = count;
    count += 1;
    underWay.set(group, members);
    thread ??= start();
    // It keeps the process alive only while it has work.
    thread.ref();
    const files = members.map(({ file }) => file);
    thread.postMessage({ group, files, missing } satisfies GroupAsked, memoryOf(files));
  }

  /** Those that may be written, and the folders that have to be made for them. */
  function admitted(all: readonly Waiting[]): { members: readonly Waiting[]; missing: readonly string[] } {
    const there = new Map<string, boolean>();
    let hasFolder: ReturnType<Survey> | null = null;
    const members = all.filter(({ file: { path }, end }) => {
      const folder = dirname(path);
      try {
        hasFolder ??= survey();
        if (!there.has(folder)) there.set(folder, hasFolder(path));
        return true;
      } catch (error) {
        end.reject(error);
        return false;
      }
    });
    return { members, missing: [...there].filter(([, isThere]) => !isThere).map(([folder]) => folder) };
  }

  function settle({ group, outcomes, memory }: GroupTold): void {
    for (const each of memory) reuse(each);
    const members = underWay.get(group) ?? [];
    underWay.delete(group);
    if (underWay.size === 0) thread?.unref();
    send();
    for (const [n, { end }] of members.entries()) {
      const outcome = outcomes[n];
      if (outcome === undefined) end.reject(new Error('The thread that writes files said nothing of one.'));
      else if ('fault' in outcome) end.reject(asError(outcome.fault));
      else end.resolve(outcome);
    }
  }

  function hasEnded(ended: Worker, error: unknown): void {
    if (ended !== thread) return;
    const lost = [...underWay.values(), waiting].flat();
    underWay.clear();
    waiting = [];
    thread = null;
    for (const { end } of lost) end.reject(error);
  }

  return (file) => {
    const end = Promise.withResolvers<HeldHashes>();
    waiting.push({ file, end });
    // Files of one turn of the event loop form one group, too.
    if (!isDue) setImmediate(send);
    isDue = true;
    return end.promise;
  };
}

function asError({ message, code }: WriteFault): Error {
  return Object.assign(new Error(message), code === null ? {} : { code });
}
