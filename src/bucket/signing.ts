import { UserError } from '../core/complaints.ts';
import type { Instant } from '../core/job/job.ts';
import type { BucketAccess } from './bucket-access.ts';

interface Unsigned {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  /** Of the body. */
  readonly sha256: string;
  readonly at: Instant;
  /** With names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Gives the headers to send. */
type Sign = (request: Unsigned) => Readonly<Record<string, string>>;

/** Signs by AWS Signature Version 4, the body's hash included. Throws `UserError` (`output`) without the package. */
export async function signerOf({ region, credentials }: BucketAccess): Promise<Sign> {
  const { sign } = await signingPackage();
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const keys = { accessKeyId, secretAccessKey, ...(sessionToken === null ? {} : { sessionToken }) };
  return ({ method, host, path, sha256, at, headers }) => {
    const date = new Date(at).toISOString().replace(/[:-]|\.\d{3}/g, '');
    const own = { host, 'x-amz-date': date, 'x-amz-content-sha256': sha256 };
    const signed = sign({ service: 's3', region, method, host, path, headers: { ...headers, ...own } }, keys);
    return signed.headers as Readonly<Record<string, string>>;
  };
}

async function signingPackage() {
  try {
    return (await import('aws4')).default;
  } catch (error) {
    throw new UserError(
      'output',
      'Files cannot be put into a bucket: the optional package aws4 is not installed.',
      'Install it with npm install aws4, beside runcomfy-batch.',
      error,
    );
  }
}
