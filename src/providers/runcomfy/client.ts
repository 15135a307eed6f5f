import type { ProviderClient } from '../../core/provider.ts';
import { type Endpoint, modelPath } from '../wire/authorized.ts';
import { readOutputs } from '../wire/output-reader.ts';
import { queueClient } from '../wire/queue-client.ts';
import { balanceUrl } from './base-url.ts';
import { errorCodes } from './error-codes.ts';

export type { Endpoint } from '../wire/authorized.ts';

const queries = { status: '', result: '?include_cost=true', cancel: '' } as const;

/** The Model API, one attempt per call. */
export function apiClient(endpoint: Endpoint): ProviderClient {
  return queueClient(endpoint, {
    codes: errorCodes,
    submission({ model, input }) {
      const path = modelPath(model);
      return path === null ? null : { path: `/v1/models/${path}`, body: JSON.stringify(input) };
    },
    // The id alone finds it: these paths need no model.
    requestPath: ({ id }, what) => `/v1/requests/${encodeURIComponent(id)}/${what}${queries[what]}`,
    readOutputs,
    // A base that keeps no wallets has models all the same, or at least an answer: the token passed either way.
    ping: (calls, signal) => [
      () => calls.readAt(balanceUrl(endpoint.base), signal),
      () => calls.read('GET', '/v1/models?limit=1', signal),
    ],
  });
}
