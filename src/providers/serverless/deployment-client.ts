import type { ProviderClient } from '../../core/provider.ts';
import type { Endpoint } from '../wire/authorized.ts';
import { queueClient } from '../wire/queue-client.ts';
import { deploymentPath } from './deployment-ids.ts';
import { workedMs } from './machine-times.ts';
import { nodeErrorWords } from './node-errors.ts';
import { readNodeOutputs } from './node-outputs.ts';
import { overrideBody } from './override-body.ts';
import { serverlessCodes } from './serverless-codes.ts';

const version = '/prod/v2';

/** The serverless API, one attempt per call. */
export function deploymentClient(endpoint: Endpoint): ProviderClient {
  return queueClient(endpoint, {
    codes: serverlessCodes,
    submission({ model, input }, callback) {
      const path = deploymentPath(model);
      if (path === null) return null;
      return {
        path: `${version}${path}/inference${queryOf(callback)}`,
        body: JSON.stringify(overrideBody(input)),
      };
    },
    // Never the addresses of the answer: the token goes to the API alone.
    requestPath: ({ model, id }, what) =>
      `${version}${deploymentPath(model) ?? '/deployments/-'}/requests/${encodeURIComponent(id)}/${what}`,
    readOutputs: readNodeOutputs,
    words: nodeErrorWords,
    workedMs,
    ping: (calls, signal) => [
      () => calls.read('GET', `${version}/balance`, signal),
      () => calls.read('GET', `${version}/deployments`, signal),
    ],
  });
}

/** Queue and start are told too: the sooner an unclear submission is heard of, the better. */
function queryOf(callback: string | undefined): string {
  if (callback === undefined) return '';
  return `?webhook=${encodeURIComponent(callback)}&webhook_intermediate_status=true`;
}
