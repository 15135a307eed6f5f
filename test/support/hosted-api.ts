import type { Dispatcher } from 'undici';
import { onTestFinished } from 'vitest';
import { JobFailure } from '../../src/core/job/failures.ts';
import type { Instant, Job, JobId, RequestId } from '../../src/core/job/job.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { RemoteRequest } from '../../src/core/provider.ts';
import { openConnections } from '../../src/http/connections.ts';
import { transportOver } from '../../src/http/exchange.ts';
import { parseBaseUrl } from '../../src/providers/runcomfy/base-url.ts';
import type { Endpoint } from '../../src/providers/runcomfy/client.ts';
import type { Loopback } from '../support/loopback.ts';

export const token = 'tok_3f9aSecret';
export const now = Date.parse('2026-11-22T10:00:00Z') as Instant;
export const aModel = 'ideogram/ideogram-v2/generate';
export const anId = 'req_1' as RequestId;

/** A request that is named by its id alone. */
export function aRequest(id: string = anId): RemoteRequest {
  return { id: id as RequestId, model: aModel, ref: null };
}

export function aJob(input: JsonObject = { prompt: 'a cat' }, model: string = aModel): Job {
  return { id: '5f1c9ae0b7d2443e' as JobId, model, input, rep: 1, pathTemplate: 'files/a{_i}.{ext}' };
}

/** A signal that nobody aborts. */
export function calm(): AbortSignal {
  return new AbortController().signal;
}

/** Closes a server when the test ends. */
export async function kept(opening: Promise<Loopback>): Promise<Loopback> {
  const server = await opening;
  onTestFinished(() => server.close());
  return server;
}

/** Own connections, closed when the test ends. */
export function ownDispatcher(size: number = 4): Dispatcher {
  const connections = openConnections({ api: size, files: 1 });
  onTestFinished(() => connections.close());
  return connections.api;
}

export function endpointAt(
  origin: string,
  more: Partial<Endpoint & { readonly dispatcher: Dispatcher }> = {},
): Endpoint {
  const { dispatcher = ownDispatcher(), ...rest } = more;
  const transport = transportOver(dispatcher, () => now);
  return { base: parseBaseUrl(origin), token, transport, submitMs: 60_000, ...rest };
}

/** The JobFailure that a call ends in; anything else fails the test. */
export async function failureOf(call: Promise<unknown>): Promise<JobFailure> {
  const end = await call.then(
    (value) => ({ value }),
    (error: unknown) => error,
  );
  if (end instanceof JobFailure) return end;
  throw new Error(`expected a JobFailure, got ${JSON.stringify(end)}`, { cause: end });
}

/** Everything that comes, in order. */
export async function all<T>(coming: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of coming) items.push(item);
  return items;
}
