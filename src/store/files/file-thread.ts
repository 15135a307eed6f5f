// The thread of a `fileWriter`: answers each group of files that it is sent with their outcomes.
import { parentPort } from 'node:worker_threads';
import { type HeldGroup, type HeldOutcome, heldWriter, memoryOf } from './held-files.ts';

export interface GroupAsked extends HeldGroup {
  readonly group: number;
}

export interface GroupTold {
  readonly group: number;
  readonly outcomes: readonly HeldOutcome[];
}

const write = heldWriter();

parentPort?.on('message', async ({ group, files, missing }: GroupAsked) => {
  const outcomes = await write({ files, missing });
  // Freed now, since this thread's garbage collector would come much later.
  for (const memory of memoryOf(files)) memory.transfer(0);
  parentPort?.postMessage({ group, outcomes } satisfies GroupTold);
});
