import { UserError } from '../core/complaints.ts';
import { addressText, type BucketAddress, bucketAddress, keyOf } from './bucket-address.ts';
import { isMount, type MountAddress, mountAddress, mountText } from './mount/mount-address.ts';

/** Where the files of a run are put besides its folder. */
export type PlaceAddress = BucketAddress | MountAddress;

/**
 * `s3://bucket/prefix`, an absolute path or a `file:` URL; `{run}` in it is the name of the run folder. Throws
 * `UserError` (`usage`), which does not repeat a text that may hold a password.
 */
export function placeAddress(text: string, run: string): PlaceAddress {
  if (/^\s*s3:/i.test(text)) return bucketAddress(text, run);
  if (isMount(text)) return mountAddress(text, run);
  const shown = text.includes('@') ? 'The place' : `The place ${JSON.stringify(text.trim())}`;
  throw new UserError(
    'usage',
    `${shown} is neither a bucket nor an absolute path.`,
    'Give it as s3://BUCKET/PREFIX, or as an absolute path such as /mnt/results/{run}.',
  );
}

/** For people, and to find it again: of the place, or of a file by its path in the run folder. */
export function placeText(address: PlaceAddress, path: string | null = null): string {
  return 'folder' in address ? mountText(address, path) : addressText(address, path);
}

/** Under what a file lies there, by its path in the run folder. */
export function placeKey(address: PlaceAddress, path: string): string {
  return 'folder' in address ? path : keyOf(address, path);
}
