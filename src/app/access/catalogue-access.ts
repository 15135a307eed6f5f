import type { Model } from '../../core/models.ts';
import type { Catalogue } from '../../core/provider.ts';
import { openConnections } from '../../http/connections.ts';
import { transportOver } from '../../http/exchange.ts';
import { realClock } from '../real-clock.ts';
import type { AccessRequest } from './access-request.ts';
import { accessOf, tokenOf } from './endpoint.ts';
import { deploymentProvider } from './folder-provider.ts';

const never = new AbortController().signal;

/** The models of the catalogue that match; null: all. Throws what reaching the API throws. */
export function listModels(
  request: AccessRequest,
  wanted: string | null,
  ofWhat: 'models' | 'deployments' = 'models',
): Promise<readonly Model[]> {
  const asked = ofWhat === 'deployments' ? { ...request, provider: deploymentProvider() } : request;
  return withCatalogue(asked, async (listed) => {
    const models: Model[] = [];
    for await (const model of listed.search(wanted, never)) models.push(model);
    return models;
  });
}

/** What is in the wallet, in dollars. */
export function walletUsd(request: AccessRequest): Promise<number> {
  return withCatalogue(request, (listed) => listed.balanceUsd(never));
}

async function withCatalogue<T>(request: AccessRequest, work: (listed: Catalogue) => Promise<T>): Promise<T> {
  const access = accessOf(request);
  const token = tokenOf(access);
  const connections = openConnections({ api: 4, files: 1 }, access.proxies);
  try {
    const transport = transportOver(connections.api, realClock.now);
    return await work(await access.provider.catalogue({ base: access.base, token }, transport));
  } finally {
    await connections.close();
  }
}
