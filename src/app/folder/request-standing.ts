import { UserError } from '../../core/complaints.ts';
import { type Failure, JobFailure } from '../../core/job/failures.ts';
import type { ProviderClient, RemoteRequest } from '../../core/provider.ts';
import { openConnections } from '../../http/connections.ts';
import { transportOver } from '../../http/exchange.ts';
import { type Access, tokenOf } from '../access/endpoint.ts';
import { realClock } from '../real-clock.ts';

/** What the server says of one request. */
interface Standing {
  /** Of the request among those that were asked about. */
  readonly index: number;
  /** null: the server knows it. */
  readonly failure: Failure | null;
}

const atOnce = 8;
const never = new AbortController().signal;

/**
 * Asks for the status of requests, some at once, in their order. Ends early where the server answers none of several
 * questions. Throws `UserError` (`token`) for a token that is refused.
 */
export async function* askServer(
  requests: readonly RemoteRequest[],
  access: Access,
): AsyncGenerator<Standing> {
  const token = tokenOf(access);
  const connections = openConnections({ api: atOnce, files: 1 }, access.proxies);
  try {
    const transport = transportOver(connections.api, realClock.now);
    const client = await access.provider.open({ base: access.base, token }, transport);
    for (let from = 0; from < requests.length; from += atOnce) {
      const some = requests.slice(from, from + atOnce);
      const failures = await Promise.all(some.map((request) => failureOf(client, request)));
      for (const [index, failure] of failures.entries()) yield { index: from + index, failure };
      if (failures.every((failure) => failure !== null && failure.kind !== 'lost')) return;
    }
  } finally {
    await connections.close();
  }
}

async function failureOf(
  client: Pick<ProviderClient, 'status'>,
  request: RemoteRequest,
): Promise<Failure | null> {
  try {
    await client.status(request, never);
    return null;
  } catch (error) {
    if (!(error instanceof JobFailure)) throw error;
    if (error.failure.kind === 'unauthorized') throw new UserError('token', error.message, null, error);
    return error.failure;
  }
}
