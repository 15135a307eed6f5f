import { createHash } from 'node:crypto';
import type { Instant, Job, JobId, PlannedJob, RequestId } from '../../src/core/job/job.ts';
import type { FileOutput } from '../../src/core/job/outputs.ts';
import { canonicalJson, type JsonObject } from '../../src/core/json.ts';
import type { RemoteRequest } from '../../src/core/provider.ts';
import { ideogramV2 } from '../../src/providers/runcomfy/built-in.ts';

export function aJob(input: JsonObject, more: Partial<Job> = {}): Job {
  const model = more.model ?? ideogramV2.id;
  const rep = more.rep ?? 1;
  const hash = createHash('sha256').update(canonicalJson({ input, model, rep })).digest('hex');
  const id = hash.slice(0, 16) as JobId;
  return { id, model, input, rep, pathTemplate: `files/${id}{_i}.{ext}`, ...more };
}

export function aPlannedJob(input: JsonObject, more: Partial<PlannedJob> = {}): PlannedJob {
  return { ...aJob(input, more), name: null, rows: ['in.csv:2'], tags: {}, axes: {}, parent: null, ...more };
}

/** An output that is a link of which nothing more is said. */
export function aLink(url: string): FileOutput {
  return { type: 'link', url, announced: null };
}

export const at = (ms: number): Instant => ms as Instant;
export const requestId = (text: string): RequestId => text as RequestId;

/** A request that is named by its id alone. */
export function aRequest(id = 'req_1', model: string = ideogramV2.id): RemoteRequest {
  return { id: requestId(id), model, ref: null };
}
