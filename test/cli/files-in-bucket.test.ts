import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { type BucketStore, bucketKeys, bucketStore } from '../support/bucket-store.ts';
import { filesBelow, manifestOf, rcb, workFolder } from '../support/command-line.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 0 } });
});
afterAll(() => simulator.close());

interface Bucketed {
  readonly cwd: string;
  readonly env: Record<string, string>;
  readonly args: readonly string[];
}

function bucketed({ origin }: Pick<BucketStore, 'origin'>, files = 's3://cats/all runs/é{run}'): Bucketed {
  const cwd = workFolder();
  writeFileSync(join(cwd, 'cats.csv'), 'prompt,seed\na cat,1\na dog,2\nan owl,3\n');
  const env = { ...bucketKeys, AWS_ENDPOINT_URL: origin };
  const args = ['run', 'cats.csv', '--base-url', simulator.baseUrl, '--yes', '--retries', '1'];
  return { cwd, env, args: [...args, '--files', files] };
}

const submitted = (): number => simulator.census().acceptedTotal;
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

test('a job is done when its files are in the bucket, each with the bytes of the manifest', async () => {
  const store = await bucketStore();
  const { cwd, env, args } = bucketed(store);
  const run = await rcb(args, { cwd, env });
  expect(run).toMatchObject({ code: 0, stderr: expect.stringContaining('All 3 jobs are done.') });
  const outputs = manifestOf(join(cwd, 'out/cats')).flatMap(({ outputs }) => outputs);
  expect(outputs).toHaveLength(3);
  for (const { path, sha256: hash, object, mime } of outputs) {
    expect(object).toBe(`s3://cats/all runs/écats/${path}`);
    const kept = store.objects.get(`/cats/all runs/écats/${path}`);
    expect(kept?.mime).toBe(mime);
    expect(sha256(kept?.bytes ?? Buffer.from(''))).toBe(hash);
    expect(sha256(readFileSync(join(cwd, 'out/cats', path)))).toBe(hash);
  }
  expect([...store.objects.keys()].filter((key) => key.endsWith('.rcb-run'))).toHaveLength(1);
  expect(filesBelow(join(cwd, 'out/cats'))).not.toContain('.unput.jsonl');
});

