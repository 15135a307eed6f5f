import { failure, JobFailure } from '../core/job/failures.ts';
import type { Job } from '../core/job/job.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import type { ApiClient } from '../core/ports.ts';

const marker = /^@inputs\/[0-9a-f]{64}\.[a-z0-9]{1,8}$/;

const maxBytes = 64 * 1024 * 1024;

/** The files that a run folder keeps of its inputs. */
export interface InlineFiles {
  /** `data:image/png;base64,…` of the file that `@inputs/<sha256>.<ext>` stands for. */
  dataUri(marker: string): Promise<string>;
}

/**
 * The same client with every marker in a job's input, however deep, sent as the file that it stands for. A job without
 * markers goes through as it is. Throws `JobFailure` (`invalid_input`) for a body of more than 64 MiB, before it leaves.
 */
export function withInlineFiles(client: ApiClient, files: InlineFiles): ApiClient {
  return {
    submit: async (job, signal) => client.submit(await inlined(job, files, signal), signal),
    status: (id, signal) => client.status(id, signal),
    result: (id, signal, sent) => client.result(id, signal, sent),
    cancel: (id, signal) => client.cancel(id, signal),
    ping: (signal) => client.ping(signal),
  };
}

async function inlined(job: Job, files: InlineFiles, signal: AbortSignal): Promise<Job> {
  const counts = new Map<string, number>();
  countMarkers(job.input, counts);
  if (counts.size === 0) return job;
  const uris = new Map<string, string>();
  let bytes = Buffer.byteLength(JSON.stringify(job.input));
  for (const [name, times] of counts) {
    signal.throwIfAborted();
    const uri = await files.dataUri(name);
    bytes += times * (Buffer.byteLength(uri) - Buffer.byteLength(name));
    // Checked one by one, so that what is too much is not even read.
    if (bytes > maxBytes) throw tooLarge(bytes);
    uris.set(name, uri);
  }
  return { ...job, input: replaced(job.input, uris) as JsonObject };
}

function tooLarge(bytes: number): JobFailure {
  const mebibytes = Math.ceil((bytes * 10) / (1024 * 1024)) / 10;
  const message = `The body has ${mebibytes} MiB or more with its files in it, and 64 MiB are the most that is sent.`;
  return new JobFailure(failure('invalid_input', message));
}

function countMarkers(value: JsonValue, counts: Map<string, number>): void {
  if (typeof value === 'string') {
    if (marker.test(value)) counts.set(value, (counts.get(value) ?? 0) + 1);
  } else if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) countMarkers(member, counts);
  }
}

function replaced(value: JsonValue, uris: ReadonlyMap<string, string>): JsonValue {
  if (typeof value === 'string') return uris.get(value) ?? value;
  if (Array.isArray(value)) return value.map((member: JsonValue) => replaced(member, uris));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, replaced(member, uris)]));
}
