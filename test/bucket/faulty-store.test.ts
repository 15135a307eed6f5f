import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { bucketAccess } from '../../src/bucket/bucket-access.ts';
import { bucketCalls } from '../../src/bucket/bucket-calls.ts';
import { bucketObjects } from '../../src/bucket/bucket-objects.ts';
import { openBucket } from '../../src/bucket/bucket-opening.ts';
import { bucketPlace } from '../../src/bucket/bucket-place.ts';
import { JobFailure } from '../../src/core/job/failures.ts';
import type { Instant, JobId, SavedFile } from '../../src/core/job/job.ts';
import type { RunEvent } from '../../src/core/ports.ts';
import { openConnections } from '../../src/http/connections.ts';
import { transferOver } from '../../src/http/transfer.ts';
import { type BucketFault, type BucketStore, bucketKeys, bucketStore } from '../support/bucket-store.ts';

const calm = new AbortController().signal;
const backoff = { retries: 3, firstMs: 1_000, limitMs: 60_000 };

/** Time passes only where somebody sleeps. */
function steppingClock() {
  let nowMs = Date.now();
  return {
    now: () => nowMs as Instant,
    async sleep(ms: number) {
      nowMs += ms;
    },
  };
}

async function callTo({ origin }: Pick<BucketStore, 'origin'>) {
  const connections = openConnections({ api: 4, files: 1 });
  onTestFinished(() => connections.close());
  const access = bucketAccess({ ...bucketKeys, AWS_ENDPOINT_URL: origin }, 'cats');
  const now = () => Date.now() as Instant;
  return bucketCalls(access, 'cats', { transfer: transferOver(connections.api), now });
}

async function placeIn(
  store: Pick<BucketStore, 'origin'>,
  isConditional = true,
  bytes = randomBytes(300_000),
) {
  const events: RunEvent[] = [];
  const forgotten: string[] = [];
  const content = { bytes };
  const { putFile } = bucketPlace({
    objects: bucketObjects(await callTo(store), isConditional),
    address: { bucket: 'cats', prefix: 'x' },
    unput: { of: () => null, keep: () => {}, forget: (job) => void forgotten.push(job) },
    recorded: () => null,
    restore: async () => false,
    async *open() {
      const all = content.bytes;
      for (let at = 0; at < all.length; at += 65_536) yield all.subarray(at, at + 65_536);
    },
    isWhole: async () => true,
    ...{ clock: steppingClock(), dice: () => 0.5, observe: (event) => void events.push(event), backoff },
    ...{ patienceMs: 600_000, atOnce: 2 },
  });
  const file: SavedFile = {
    ...{ path: 'a.png', bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') },
    ...{ original_sha256: null, mime: 'image/png', width: 1, height: 1 },
  };
  const put = () => putFile('0123456789abcdef' as JobId, file, calm);
  return { put, file, events, bytes, content, forgotten };
}

const refused = async (work: Promise<unknown>): Promise<JobFailure> => {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(JobFailure);
  return error as JobFailure;
};

const passing: readonly (readonly [string, BucketFault])[] = [
  ['answers 500', { status: 500 }],
  ['answers 503 SlowDown', { status: 503, code: 'SlowDown', headers: { 'retry-after': '7' } }],
  ['answers 429', { status: 429 }],
  ['answers 400 RequestTimeout', { status: 400, code: 'RequestTimeout' }],
  ['answers 409', { status: 409, code: 'ConditionalRequestConflict' }],
  ['closes before it reads', 'drop'],
  ['cuts the upload off', 'cut'],
  ['keeps it and loses the answer', 'keep_and_cut'],
];

test.each(
  passing.flatMap(([what, fault]) => [true, false].map((isConditional) => ({ what, fault, isConditional }))),
)(
  'a store that $what four times has the object in the end (conditional: $isConditional)',
  async ({ fault, isConditional }) => {
    const store = await bucketStore({ isConditional });
    let left = 4;
    store.fault = (method) => {
      if (method !== 'PUT' || left === 0) return null;
      left -= 1;
      return fault;
    };
    const { put, bytes, events } = await placeIn(store, isConditional);
    expect((await put()).object).toBe('s3://cats/x/a.png');
    expect(store.objects.get('/cats/x/a.png')?.bytes.equals(bytes)).toBe(true);
    const told = events.filter(({ type }) => type === 'warned');
    // What is kept at once is found at the second try.
    expect(told).toHaveLength(fault === 'keep_and_cut' ? 0 : 2);
  },
);

test.each(['sha256', 'md5', 'nothing'] as const)(
  'an object is checked where the store tells of %s',
  async (tells) => {
    const store = await bucketStore({ tells });
    const { put } = await placeIn(store);
    await put();
    await put();
    expect(store.calls.filter((call) => call.startsWith('GET')).length).toBe(
      { sha256: 0, md5: 1, nothing: 2 }[tells],
    );
  },
);

test('a store that tells another checksum than that of the file is not believed', async () => {
  const store = await bucketStore();
  store.fault = () => 'corrupt';
  const { put } = await placeIn(store);
  const { failure } = await refused(put());
  expect(failure).toMatchObject({ kind: 'not_put', message: expect.stringContaining('another file') });
});

test('a store that is away for longer than it is waited for ends submitting, and says so', async () => {
  const { put, events } = await placeIn({ origin: 'http://127.0.0.1:9' });
  const { failure } = await refused(put());
  expect(failure).toMatchObject({ kind: 'bucket_away', message: expect.stringContaining('ECONNREFUSED') });
  expect(events.filter(({ type }) => type === 'warned')).toHaveLength(1);
});

test('a file that changes while it is sent never becomes an object', async () => {
  const store = await bucketStore();
  const { put, content, bytes, forgotten } = await placeIn(store);
  content.bytes = Buffer.from(bytes).fill(7, 299_000);
  const { failure } = await refused(put());
  expect(failure).toMatchObject({ kind: 'not_put', message: expect.stringContaining('changed') });
  expect(store.objects.size).toBe(0);
  expect(forgotten).toEqual(['0123456789abcdef']);
});

test('credentials do not follow a redirect, and the message says where the bucket is', async () => {
  const seen: string[] = [];
  const other = createServer((request, response) => {
    seen.push(JSON.stringify(request.headers));
    response.end();
  });
  await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  for (const status of [301, 302, 303, 307, 308]) {
    const store = await bucketStore();
    const headers = { location: `http://127.0.0.1:${port}/cats/x/a.png`, 'x-amz-bucket-region': 'eu-west-3' };
    store.fault = () => ({ status, code: 'Redirect', headers });
    const { failure } = await refused((await placeIn(store)).put());
    expect(failure).toMatchObject({
      kind: 'bucket_refused',
      message: expect.stringContaining('AWS_REGION=eu-west-3'),
    });
    const ports = { call: await callTo(store), clock: steppingClock(), dice: () => 0, backoff };
    const opening = openBucket({ bucket: 'cats', prefix: 'x' }, 'one', ports, calm);
    await expect(opening).rejects.toThrow('AWS_REGION=eu-west-3');
  }
  expect(seen).toEqual([]);
});

test('what a store says of itself reaches no message', async () => {
  const store = await bucketStore();
  store.fault = () => ({ status: 403, code: 'Access</Code>Denied\u001b[2J' });
  const { failure } = await refused((await placeIn(store)).put());
  expect(failure.message).toMatch(/^[\x20-\x7e]*$/);
});
