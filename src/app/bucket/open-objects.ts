import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { hostname } from 'node:os';
import { bucketAccess } from '../../bucket/bucket-access.ts';
import { bucketCalls } from '../../bucket/bucket-calls.ts';
import type { BucketObjects } from '../../bucket/bucket-objects.ts';
import { openBucket, type RetryPorts } from '../../bucket/bucket-opening.ts';
import { openMount } from '../../bucket/mount/mount-opening.ts';
import type { PlaceAddress } from '../../bucket/place-address.ts';
import { openConnections } from '../../http/connections.ts';
import { transferOver } from '../../http/transfer.ts';
import { realClock } from '../real-clock.ts';
import type { FolderRun } from '../running/folder-run.ts';

interface OpenObjects {
  readonly objects: BucketObjects;
  /** Must not be told to anybody. */
  readonly secrets: readonly string[];
  close(): Promise<void>;
}

/** `wasUsed`: files of the folder were put there before. Throws `UserError` (`output`) where none can be. */
export async function openObjects(
  run: FolderRun,
  address: PlaceAddress,
  { owner, wasUsed }: { readonly owner: string; readonly wasUsed: boolean },
  ports: RetryPorts,
): Promise<OpenObjects> {
  const { leave } = run.stopper.stop;
  if ('folder' in address) {
    const use = { owner, wasUsed, writer: writerIn(run.ledger.dir) };
    const objects = await openMount(address, use, ports, leave);
    return { objects, secrets: [], close: async () => {} };
  }
  const access = bucketAccess(run.accessRequest.env, address.bucket);
  const { maxDownloads } = run.policy.limits;
  const connections = openConnections({ api: maxDownloads, files: 1 }, run.access.proxies);
  const close = (): Promise<void> => connections.close();
  try {
    const transfer = transferOver(connections.api);
    const call = await bucketCalls(access, address.bucket, { transfer, now: realClock.now });
    const objects = await openBucket(address, owner, { call, ...ports }, leave);
    const secrets = Object.values(access.credentials).filter((each) => each !== null);
    return { objects, secrets, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The same for each process in this folder, so that one replaces what a dead one left. */
function writerIn(dir: string): string {
  const folder = `${hostname()}\n${realpathSync(dir)}`;
  return createHash('sha256').update(folder).digest('hex').slice(0, 8);
}
