import type { Instant } from '../core/job/job.ts';
import type { Received, Sending, Transfer } from '../http/transfer.ts';
import type { BucketAccess } from './bucket-access.ts';
import { unanswered } from './bucket-trouble.ts';
import { signerOf } from './signing.ts';

interface ObjectCall {
  readonly method: Sending['method'];
  readonly key: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Sending['body'];
  /** Of the body, 64 hex digits; left out: there is none. */
  readonly sha256?: string;
}

/**
 * One call about one object. Throws `BucketTrouble` where no answer came, and the signal's reason when aborted.
 */
export type BucketCall = (call: ObjectCall, signal: AbortSignal) => Promise<Received>;

interface CallPorts {
  readonly transfer: Transfer;
  readonly now: () => Instant;
}

const emptySha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** Calls to one bucket. Only its endpoint sees what the credentials have signed: redirects are not followed. */
export async function bucketCalls(
  access: BucketAccess,
  bucket: string,
  { transfer, now }: CallPorts,
): Promise<BucketCall> {
  const sign = await signerOf(access);
  const { origin, host, base } = placeOf(access, bucket);
  return async ({ method, key, headers = {}, body = null, sha256 = emptySha256 }, signal) => {
    const path = `${base}/${key.split('/').map(encoded).join('/')}`;
    const signed = sign({ method, host, path, sha256, at: now(), headers });
    try {
      const answer = await transfer({ origin, method, path, headers: signed, body }, signal);
      return { ...answer, chunks: wholeOf(answer, host, signal) };
    } catch (error) {
      signal.throwIfAborted();
      throw unanswered(error, host);
    }
  };
}

/** The chunks of an answer, whose end is told like that of a call. */
async function* wholeOf({ chunks }: Received, host: string, signal: AbortSignal) {
  try {
    yield* chunks;
  } catch (error) {
    signal.throwIfAborted();
    throw unanswered(error, host);
  }
}

function placeOf({ endpoint, namesHost }: BucketAccess, bucket: string) {
  const base = endpoint.pathname.replace(/\/+$/, '');
  const isNamed = namesHost || endpoint.hostname.startsWith(`${bucket}.`);
  const host = namesHost ? `${bucket}.${endpoint.host}` : endpoint.host;
  return { origin: `${endpoint.protocol}//${host}`, host, base: isNamed ? base : `${base}/${bucket}` };
}

/** As S3 encodes keys: all but letters, digits and `-._~`. */
function encoded(part: string): string {
  return encodeURIComponent(part).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
