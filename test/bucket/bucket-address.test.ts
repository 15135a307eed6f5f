import { describe, expect, test } from 'vitest';
import { bucketAccess } from '../../src/bucket/bucket-access.ts';
import { addressText, bucketAddress, keyOf, objectAddress } from '../../src/bucket/bucket-address.ts';
import { UserError } from '../../src/core/complaints.ts';
import { bucketKeys } from '../support/bucket-store.ts';

describe('a place for files', () => {
  test.each([
    ['s3://cats', 'cats', ''],
    ['s3://cats/', 'cats', ''],
    ['S3://cats/a/b/', 'cats', 'a/b'],
    [' s3://my.bucket-1/{run}/x{run} ', 'my.bucket-1', 'night/xnight'],
    ['s3://cats/ü ber/猫+%20', 'cats', 'ü ber/猫+%20'],
  ])('is read from %j', (text, bucket, prefix) => {
    const address = bucketAddress(text, 'night');
    expect(address).toEqual({ bucket, prefix });
    const key = keyOf(address, 'files/a.png');
    expect(objectAddress(addressText(address, 'files/a.png'))).toEqual({ bucket, key });
  });

  test.each([
    ...[
      '',
      'cats',
      '/tmp/x',
      'http://cats/x',
      's3:/cats',
      's3://',
      's3:///x',
      's3://a',
      's3://-cats',
      's3://CATS/x',
    ],
    ...[
      's3://cats..dogs',
      's3://cats/../x',
      's3://cats/./x',
      's3://cats/x/..',
      's3://cats/...',
      's3://cats//x',
    ],
    ...[
      's3://cats/a?b',
      's3://cats/a#b',
      's3://cats/a\\b',
      's3://cats/a\nb',
      's3://cats/a\u202eb',
      's3://cats/\ud800',
    ],
    ...[`s3://cats/${'x'.repeat(500)}`, 's3://127.0.0.1:9000/x', 's3://ca ts/x', 's3://cats%2f/x'],
  ])('is refused as %j', (text) => {
    expect(() => bucketAddress(text, 'run')).toThrow(UserError);
  });

  test('is refused without telling a password in it', () => {
    expect(() => bucketAddress('s3://key:hidden@cats/x', 'run')).toThrow(/^The place must not contain/);
  });

  test.each([
    '',
    's3://cats',
    's3://cats/',
    's3://cats/../x',
    's3://cats/a//b',
    'https://cats/x',
    's3://../x',
  ])('is not that of an object as %j', (text) => {
    expect(objectAddress(text)).toBeNull();
  });
});

describe('access to a bucket', () => {
  const accessOf = (env: Record<string, string>, bucket = 'cats') =>
    bucketAccess({ ...bucketKeys, ...env }, bucket);

  test.each([
    [{}, 'cats', 'https://s3.us-east-1.amazonaws.com/', true],
    [
      { AWS_REGION: 'eu-central-1', AWS_DEFAULT_REGION: 'x' },
      'cats',
      'https://s3.eu-central-1.amazonaws.com/',
      true,
    ],
    [{ AWS_DEFAULT_REGION: 'cn-north-1' }, 'cats', 'https://s3.cn-north-1.amazonaws.com.cn/', true],
    [{}, 'my.cats', 'https://s3.us-east-1.amazonaws.com/', false],
    [{ AWS_ENDPOINT_URL: 'https://s3.example/base' }, 'cats', 'https://s3.example/base', false],
    [
      { AWS_ENDPOINT_URL_S3: 'http://[::1]:9000', AWS_ENDPOINT_URL: 'https://x' },
      'cats',
      'http://[::1]:9000/',
      false,
    ],
  ])('goes by %j for %s to %s', (env, bucket, href, namesHost) => {
    const { endpoint, namesHost: named } = accessOf(env, bucket);
    expect([endpoint.href, named]).toEqual([href, namesHost]);
  });

  test.each([
    { AWS_ENDPOINT_URL: 'http://s3.example' },
    { AWS_ENDPOINT_URL: 'http://127.0.0.1.example.com' },
    { AWS_ENDPOINT_URL: 'ftp://s3.example' },
    { AWS_ENDPOINT_URL: 'https://key:hidden@s3.example' },
    { AWS_ENDPOINT_URL: 'https://s3.example/?token=hidden' },
    { AWS_ENDPOINT_URL: 'https://s3.example/#hidden' },
    { AWS_ENDPOINT_URL: 's3.example' },
    { AWS_REGION: 'eu central' },
    { AWS_REGION: 'evil.example/x' },
    { AWS_SECRET_ACCESS_KEY: 'hidden\r\nHost: evil.example' },
    { AWS_SECRET_ACCESS_KEY: '' },
    { AWS_ACCESS_KEY_ID: ' ' },
  ])('is refused by %j, without a secret in the message', (env) => {
    expect(() => accessOf(env)).toThrow(UserError);
    expect(() => accessOf(env)).not.toThrow('hidden');
  });
});
