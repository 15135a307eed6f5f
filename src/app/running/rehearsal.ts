import { join } from 'node:path';
import type { Price } from '../../core/money/prices.ts';
import type { Provider } from '../../core/provider.ts';
import { simulatedPriceUsd } from '../../simulator/simulated-models.ts';
import { makePrivateFolder } from '../../store/files/durable-folders.ts';
import { ownFile } from '../../store/files/plain-files.ts';
import type { Access } from '../access/endpoint.ts';

/** What an output of the built-in model costs in a rehearsal. Known without starting one, so that a plan writes nothing. */
export const rehearsalPrice: Price = { usd: simulatedPriceUsd, unit: 'output' };

export interface Rehearsal {
  readonly access: Access;
  close(): Promise<void>;
}

/**
 * The built-in simulator, for one run with a provider, each of which it imitates. It keeps a journal in the run folder, so that a rehearsal that was broken off
 * is taken up again like the real thing; without a folder it remembers nothing.
 */
export async function startRehearsal(provider: Provider, dir: string | null): Promise<Rehearsal> {
  const { startSimulator } = await import('../../simulator/simulator.ts');
  const journal = dir === null ? null : join(dir, 'simulator.jsonl');
  if (dir !== null) makePrivateFolder(dir);
  if (journal !== null) ownFile(journal);
  const simulator = await startSimulator({ journal, priceUsd: simulatedPriceUsd });
  return {
    access: {
      provider,
      base: new URL(simulator.baseUrl),
      loopback: true,
      token: 'rehearsal',
      secrets: [],
      isRehearsal: true,
      proxies: null,
    },
    close: () => simulator.close(),
  };
}