test.each([
  [
    'no credentials',
    { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' },
    {},
    'there are no credentials for it',
  ],
  [
    'a secret that is not the key’s',
    { AWS_SECRET_ACCESS_KEY: 'other-secret-key' },
    {},
    'SignatureDoesNotMatch',
  ],
  [
    'a key that the store does not know',
    { AWS_ACCESS_KEY_ID: 'AKIAOTHER' },
    {},
    'does not know the access key',
  ],
  ['no such bucket', {}, { buckets: ['dogs'] }, 'there is no such bucket (HTTP 404 NoSuchBucket)'],
  ['another region', {}, { region: 'eu-central-1' }, 'set AWS_REGION'],
  ['a store that is away', { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' }, {}, 'ECONNREFUSED'],
  ['a plain address of another machine', { AWS_ENDPOINT_URL: 'http://s3.example' }, {}, 'https://'],
])('nothing is submitted with %s', async (_, wrong, rules, words) => {
  const store = await bucketStore(rules);
  const { cwd, env, args } = bucketed(store);
  const before = submitted();
  const run = await rcb(args, { cwd, env: { ...env, ...wrong } });
  expect(run.stderr).toContain(words);
  expect(run.code).toBe(words === 'https://' ? 64 : 73);
  expect(submitted()).toBe(before);
});

test('files of another run under the same prefix are not touched', async () => {
  const store = await bucketStore();
  const first = bucketed(store, 's3://cats/shared');
  await rcb(first.args, first);
  const before = new Map(store.objects);
  const second = bucketed(store, 's3://cats/shared');
  const run = await rcb(second.args, second);
  expect(run).toMatchObject({ code: 73, stderr: expect.stringContaining('holds the files of another run') });
  expect(store.objects).toEqual(before);
});

test.each([true, false])(
  'another object under the key of a file stays, and its job waits (conditional: %s)',
  async (isConditional) => {
    const store = await bucketStore({ isConditional });
    const first = bucketed(store, 's3://cats');
    const taken = await rcb(first.args, first);
    expect(taken.code).toBe(0);
    const [path = ''] = manifestOf(join(first.cwd, 'out/cats')).flatMap(({ outputs }) =>
      outputs.map(({ path }) => path),
    );
    const stranger = { bytes: Buffer.from('of somebody else'), mime: 'text/plain' };
    store.objects.clear();
    store.objects.set(`/cats/${path}`, stranger);
    const second = bucketed(store, 's3://cats');
    const run = await rcb(second.args, second);
    expect(run).toMatchObject({ code: 75, stderr: expect.stringContaining('is another file, which stays') });
    expect(store.objects.get(`/cats/${path}`)).toBe(stranger);
    const before = submitted();
    store.objects.delete(`/cats/${path}`);
    const { calls } = simulator.census();
    const again = await rcb(second.args, second);
    expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('All 3 jobs are done.') });
    expect(submitted()).toBe(before);
    expect(simulator.census().calls).toEqual(calls);
  },
);

test('a bucket that goes away leaves the jobs to a later run, which neither pays nor downloads again', async () => {
  const store = await bucketStore();
  store.fault = (method, path) =>
    method === 'PUT' && !path.endsWith('.rcb-run') ? { status: 503, code: 'SlowDown' } : null;
  const { cwd, env, args } = bucketed(store);
  const before = submitted();
  const run = await rcb([...args, '--outage', '1'], { cwd, env });
  expect(run).toMatchObject({
    code: 75,
    stderr: expect.stringContaining('The place for files did not answer for too long'),
  });
  expect(submitted()).toBe(before + 3);
  store.fault = () => null;
  const { calls } = simulator.census();
  const again = await rcb(['resume', 'out/cats', '--base-url', simulator.baseUrl], { cwd, env });
  expect(again).toMatchObject({ code: 0 });
  expect(submitted()).toBe(before + 3);
  expect(simulator.census().calls).toEqual(calls);
  expect([...store.objects.keys()].filter((key) => !key.endsWith('.rcb-run'))).toHaveLength(3);
});

test('no secret of the bucket is in any file, nor in anything that is said', async () => {
  const store = await bucketStore({ sessionToken: 'session/token+secret==' });
  const { cwd, args } = bucketed(store);
  const env = { ...bucketKeys, AWS_ENDPOINT_URL: store.origin, AWS_SESSION_TOKEN: 'session/token+secret==' };
  const run = await rcb([...args, '--json', '-v', '--log-level', 'debug'], { cwd, env });
  expect(run.code).toBe(0);
  const texts = [
    run.stdout,
    run.stderr,
    ...filesBelow(cwd).map((path) => readFileSync(join(cwd, path), 'latin1')),
  ];
  for (const secret of [env.AWS_SECRET_ACCESS_KEY, env.AWS_SESSION_TOKEN, env.AWS_ACCESS_KEY_ID]) {
    expect(texts.filter((text) => text.includes(secret))).toEqual([]);
  }
});

test('the profile of the AWS files is as good as the environment', async () => {
  const store = await bucketStore({ region: 'eu-west-3' });
  const { cwd, args } = bucketed(store);
  mkdirSync(join(cwd, '.aws'));
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = bucketKeys;
  writeFileSync(
    join(cwd, '.aws/credentials'),
    `[default]\naws_access_key_id = none\n\n[cats]\naws_access_key_id=${AWS_ACCESS_KEY_ID}\naws_secret_access_key = ${AWS_SECRET_ACCESS_KEY}\n`,
  );
  writeFileSync(
    join(cwd, '.aws/config'),
    `[profile cats]\nregion = eu-west-3\nendpoint_url = ${store.origin}\n`,
  );
  const run = await rcb(args, { cwd, env: { AWS_PROFILE: 'cats' } });
  expect(run).toMatchObject({ code: 0, stderr: expect.stringContaining('All 3 jobs are done.') });
});

/** A folder with three done jobs and their files in a bucket. */
async function doneBucket() {
  const store = await bucketStore();
  const given = bucketed(store);
  await rcb(given.args, given);
  const dir = join(given.cwd, 'out/cats');
  const [file = { path: '', sha256: '' }] = manifestOf(dir).flatMap(({ outputs }) => outputs);
  const key = `/cats/all runs/écats/${file.path}`;
  return { store, ...given, dir, file, key, ...simulator.census() };
}

test.each(['run', 'fetch', 'resume'])(
  '%s takes a file that is missing here from the bucket, and asks the API for nothing',
  async (command) => {
    const { store, cwd, env, args, dir, file, calls } = await doneBucket();
    rmSync(join(dir, file.path));
    const words = command === 'run' ? args : [command, 'out/cats', '--base-url', simulator.baseUrl];
    const run = await rcb(words, { cwd, env });
    expect(run).toMatchObject({ code: 0 });
    expect(sha256(readFileSync(join(dir, file.path)))).toBe(file.sha256);
    expect(simulator.census().calls).toEqual(calls);
    expect(store.calls.filter((call) => call.startsWith('GET') && call.endsWith(file.path))).toHaveLength(1);
  },
);

test('a file that is missing here and damaged in the bucket comes from the API, and its object stays', async () => {
  const { store, cwd, env, dir, file, key } = await doneBucket();
  rmSync(join(dir, file.path));
  store.objects.set(key, { bytes: Buffer.from('other'), mime: 'text/plain' });
  const run = await rcb(['resume', 'out/cats', '--base-url', simulator.baseUrl], { cwd, env });
  expect(run).toMatchObject({ code: 75, stderr: expect.stringContaining('is another file, which stays') });
  expect(sha256(readFileSync(join(dir, file.path)))).toBe(file.sha256);
  expect(String(store.objects.get(key)?.bytes)).toBe('other');
});

test('fetch --verify finds an object that is missing, and puts it again', async () => {
  const { store, cwd, env, file, key, calls } = await doneBucket();
  store.objects.delete(key);
  const words = ['fetch', 'out/cats', '--verify', '--base-url', simulator.baseUrl];
  const run = await rcb(words, { cwd, env });
  expect(run).toMatchObject({
    code: 0,
    stderr: expect.stringContaining(`${file.path} is no longer there.`),
  });
  expect(sha256(store.objects.get(key)?.bytes ?? Buffer.from(''))).toBe(file.sha256);
  expect(simulator.census().calls).toEqual(calls);
  const again = await rcb(words, { cwd, env });
  expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('all are intact') });
});

