import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Access } from './endpoint.ts';

export interface Rehearsal {
  readonly access: Access;
  close(): Promise<void>;
}

/**
 * The built-in simulator, for one run. It keeps a journal in the run folder, so that a rehearsal that was broken off
 * is taken up again like the real thing; without a folder it remembers nothing.
 */
export async function startRehearsal(dir: string | null): Promise<Rehearsal> {
  const { startSimulator } = await import('../simulator/simulator.ts');
  if (dir !== null) mkdirSync(dir, { recursive: true, mode: 0o700 });
  const simulator = await startSimulator({ journal: dir === null ? null : join(dir, 'simulator.jsonl') });
  return {
    access: {
      base: new URL(simulator.baseUrl),
      loopback: true,
      token: 'rehearsal',
      secrets: [],
      proxies: null,
    },
    close: () => simulator.close(),
  };
}
