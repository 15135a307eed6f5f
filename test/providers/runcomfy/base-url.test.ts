import { expect, test } from 'vitest';
import { UserError } from '../../../src/core/complaints.ts';
import { isLoopback } from '../../../src/http/addresses.ts';
import { balanceUrl, defaultBaseUrl, parseBaseUrl } from '../../../src/providers/runcomfy/base-url.ts';

test.each([
  [defaultBaseUrl, 'https://model-api.runcomfy.net/'],
  ['https://model-api.runcomfy.net/v1', 'https://model-api.runcomfy.net/'],
  [' https://Model-API.runcomfy.net/v1/ ', 'https://model-api.runcomfy.net/'],
  ['https://gate.example/runcomfy/v1', 'https://gate.example/runcomfy'],
  ['https://gate.example:8443//', 'https://gate.example:8443/'],
  ['https://gate.example/v10', 'https://gate.example/v10'],
  ['http://127.0.0.1:8080/v1', 'http://127.0.0.1:8080/'],
  ['http://127.9.8.7', 'http://127.9.8.7/'],
  ['http://[::1]:3000', 'http://[::1]:3000/'],
  ['http://localhost:3000/', 'http://localhost:3000/'],
])('%j is the base %s', (text, href) => {
  expect(parseBaseUrl(text).href).toBe(href);
});

test.each([
  'http://model-api.runcomfy.net',
  'http://10.0.0.1',
  'http://127.evil.example',
  'http://127.0.0.1.evil.example',
  'http://localhost.evil.example',
  'http://localhost.',
  'http://[::2]',
  'http://0.0.0.0',
  'ftp://model-api.runcomfy.net',
  'model-api.runcomfy.net',
  '/v1',
  '',
  'https://',
  'https://a.example/?x=1',
  'https://a.example?',
  'https://a.example/#',
  'https://user@a.example',
  'https://:secret@a.example',
  'https://a.example\\@b.example',
  'https://a.example/\u0000',
  'https://a. example',
])('%j is no base', (text) => {
  expect(() => parseBaseUrl(text)).toThrow(UserError);
});

test('a password in a base is not repeated in the complaint', () => {
  for (const text of ['https://user:hunter2@a.example', 'https://user:hunter2@a.example:99999']) {
    expect(() => parseBaseUrl(text)).toThrow(/^The base URL (?!.*hunter2)/);
  }
});

test('a loopback is told by the parsed address, however it is written', () => {
  const hosts = ['127.1', '0x7f.0.0.1', '2130706433', 'LOCALHOST', '[0:0:0:0:0:0:0:1]', 'example.com'];
  expect(hosts.map((host) => isLoopback(new URL(`http://${host}/`)))).toEqual([
    true,
    true,
    true,
    true,
    true,
    false,
  ]);
});

test('the balance of the official API is on its own host, that of another base on its origin', () => {
  expect(balanceUrl(parseBaseUrl(`${defaultBaseUrl}/v1`)).href).toBe(
    'https://api.runcomfy.net/prod/v2/balance',
  );
  expect(balanceUrl(parseBaseUrl('http://127.0.0.1:9/sub/v1')).href).toBe(
    'http://127.0.0.1:9/prod/v2/balance',
  );
});
