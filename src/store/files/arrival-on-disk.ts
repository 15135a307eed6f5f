import { createHash } from 'node:crypto';
import { type Arrival, byteLength, type Incoming, type Landing } from './arrival.ts';
import { type DurableFile, openDurable } from './durable-files.ts';
import type { PartPaths } from './part-files.ts';
import { type SplicedFile, splicedFile } from './spliced-file.ts';

// Few system calls per file, little memory per download.
const batchBytes = 262_144;

/** Of results: as the umask has it, so that they can be shared. */
const mode = 0o666;

/** A download that is written while it comes, and copied where there are splices. */
export async function arrivalOnDisk(
  first: readonly Uint8Array[],
  incoming: Incoming,
  { part, spliced }: PartPaths,
  { ready, settle }: Pick<Landing, 'ready' | 'settle'>,
): Promise<Arrival> {
  await ready(part);
  const file = openDurable(part, mode, [spliced]);
  let copy: SplicedFile | null = null;

  async function discard(): Promise<void> {
    file.discard();
    copy?.file.discard();
  }

  try {
    const { bytes, sha256 } = await written(first, incoming, file);
    const { read } = file;
    return {
      bytes,
      read,
      async keep({ path }, splicing, signal) {
        copy = splicing === null ? null : await splicedFile({ read, bytes }, splicing, spliced, mode, signal);
        if (copy === null) await file.seal();
        signal.throwIfAborted();
        // The folder may have been replaced meanwhile.
        await ready(path);
        (copy?.file ?? file).giveName(path);
        // Not before: after a crash it is what tells of a copy that was left there.
        file.discard();
        await settle(path);
        return copy === null
          ? { bytes, sha256, originalSha256: null }
          : { bytes: copy.bytes, sha256: copy.sha256, originalSha256: sha256 };
      },
      discard,
    };
  } catch (error) {
    await discard();
    throw error;
  }
}

async function written(
  first: readonly Uint8Array[],
  incoming: Incoming,
  file: DurableFile,
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for (let batch = first; batch.length > 0; batch = await incoming.read(batchBytes)) {
    for (const chunk of batch) hash.update(chunk);
    bytes += byteLength(batch);
    await file.write(batch);
  }
  return { bytes, sha256: hash.digest('hex') };
}
