// The thread of a `fileWriter`: answers each group of files that it is sent with their outcomes.
import { parentPort } from 'node:worker_threads';
import { type HeldFile, type HeldOutcome, memoryOf, writeHeld } from './held-files.ts';

export interface GroupAsked {
  readonly group: number;
  readonly files: readonly HeldFile[];
}

export interface GroupTold {
  readonly group: number;
  readonly outcomes: readonly HeldOutcome[];
}

parentPort?.on('message', async ({ group, files }: GroupAsked) => {
  const outcomes = await writeHeld(files);
  // Freed now, since this thread's garbage collector would come much later.
  for (const memory of memoryOf(files)) memory.transfer(0);
  parentPort?.postMessage({ group, outcomes } satisfies GroupTold);
});
