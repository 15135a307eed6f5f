import { UserError } from '../core/complaints.ts';

/** Where in which bucket the files of a run lie. */
export interface BucketAddress {
  readonly bucket: string;
  /** Parts of a key, joined by `/`, without one at its ends; empty: the bucket itself. */
  readonly prefix: string;
}

// Keys have at most 1,024 bytes, and the path of a file follows.
const maxPrefixBytes = 400;
const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
export const runPlaceholder = '{run}';

/**
 * `s3://bucket/prefix`; `{run}` in the prefix is the name of the run folder. Throws `UserError` (`usage`), which does
 * not repeat a text that may hold a password.
 */
export function bucketAddress(text: string, run: string): BucketAddress {
  const trimmed = text.trim();
  const shown = trimmed.includes('@') ? 'The place' : `The place ${JSON.stringify(trimmed)}`;
  const refused = (why: string): UserError =>
    new UserError('usage', `${shown} ${why}.`, 'Give it as s3://BUCKET/PREFIX.');
  const [, bucket = '', rest = ''] = /^s3:\/\/([^/]*)\/?(.*)$/is.exec(trimmed) ?? [];
  if (!/^s3:\/\//i.test(trimmed)) throw refused('does not start with s3://');
  if (trimmed.includes('@')) throw refused('must not contain a user name or password');
  if (/[?#\\]/.test(trimmed)) throw refused('must not contain a query, a fragment or a backslash');
  if (!bucketName.test(bucket) || bucket.includes('..')) throw refused('does not name a bucket');
  const parts = rest.replace(/\/$/, '').split('/');
  const prefix = parts.join('/').replaceAll(runPlaceholder, run).normalize('NFC');
  if (prefix !== '' && !prefix.split('/').every(isKeyPart)) {
    throw refused('has an empty part, a part of dots, or control characters');
  }
  if (!prefix.isWellFormed() || Buffer.byteLength(prefix) > maxPrefixBytes) throw refused('is too long');
  return { bucket, prefix };
}

/** Servers and proxies take `.` and `..` for steps, whatever is signed. */
export function isKeyPart(part: string): boolean {
  return part !== '' && !/^\.+$/.test(part) && !/[\p{Cc}\p{Cf}]/u.test(part);
}

/** The key of a file, by its path in the run folder. */
export function keyOf({ prefix }: BucketAddress, path: string): string {
  return prefix === '' ? path : `${prefix}/${path}`;
}

/** For people, and to find it again: `s3://bucket/cats/a.png`. */
export function addressText({ bucket, prefix }: BucketAddress, path: string | null = null): string {
  const key = path === null ? prefix : keyOf({ bucket, prefix }, path);
  return `s3://${bucket}${key === '' ? '' : `/${key}`}`;
}

/** The same, read again; null: it is not one that this program writes. */
export function objectAddress(text: string): { readonly bucket: string; readonly key: string } | null {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]*)\/(.+)$/s.exec(text) ?? [];
  return bucketName.test(bucket) && key.split('/').every(isKeyPart) ? { bucket, key } : null;
}
