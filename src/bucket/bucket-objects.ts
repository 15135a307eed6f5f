import { createHash } from 'node:crypto';
import type { Received } from '../http/transfer.ts';
import type { BucketCall } from './bucket-calls.ts';
import { BucketTrouble, refusalOf } from './bucket-trouble.ts';
import { type ByteSource, hashedBody, SourceChanged } from './hashed-body.ts';

/** A file as an object: what it is to be, and its bytes. */
export interface PutObject {
  readonly key: string;
  readonly bytes: number;
  /** 64 hex digits. */
  readonly sha256: string;
  readonly mime: string;
  readonly open: () => ByteSource;
}

type Expected = Pick<PutObject, 'key' | 'bytes' | 'sha256'>;

/** Objects in one bucket. Each call may throw `BucketTrouble`, or the signal's reason. */
export interface BucketObjects {
  /**
   * Resolves once the object is there and its hash was checked; the same object again is fine. Throws `ObjectTaken`
   * where another one is there, which stays, and `SourceChanged` where the bytes are not what they are said to be.
   */
  put(object: PutObject, signal: AbortSignal): Promise<void>;
  compare(object: Expected, signal: AbortSignal): Promise<'same' | 'other' | 'missing'>;
  /** null: it is not there. */
  get(key: string, signal: AbortSignal): Promise<Pick<Received, 'text' | 'chunks'> | null>;
}

/** Other bytes are there under this key. */
export class ObjectTaken extends Error {
  override readonly name = 'ObjectTaken';
}

/** `isConditional`: the store refuses to replace an object where it is asked not to; else it is looked for first. */
export function bucketObjects(call: BucketCall, isConditional: boolean): BucketObjects {
  async function put(object: PutObject, signal: AbortSignal): Promise<void> {
    if (!isConditional && (await isThere(object, signal))) return;
    const { body, md5 } = hashedBody(object);
    const answer = await sent(object, body, signal);
    if (answer.status === 412 || answer.status === 409) {
      const refusal = await refusalOf(answer);
      if (answer.status === 409 || !(await isThere(object, signal))) throw refusal;
      return;
    }
    if (answer.status !== 200) throw await refusalOf(answer);
    await answer.text(0).catch(() => '');
    const told = checksumOf(answer) ?? null;
    if (told !== null ? told === base64Of(object.sha256) : etagOf(answer) === md5()) return;
    if (told === null && (await compare(object, signal)) === 'same') return;
    throw new BucketTrouble('what the store has is not what was sent', { http: 200, isTransient: true });
  }

  async function isThere(object: Expected, signal: AbortSignal): Promise<boolean> {
    const verdict = await compare(object, signal);
    if (verdict === 'other') throw new ObjectTaken();
    return verdict === 'same';
  }

  async function sent(
    { key, bytes, sha256, mime }: PutObject,
    body: ByteSource,
    signal: AbortSignal,
  ): Promise<Received> {
    const headers = {
      'content-length': String(bytes),
      'content-type': mime,
      'x-amz-checksum-sha256': base64Of(sha256),
      ...(isConditional ? { 'if-none-match': '*' } : {}),
    };
    try {
      return await call({ method: 'PUT', key, headers, sha256, body: bytes === 0 ? '' : body }, signal);
    } catch (error) {
      throw error instanceof BucketTrouble && error.cause instanceof SourceChanged ? error.cause : error;
    }
  }

  /** By the checksum that the store keeps, else by reading the object. */
  async function compare({ key, bytes, sha256 }: Expected, signal: AbortSignal) {
    const head = await call({ method: 'HEAD', key, headers: { 'x-amz-checksum-mode': 'ENABLED' } }, signal);
    await head.text(0).catch(() => '');
    if (head.status === 404) return 'missing';
    if (head.status !== 200) throw await refusalOf(head);
    if (Number(head.header('content-length')) !== bytes) return 'other';
    const told = checksumOf(head);
    if (told !== null) return told === base64Of(sha256) ? 'same' : 'other';
    const answer = await get(key, signal);
    if (answer === null) return 'missing';
    return (await hashOf(answer)) === sha256 ? 'same' : 'other';
  }

  async function get(key: string, signal: AbortSignal): Promise<Received | null> {
    const answer = await call({ method: 'GET', key }, signal);
    if (answer.status === 200) return answer;
    const refusal = await refusalOf(answer);
    if (answer.status === 404 && refusal.code !== 'NoSuchBucket') return null;
    throw refusal;
  }

  return { put, compare, get };
}

async function hashOf({ chunks }: Pick<Received, 'chunks'>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}

/** Of all bytes; one of parts is of no use. */
function checksumOf(answer: Received): string | null {
  const told = answer.header('x-amz-checksum-sha256');
  return told === null || told.includes('-') ? null : told;
}

function etagOf(answer: Received): string | null {
  return /^"?([0-9a-f]{32})"?$/.exec(answer.header('etag') ?? '')?.[1] ?? null;
}

function base64Of(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64');
}
