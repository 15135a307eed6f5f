import { UserError } from '../core/complaints.ts';
import { type Backoff, backoffMs } from '../core/pacing/pace.ts';
import type { Clock, Dice } from '../core/ports.ts';
import { addressText, type BucketAddress, keyOf } from './bucket-address.ts';
import type { BucketCall } from './bucket-calls.ts';
import { type BucketObjects, bucketObjects } from './bucket-objects.ts';
import { BucketTrouble, refusalOf } from './bucket-trouble.ts';

export interface RetryPorts {
  readonly clock: Clock;
  readonly dice: Dice;
  readonly backoff: Backoff;
}

interface OpeningPorts extends RetryPorts {
  readonly call: BucketCall;
}

/** The object that says whose files these are. */
const markName = '.rcb-run';
const maxMarkBytes = 1_000;

/**
 * Makes sure, before anything is paid for, that the files of a run can be put there and read again, and that no other
 * run has put its own there. `owner` tells the run from every other one. Throws `UserError` (`output`).
 */
export async function openBucket(
  address: BucketAddress,
  owner: string,
  ports: OpeningPorts,
  signal: AbortSignal,
): Promise<BucketObjects> {
  const hint =
    'Check --files, the AWS_ variables and the rights of the credentials, then run the same command again.';
  const at = addressText(address);
  return retrying({ at, hint }, () => opened(address, owner, ports.call, signal), ports, signal);
}

/** Tries it again where that may help. Throws `UserError` (`output`) in place of `BucketTrouble`. */
export async function retrying<T>(
  { at, hint }: { readonly at: string; readonly hint: string },
  attempt: () => Promise<T>,
  { clock, dice, backoff }: RetryPorts,
  signal: AbortSignal,
): Promise<T> {
  for (let n = 1; ; n += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof BucketTrouble)) throw error;
      if (!error.isTransient || n > backoff.retries) {
        const sentence = `The files cannot be put into ${at}: ${error.message}. Nothing was submitted.`;
        throw new UserError('output', sentence, hint, error);
      }
      await clock.sleep(backoffMs(n, backoff, null, dice()), signal);
    }
  }
}

async function opened(address: BucketAddress, owner: string, call: BucketCall, signal: AbortSignal) {
  const key = keyOf(address, markName);
  const body = `${JSON.stringify({ run: owner })}\n`;
  const wasThere = await isOwn(bucketObjects(call, true), key, body, address, signal);
  const first = await putMark(call, key, body, true, signal);
  if (first === 'unsupported') {
    await putMark(call, key, body, false, signal);
    return bucketObjects(call, false);
  }
  // Somebody may just have been faster.
  if (!wasThere && first === 'kept') await isOwn(bucketObjects(call, true), key, body, address, signal);
  const second = wasThere ? first : await putMark(call, key, body, true, signal);
  return bucketObjects(call, second === 'kept');
}

/** Whether the mark is there. Throws for that of another run. */
async function isOwn(
  objects: BucketObjects,
  key: string,
  body: string,
  address: BucketAddress,
  signal: AbortSignal,
): Promise<boolean> {
  const found = await objects.get(key, signal);
  if (found === null) return false;
  if ((await found.text(maxMarkBytes)) === body) return true;
  throw otherRun(addressText(address), 's3://BUCKET/{run}');
}

export function otherRun(at: string, example: string): UserError {
  return new UserError(
    'output',
    `${at} holds the files of another run. Nothing was submitted.`,
    `Give each run a place of its own, such as --files ${example}.`,
  );
}

async function putMark(
  call: BucketCall,
  key: string,
  body: string,
  isConditional: boolean,
  signal: AbortSignal,
): Promise<'put' | 'kept' | 'unsupported'> {
  const { createHash } = await import('node:crypto');
  const hash = createHash('sha256').update(body);
  const headers = {
    'content-length': String(Buffer.byteLength(body)),
    'content-type': 'application/json',
    ...(isConditional ? { 'if-none-match': '*' } : {}),
  };
  const answer = await call({ method: 'PUT', key, headers, body, sha256: hash.digest('hex') }, signal);
  if (answer.status === 200) {
    await answer.text(0).catch(() => '');
    return 'put';
  }
  const refusal = await refusalOf(answer);
  if (isConditional && answer.status === 412) return 'kept';
  if (isConditional && (answer.status === 501 || refusal.code === 'NotImplemented')) return 'unsupported';
  throw refusal;
}
