import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import type { Instant } from '../../src/core/job/job.ts';
import { linkGate, RefusedLink } from '../../src/http/links/link-gate.ts';
import { openLinks } from '../../src/http/links/links.ts';
import { runcomfy } from '../../src/providers/runcomfy/runcomfy.ts';
import { filesBelow, manifestOf, rcb, workFolder } from '../support/command-line.ts';
import { bytesOf } from '../support/downloads.ts';
import { finishing, listener, quickly } from './attack.ts';

const gate = linkGate({ ownDomains: runcomfy.fileHosts, allowedHosts: [], allowLoopback: false });

test.each([
  'https://runcomfy.net.evil.com/a.png',
  'https://evil.com/runcomfy.net',
  'https://evil.com/?https://runcomfy.net/a.png',
  'https://evil.com#.runcomfy.net',
  'https://evil.com\\.runcomfy.net/a.png',
  'https:\\\\runcomfy.net\\a.png',
  'https://runcomfy.net:443@evil.com/a.png',
  'https://runcomfy.net%2eevil.com/a.png',
  'https://evil.com%2f.runcomfy.net/a.png',
  'https://runcomfy.net%00.evil.com/a.png',
  'https://runcomfy.net./a.png',
  'https://runcomfy.net:99999/a.png',
  'https://rüncomfy.net/a.png',
  'https://xn--rncomfy-n2a.net/a.png',
  'https://runcоmfy.net/a.png',
  'https://notruncomfy.net/a.png',
  'https://[::1]/a.png',
  'https://[::ffff:169.254.169.254]/a.png',
  'https://[fe80::1]/a.png',
  'https://2130706433/a.png',
  'https://0x7f.1/a.png',
  'https://0/a.png',
  'https://169.254.169.254/latest/meta-data',
  'https://metadata.google.internal/',
  'data:image/png;base64,iVBORw0KGgo=',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'blob:https://runcomfy.net/1',
  'ftp://runcomfy.net/a.png',
  'gopher://runcomfy.net:25/x',
])('%j is not downloaded', (link) => {
  expect(() => gate(link, null)).toThrow(RefusedLink);
});

const png = Buffer.from('89504e470d0a1a0a', 'hex');

test('a file host cannot redirect into the network around it, nor send more than is taken', async () => {
  const inner = await listener((_req, res) => res.end(png));
  const targets = [
    'http://169.254.169.254/latest/meta-data',
    'https://169.254.169.254/',
    'http://10.0.0.1/',
    'http://evil.example/a.png',
    'https://evil.example/a.png',
    'file:///etc/passwd',
    'data:image/png;base64,AA',
    '//evil.example/a.png',
    '\\\\evil.example/a.png',
    'https://user:pw@runcomfy.net/a.png',
  ];
  const files = await listener((req, res) => {
    const at = Number(req.url?.slice(1));
    if (at < targets.length) return void res.writeHead(302, { location: targets[at] }).end();
    if (req.url === '/announced') return void res.writeHead(200, { 'content-length': '5000' }).end();
    res.writeHead(200, { 'content-type': 'image/png' });
    for (let part = 0; part < 100; part += 1) res.write(Buffer.alloc(100));
    res.end();
  });
  const dispatcher = new Agent();
  onTestFinished(() => dispatcher.destroy());
  const rules = {
    ownDomains: runcomfy.fileHosts,
    allowedHosts: [],
    dispatcher,
    maxBytes: 1_000,
    now: () => 0 as Instant,
  };
  const open = openLinks({ ...rules, allowLoopback: true });
  const never = new AbortController().signal;
  for (const at of targets.keys()) {
    await expect(open(`${files.origin}/${at}`, never)).rejects.toThrow(RefusedLink);
  }
  await expect(open(`${files.origin}/announced`, never)).rejects.toThrow('larger than the 1000 bytes');
  const endless = await open(`${files.origin}/endless`, never);
  await expect(bytesOf(endless)).rejects.toThrow('larger than the 1000 bytes');

  // Loopback is closed to links unless the API itself is there.
  await expect(openLinks({ ...rules, allowLoopback: false })(inner.origin, never)).rejects.toThrow(
    RefusedLink,
  );
  expect(inner.heard).toEqual([]);
});

test('a job with such links keeps its paid result open, says which host, and is not paid for again', async () => {
  const cwd = workFolder();
  const links = ['http://169.254.169.254/a.png?sig=s3cret', 'https://runcomfy.net.evil.com/a.png?sig=s3cret'];
  const api = await listener(
    finishing((id) => ({ status: 'completed', output: { image: links[Number(id.slice(4)) % 2] } })),
  );
  writeFileSync(join(cwd, 'cats.csv'), 'prompt\na\nb\n');
  const args = ['run', 'cats.csv', '--base-url', api.origin, ...quickly];
  const env = { RUNCOMFY_API_TOKEN: 'tok_any' };
  const codes = [(await rcb(args, { cwd, env })).code, (await rcb(args, { cwd, env })).code];
  expect(codes).toEqual([75, 75]);
  const lines = manifestOf(join(cwd, 'out/cats'));
  expect(lines.map(({ state, error }) => `${state} ${error?.class}`)).toEqual(
    Array(2).fill('succeeded download'),
  );
  const messages = lines.map(({ error }) => error?.message).join();
  for (const host of ['169.254.169.254', 'runcomfy.net.evil.com']) expect(messages).toContain(host);
  expect(JSON.stringify(lines)).not.toContain('s3cret');
  expect(api.heard.filter(({ line }) => line.startsWith('POST'))).toHaveLength(2);
  expect(filesBelow(join(cwd, 'out/cats')).filter((file) => file.startsWith('files/'))).toEqual([]);
});
