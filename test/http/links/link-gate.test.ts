import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UserError } from '../../../src/core/complaints.ts';
import { linkGate, RefusedLink } from '../../../src/http/links/link-gate.ts';
import { sized } from '../../support/tiers.ts';

const strict = linkGate({
  ownDomains: ['runcomfy.net', 'runcomfy.com'],
  allowedHosts: ['Files.Example', '[2001:db8::1]', '2001:db8::2', 'bücher.example:8443'],
  allowLoopback: false,
});
const local = linkGate({
  ownDomains: ['runcomfy.net', 'runcomfy.com'],
  allowedHosts: [],
  allowLoopback: true,
});

test.each([
  'https://playgrounds-storage-public.runcomfy.net/a/b.png?sig=x%2Fy',
  'https://RUNCOMFY.com:8443/a',
  'https://a.b.runcomfy.com/',
  'https://files.example/a',
  'https://[2001:db8::1]/a',
  'https://[2001:db8:0::2]:9/a',
  'https://xn--bcher-kva.example/a',
])('%s is let through', (link) => {
  expect(strict(link, null).href).toBe(new URL(link).href);
});

test.each([
  'http://playgrounds-storage-public.runcomfy.net/a.png',
  'https://runcomfy.net./a',
  'https://.runcomfy.net/a',
  'https://a..runcomfy.net/a',
  'https://files.example./a',
  'https://evilruncomfy.net/a',
  'https://runcomfy.net.evil.example/a',
  'https://sub.files.example/a',
  'https://runcomfy.net@evil.example/a',
  'https://user:pw@runcomfy.net/a',
  'https://@evil.example/a',
  'https://evil.example\\@runcomfy.net/a',
  'https://runcomfy.net\\.evil.example/a',
  'https://evil.example/#@runcomfy.net',
  'https://evil.example?.runcomfy.net',
  'https://runcomfy.net\u0000.evil.example/',
  'https://run\tcomfy.net/',
  ' https://runcomfy.net/',
  'https://[::1]/a',
  'https://[::ffff:127.0.0.1]/a',
  'https://127.0.0.1/a',
  'http://localhost/a',
  'https://169.254.169.254/latest',
  'https://runcomfy。evil.example/',
  'ftp://runcomfy.net/a',
  'file:///etc/passwd',
  'data:image/png;base64,AA',
  '//runcomfy.net/a',
  'a.png',
  '',
])('%j is refused', (link) => {
  expect(() => strict(link, null)).toThrow(RefusedLink);
});

test('a loopback API may keep its files on this machine, over plain http, and nowhere else over http', () => {
  for (const link of ['http://127.0.0.1:81/a', 'http://localhost/a', 'https://[::1]/a']) {
    expect(local(link, null).href).toBe(new URL(link).href);
  }
  for (const link of ['http://10.0.0.1/a', 'http://runcomfy.net/a', 'https://example.com/a']) {
    expect(() => local(link, null)).toThrow(RefusedLink);
  }
});

test('a redirect is read relative to where it came from, and judged by where it leads', () => {
  const from = new URL('https://a.runcomfy.net/x/y');
  expect(strict('../z?q', from).href).toBe('https://a.runcomfy.net/z?q');
  expect(strict('//files.example/z', from).href).toBe('https://files.example/z');
  for (const link of ['//evil.example/z', 'http://a.runcomfy.net/z', '/\\evil.example']) {
    expect(() => strict(link, from)).toThrow(RefusedLink);
  }
});

test('a refusal names the host and never the rest of the link', () => {
  expect(() => strict('https://evil.example/a?signature=s3cret', null)).toThrow(
    'evil.example is not a host to download from; --allow-host allows more https hosts.',
  );
});

test.each(['https://a.example', 'a.example/b', 'a@b', 'a b', '', 'a.example.', 'a?b', '[::1'])(
  '%j is no host to allow',
  (host) => {
    expect(() =>
      linkGate({ ownDomains: ['runcomfy.net', 'runcomfy.com'], allowedHosts: [host], allowLoopback: false }),
    ).toThrow(UserError);
  },
);

test('whatever is let through is https on one of the named hosts', () => {
  const host = fc.constantFrom(
    'runcomfy.net',
    'evil.example',
    'runcomfy.net.',
    '[::1]',
    'files.example',
    'x@',
    '\\',
    '/',
  );
  const text = fc
    .array(fc.oneof(host, fc.constantFrom('https://', 'http://', '.', ':', '@', '#', '?', 'a')))
    .map((p) => p.join(''));
  fc.assert(
    fc.property(text, (tail) => {
      try {
        const url = strict(`https://${tail}`, null);
        return (
          url.protocol === 'https:' && /^((.+\.)?runcomfy\.(net|com)|files\.example)$/.test(url.hostname)
        );
      } catch (error) {
        return error instanceof RefusedLink;
      }
    }),
    { numRuns: sized(200, 2_000) },
  );
});
