import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { SavedFile } from '../core/job/job.ts';

/** What tells one file's thumbnail from another's. */
type FileHashes = Pick<SavedFile, 'sha256' | 'original_sha256'>;

/** The bytes as downloaded: a recipe that was written into them since changes no pixel. */
export const pictureOf = (file: FileHashes): string => file.original_sha256 ?? file.sha256;

// Named after the contents, so that copies share a thumbnail and a moved file keeps it.
const keyLength = 16;
export const keyOf = (file: FileHashes): string => pictureOf(file).slice(0, keyLength);
/** Under this key former versions kept what they made of a file with a recipe. */
export const formerKeyOf = (file: FileHashes): string => file.sha256.slice(0, keyLength);

const thumbName = /^([0-9a-f]{16})\.(?:jpg|webp)$/;

/** The thumbnails in a folder, which need not be there, by key. */
export function thumbnailNames(folder: string): readonly { readonly key: string; readonly name: string }[] {
  return (existsSync(folder) ? readdirSync(folder) : []).flatMap((name) => {
    const key = thumbName.exec(name)?.[1];
    return key === undefined ? [] : [{ key, name }];
  });
}

/** Thumbnails are not synced to disk. A power cut may leave empty files, which are made again. */
export function isWhole(folder: string, name: string): boolean {
  return (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0) > 0;
}