test('files of jobs that were done before are put as well, by a run that has nothing else to do too', async () => {
  const store = await bucketStore();
  const { cwd, env, args } = bucketed(store);
  const without = args.slice(0, -2);
  expect(await rcb(without, { cwd })).toMatchObject({ code: 0 });
  expect(store.objects.size).toBe(0);
  const { calls } = simulator.census();
  const run = await rcb(args, { cwd, env });
  expect(run).toMatchObject({ code: 0 });
  expect(simulator.census().calls).toEqual(calls);
  const outputs = manifestOf(join(cwd, 'out/cats')).flatMap(({ outputs }) => outputs);
  for (const { object, path, sha256: hash } of outputs) {
    expect(object).toBe(`s3://cats/all runs/écats/${path}`);
    expect(sha256(store.objects.get(`/${object?.slice('s3://'.length)}`)?.bytes ?? Buffer.from(''))).toBe(
      hash,
    );
  }
  const { length } = store.calls;
  expect(await rcb(args, { cwd, env })).toMatchObject({ code: 0 });
  expect(await rcb(['resume', 'out/cats', '--base-url', simulator.baseUrl], { cwd })).toMatchObject({
    code: 0,
  });
  expect(store.calls).toHaveLength(length);
});

test('--files none ends it, and what waited for the bucket is done without another download', async () => {
  const store = await bucketStore();
  store.fault = (method, path) =>
    method === 'PUT' && !path.endsWith('.rcb-run') ? { status: 403, code: 'AccessDenied' } : null;
  const { cwd, env, args } = bucketed(store);
  const run = await rcb(args, { cwd, env });
  expect(run).toMatchObject({ code: 73, stderr: expect.stringContaining('access is denied') });
  const { calls } = simulator.census();
  const words = ['resume', 'out/cats', '--base-url', simulator.baseUrl, '--files', 'none'];
  expect(await rcb(words, { cwd })).toMatchObject({ code: 0 });
  expect(simulator.census().calls.file).toEqual(calls.file);
  const outputs = manifestOf(join(cwd, 'out/cats')).flatMap(({ outputs }) => outputs);
  expect(outputs.map(({ object }) => object)).toEqual([undefined, undefined, undefined]);
  expect(await rcb(words.slice(0, -2), { cwd })).toMatchObject({ code: 0 });
});
