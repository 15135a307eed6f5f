import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** What a store does wrong with one request; null: nothing. */
export type BucketFault =
  | { readonly status: number; readonly code?: string; readonly headers?: Record<string, string> }
  | 'cut'
  | 'drop'
  | 'corrupt'
  | 'keep_and_cut';

export interface BucketStore {
  readonly origin: string;
  /** By bucket and key. */
  readonly objects: Map<string, { readonly bytes: Buffer; readonly mime: string }>;
  /** `PUT /bucket/key`, in the order in which they came. */
  readonly calls: string[];
  /** Everything that any request has said of itself. */
  readonly heads: string[];
  /** Largest number of requests under way. */
  most: number;
  fault: (method: string, path: string, n: number) => BucketFault | null;
  /** Hears of each object that is put: when it is asked for, when it is there, and when that was answered. */
  at: (moment: PutMoment, path: string) => void;
  close(): Promise<void>;
}

export type PutMoment = 'asked' | 'kept' | 'answered';

export const bucketKeys = {
  AWS_ACCESS_KEY_ID: 'AKIATESTTESTTEST',
  AWS_SECRET_ACCESS_KEY: 'wJalr/secret+of-the/bucket7',
};

interface StoreRules {
  readonly buckets?: readonly string[];
  /** Whether it knows If-None-Match of PUT; else it takes no notice of it. */
  readonly isConditional?: boolean;
  /** Whether it keeps x-amz-checksum-sha256 and tells it; else it tells an MD5 as the ETag, or neither. */
  readonly tells?: 'sha256' | 'md5' | 'nothing';
  readonly region?: string;
  readonly sessionToken?: string;
}

/** A store that speaks S3, in memory: it checks every signature by its own reading of the rules, and fails on demand. */
export async function bucketStore(rules: StoreRules = {}): Promise<BucketStore> {
  const { buckets = ['cats'], isConditional = true, tells = 'sha256', region = 'us-east-1' } = rules;
  const objects: BucketStore['objects'] = new Map();
  let underWay = 0;
  const store = { objects, calls: [] as string[], heads: [] as string[], most: 0, origin: '' };
  const running: BucketStore = { ...store, fault: () => null, at: () => {}, close: async () => {} };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    const path = decodeURIComponent(url);
    running.calls.push(`${method} ${path}`);
    running.heads.push(JSON.stringify([method, url, request.headers]));
    const fault = running.fault(method, path, running.calls.length);
    if (fault === 'drop') return void request.socket.destroy();
    if (fault === 'cut') {
      for await (const _ of request) return void request.socket.destroy();
    }
    if (method === 'PUT') running.at('asked', path);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const refuse = (status: number, code: string, headers: Record<string, string> = {}): void => {
      response.writeHead(status, { 'content-type': 'application/xml', ...headers });
      response.end(method === 'HEAD' ? '' : `<Error><Code>${code}</Code><Message>no</Message></Error>`);
    };
    if (fault !== null && typeof fault === 'object') {
      return refuse(fault.status, fault.code ?? 'InternalError', fault.headers);
    }
    const wrong = mistakeIn(request, body, { region, token: rules.sessionToken ?? null });
    if (wrong !== null) return refuse(wrong === 'XAmzContentSHA256Mismatch' ? 400 : 403, wrong);
    if (!buckets.includes(path.split('/')[1] ?? '')) return refuse(404, 'NoSuchBucket');
    const held = objects.get(path);
    if (method === 'PUT') {
      if (held !== undefined && isConditional && request.headers['if-none-match'] === '*') {
        return refuse(412, 'PreconditionFailed');
      }
      const claimed = request.headers['x-amz-checksum-sha256'];
      if (claimed !== undefined && claimed !== sha256(body).toString('base64'))
        return refuse(400, 'BadDigest');
      objects.set(path, { bytes: body, mime: request.headers['content-type'] ?? '' });
      running.at('kept', path);
      if (fault === 'keep_and_cut') return void request.socket.destroy();
      response.writeHead(200, factsOf(fault === 'corrupt' ? Buffer.from('other') : body, tells));
      return void response.end(() => running.at('answered', path));
    }
    if (held === undefined) return refuse(404, 'NoSuchKey');
    const bytes = fault === 'corrupt' ? Buffer.from(held.bytes).fill(0) : held.bytes;
    const headers = {
      'content-type': held.mime,
      'content-length': String(bytes.length),
      ...factsOf(bytes, tells),
    };
    response.writeHead(200, headers);
    response.end(method === 'HEAD' ? undefined : bytes);
  }

  const server = createServer((request, response) => {
    underWay += 1;
    running.most = Math.max(running.most, underWay);
    response.once('close', () => {
      underWay -= 1;
    });
    answer(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  async function close(): Promise<void> {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  onTestFinished(close);
  const { port } = server.address() as AddressInfo;
  return Object.assign(running, { origin: `http://127.0.0.1:${port}`, close });
}

function factsOf(bytes: Buffer, tells: NonNullable<StoreRules['tells']>): Record<string, string> {
  if (tells === 'sha256') return { 'x-amz-checksum-sha256': sha256(bytes).toString('base64'), etag: '"0-1"' };
  return { etag: tells === 'md5' ? `"${createHash('md5').update(bytes).digest('hex')}"` : '"opaque"' };
}

const sha256 = (text: string | Buffer): Buffer => createHash('sha256').update(text).digest();
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** What is wrong with the signature of a request (AWS Signature Version 4), as a code of S3; null: nothing. */
function mistakeIn(
  { method, url = '', headers }: IncomingMessage,
  body: Buffer,
  { region, token }: { readonly region: string; readonly token: string | null },
): string | null {
  const parts =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/;
  const [, key, day = '', where = '', names = '', signature] = parts.exec(headers.authorization ?? '') ?? [];
  if (key !== bucketKeys.AWS_ACCESS_KEY_ID) return 'InvalidAccessKeyId';
  if (where !== region) return 'AuthorizationHeaderMalformed';
  if ((headers['x-amz-security-token'] ?? null) !== token) return 'InvalidToken';
  const hash = String(headers['x-amz-content-sha256']);
  const isSigned = (name: string): boolean => names.split(';').includes(name);
  if (!Object.keys(headers).every((name) => !name.startsWith('x-amz-') || isSigned(name)))
    return 'AccessDenied';
  const canonical = [
    ...[method, url, '', ...names.split(';').map((name) => `${name}:${String(headers[name]).trim()}`)],
    ...['', names, hash],
  ].join('\n');
  const date = String(headers['x-amz-date']);
  const scope = `${day}/${where}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical).toString('hex')].join('\n');
  const signing = [day, where, 's3', 'aws4_request'].reduce<string | Buffer>(
    (secret, each) => hmac(secret, each),
    `AWS4${bucketKeys.AWS_SECRET_ACCESS_KEY}`,
  );
  if (hmac(signing, text).toString('hex') !== signature) return 'SignatureDoesNotMatch';
  return sha256(body).toString('hex') === hash ? null : 'XAmzContentSHA256Mismatch';
}
