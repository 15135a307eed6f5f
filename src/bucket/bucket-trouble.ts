import { troubleWords } from '../http/network-words.ts';
import type { Received } from '../http/transfer.ts';

/** What a store has refused, or why it gave no answer. */
export class BucketTrouble extends Error {
  override readonly name = 'BucketTrouble';
  /** null: no answer came. */
  readonly http: number | null;
  /** Of S3, such as `NoSuchBucket`; null: it named none. */
  readonly code: string | null;
  /** The same call may succeed later. */
  readonly isTransient: boolean;
  readonly retryAfter: string | null;

  constructor(
    words: string,
    seen: {
      http?: number;
      code?: string | null;
      isTransient?: boolean;
      retryAfter?: string | null;
      cause?: unknown;
    },
  ) {
    super(words, { cause: seen.cause });
    this.http = seen.http ?? null;
    this.code = seen.code ?? null;
    this.isTransient = seen.isTransient ?? false;
    this.retryAfter = seen.retryAfter ?? null;
  }
}

const transientStatuses: ReadonlySet<number> = new Set([408, 409, 425, 429, 500, 502, 503, 504]);
const transientCodes: ReadonlySet<string> = new Set([
  ...['RequestTimeout', 'SlowDown', 'InternalError', 'ServiceUnavailable', 'OperationAborted', 'Throttling'],
  ...['ConditionalRequestConflict', 'BadDigest', 'XAmzContentSHA256Mismatch', 'IncompleteBody'],
]);

const wordsByCode: Readonly<Record<string, string>> = {
  NoSuchBucket: 'there is no such bucket',
  InvalidAccessKeyId: 'the store does not know the access key',
  SignatureDoesNotMatch: 'the access key and the secret access key do not belong together',
  ExpiredToken: 'the credentials have expired',
  TokenRefreshRequired: 'the credentials have expired',
  InvalidToken: 'the session token is not valid',
  RequestTimeTooSkewed: 'the clock of this machine is wrong',
  AccessDenied:
    'access is denied; the credentials need s3:GetObject and s3:PutObject there, and s3:ListBucket on the bucket',
  AuthorizationHeaderMalformed: 'the bucket lies in another region: set AWS_REGION',
  PermanentRedirect: 'the bucket lies in another region: set AWS_REGION',
};

const maxErrorBytes = 16_384;

/** Reads the rest of an answer that is no success. Of its text only a code is taken. */
export async function refusalOf(answer: Received): Promise<BucketTrouble> {
  const { status } = answer;
  const text = await answer.text(maxErrorBytes).catch(() => '');
  const code = /<Code>([A-Za-z][A-Za-z0-9.]{0,63})<\/Code>/.exec(text)?.[1] ?? null;
  const region = regionIn(answer, text);
  const known = code === null ? undefined : wordsByCode[code];
  const where = region === null || known?.endsWith('AWS_REGION') !== true ? '' : `=${region}`;
  const words = known === undefined ? usualWords(status, region) : `${known}${where}`;
  return new BucketTrouble(`${words} (HTTP ${status}${code === null ? '' : ` ${code}`})`, {
    http: status,
    code,
    isTransient: transientStatuses.has(status) || (code !== null && transientCodes.has(code)),
    retryAfter: answer.header('retry-after'),
  });
}

function usualWords(status: number, region: string | null): string {
  if (status >= 300 && status < 400) {
    const mend = region === null ? 'check the endpoint and AWS_REGION' : `set AWS_REGION=${region}`;
    return `the store refers to another host, which is not followed: ${mend}`;
  }
  if (status === 401 || status === 403) return wordsByCode.AccessDenied as string;
  if (status === 404) return 'there is no such bucket';
  return 'the store refused the request';
}

function regionIn(answer: Received, text: string): string | null {
  const named = answer.header('x-amz-bucket-region') ?? /<Region>([^<]*)<\/Region>/.exec(text)?.[1] ?? '';
  return /^[a-z0-9-]{1,40}$/.test(named) ? named : null;
}

/** Of a call that got no whole answer. */
export function unanswered(error: unknown, host: string): BucketTrouble {
  return new BucketTrouble(troubleWords(error, host), { isTransient: true, cause: error });
}
