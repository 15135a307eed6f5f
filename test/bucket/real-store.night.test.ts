import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bucketAccess } from '../../src/bucket/bucket-access.ts';
import { type BucketCall, bucketCalls } from '../../src/bucket/bucket-calls.ts';
import { bucketObjects, ObjectTaken } from '../../src/bucket/bucket-objects.ts';
import { openBucket } from '../../src/bucket/bucket-opening.ts';
import type { Instant } from '../../src/core/job/job.ts';
import { openConnections } from '../../src/http/connections.ts';
import { transferOver } from '../../src/http/transfer.ts';
import { swiftKeys, swiftStore, whyNoSwift } from '../support/swift-store.ts';

const calm = new AbortController().signal;
const connections = openConnections({ api: 4, files: 1 });
const clock = { now: () => Date.now() as Instant, sleep: async () => {} };

async function callsOf(origin: string, more: Record<string, string> = {}): Promise<BucketCall> {
  const access = bucketAccess({ ...swiftKeys, AWS_ENDPOINT_URL: origin, ...more }, 'cats');
  return bucketCalls(access, 'cats', { transfer: transferOver(connections.api), now: clock.now });
}

function objectOf(key: string, bytes: Buffer) {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  async function* open() {
    for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
  }
  return { key, bytes: bytes.length, sha256, mime: 'image/png', open };
}

if (whyNoSwift !== null) console.warn(`Skipped with a real store: ${whyNoSwift}.`);

describe.skipIf(whyNoSwift !== null)('a real store', () => {
  let store: Awaited<ReturnType<typeof swiftStore>>;
  beforeAll(async () => {
    store = await swiftStore();
    const answer = await (await callsOf(store.origin))({ method: 'PUT', key: '' }, calm);
    expect(answer.status).toBe(200);
  });
  afterAll(async () => {
    await connections.close();
    await store?.close();
  });

  const ports = { clock, dice: () => 0, backoff: { retries: 0, firstMs: 1, limitMs: 1 } };
  const opened = async (prefix: string, owner = 'one', more = {}) =>
    openBucket(
      { bucket: 'cats', prefix },
      owner,
      { call: await callsOf(store.origin, more), ...ports },
      calm,
    );

  test.each([
    'files/a cat.png',
    'é/ü+%20&=?#;:@!$\'()*,[]"<>^`{|}~.png',
    '猫/🐈.webp',
    'a//b.png',
    '%2e%2e/x.png',
    ' space at both ends .png',
  ])('keeps and gives what is put under %j', async (key) => {
    const objects = await opened('odd names');
    const object = objectOf(key, randomBytes(100_000));
    await objects.put(object, calm);
    await objects.put(object, calm);
    expect(await objects.compare(object, calm)).toBe('same');
    const chunks: Uint8Array[] = [];
    for await (const chunk of (await objects.get(key, calm))?.chunks ?? []) chunks.push(chunk);
    expect(createHash('sha256').update(Buffer.concat(chunks)).digest('hex')).toBe(object.sha256);
  });

  test('keeps what is there when something else is put under its key', async () => {
    const objects = await opened('taken');
    const first = objectOf('x.png', Buffer.from('first'));
    await objects.put(first, calm);
    await expect(objects.put(objectOf('x.png', Buffer.from('other')), calm)).rejects.toThrow(ObjectTaken);
    expect(await objects.compare(first, calm)).toBe('same');
    expect(await objects.compare({ ...first, key: 'y.png' }, calm)).toBe('missing');
  });

  test('takes an empty file, and refuses bytes that are not those of the hash', async () => {
    const objects = await opened('hashes');
    await objects.put(objectOf('empty.txt', Buffer.alloc(0)), calm);
    const lying = bucketObjects(await callsOf(store.origin), false);
    const { sha256 } = objectOf('', Buffer.from('said'));
    const call = await callsOf(store.origin);
    const answer = await call(
      { method: 'PUT', key: 'lie', headers: { 'content-length': '4' }, sha256, body: 'sent' },
      calm,
    );
    expect(answer.status).toBe(400);
    expect(await answer.text(1_000)).toMatch(/BadDigest|XAmzContentSHA256Mismatch/);
    expect(await lying.get('lie', calm)).toBeNull();
  });

  test('tells wrong credentials, and whose files are there', async () => {
    await opened('mine');
    await opened('mine');
    await expect(opened('mine', 'another')).rejects.toThrow('holds the files of another run');
    await expect(opened('x', 'one', { AWS_SECRET_ACCESS_KEY: 'not-the-secret' })).rejects.toThrow(
      'SignatureDoesNotMatch',
    );
    await expect(opened('x', 'one', { AWS_ACCESS_KEY_ID: 'test:AKIANOBODY' })).rejects.toThrow('HTTP 403');
  });
});
