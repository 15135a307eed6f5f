import { failure, JobFailure } from '../core/job/failures.ts';
import type { Job } from '../core/job/job.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import { markersIn } from '../core/media.ts';
import type { ProviderClient } from '../core/provider.ts';

/** The files that a run folder keeps of its inputs. */
interface InlineFiles {
  /** `data:image/png;base64,…` of the file that `@inputs/<sha256>.<ext>` stands for. */
  dataUri(marker: string): Promise<string>;
}

/**
 * The same client with every marker in a job's input, however deep, sent as the file that it stands for. A job without
 * markers goes through as it is. Throws `JobFailure` (`invalid_input`) for a body of more than `maxBytes`, before
 * it leaves.
 */
export function withInlineFiles(
  client: ProviderClient,
  files: InlineFiles,
  maxBytes: number,
): ProviderClient {
  return {
    submit: async (job, signal, submission) =>
      client.submit(await inlined(job, files, maxBytes, signal), signal, submission),
    status: (request, signal) => client.status(request, signal),
    result: (request, signal, sent) => client.result(request, signal, sent),
    cancel: (request, signal) => client.cancel(request, signal),
    ping: (signal) => client.ping(signal),
  };
}

async function inlined(job: Job, files: InlineFiles, maxBytes: number, signal: AbortSignal): Promise<Job> {
  const markers = Map.groupBy(markersIn(job.input), (marker) => marker);
  if (markers.size === 0) return job;
  const uris = new Map<string, string>();
  let bytes = Buffer.byteLength(JSON.stringify(job.input));
  for (const [name, { length: times }] of markers) {
    signal.throwIfAborted();
    const uri = await files.dataUri(name);
    bytes += times * (Buffer.byteLength(uri) - Buffer.byteLength(name));
    // Checked after each file, so that files beyond the limit are not even read.
    if (bytes > maxBytes) throw tooLarge(bytes, maxBytes);
    uris.set(name, uri);
  }
  return { ...job, input: replaced(job.input, uris) as JsonObject };
}

function tooLarge(bytes: number, maxBytes: number): JobFailure {
  const mebibytes = Math.ceil((bytes * 10) / 1024 ** 2) / 10;
  const message = `The body has ${mebibytes} MiB or more with its files in it; at most ${maxBytes / 1024 ** 2} MiB can be sent.`;
  return new JobFailure(failure('invalid_input', message));
}

function replaced(value: JsonValue, uris: ReadonlyMap<string, string>): JsonValue {
  if (typeof value === 'string') return uris.get(value) ?? value;
  if (Array.isArray(value)) return value.map((member: JsonValue) => replaced(member, uris));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, replaced(member, uris)]));
}
