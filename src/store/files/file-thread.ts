// The thread of a `fileWriter`: answers each group of files that it is sent with their outcomes.
import { parentPort } from 'node:worker_threads';
import { type HeldGroup, type HeldOutcome, heldWriter, memoryOf } from './held-files.ts';
import { minReusedBytes } from './held-memory.ts';

export interface GroupAsked extends HeldGroup {
  readonly group: number;
}

export interface GroupTold {
  readonly group: number;
  readonly outcomes: readonly HeldOutcome[];
  /** What may be used again. */
  readonly memory: readonly ArrayBuffer[];
}

const write = heldWriter();

parentPort?.on('message', async ({ group, files, missing }: GroupAsked) => {
  const outcomes = await write({ files, missing });
  const [used, small] = [[] as ArrayBuffer[], [] as ArrayBuffer[]];
  for (const memory of memoryOf(files)) (memory.byteLength < minReusedBytes ? small : used).push(memory);
  // Freed now, since this thread's garbage collector would come much later.
  for (const memory of small) memory.transfer(0);
  parentPort?.postMessage({ group, outcomes, memory: used } satisfies GroupTold, used);
});
