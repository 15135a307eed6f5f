import { expect, test } from 'vitest';
import type { Job } from '../../src/core/job/job.ts';
import type { ProviderClient } from '../../src/core/provider.ts';
import { withInlineFiles } from '../../src/http/inline-files.ts';
import { aJob, aRequest, calm, failureOf } from '../support/hosted-api.ts';

const cat = `@inputs/${'ab'.repeat(32)}.png`;
const dog = `@inputs/${'cd'.repeat(32)}.webp`;

function wrapped(uris: Readonly<Record<string, string>>) {
  const sent: Job[] = [];
  const asked: string[] = [];
  const client: ProviderClient = {
    async submit(job) {
      sent.push(job);
      return aRequest('req_9');
    },
    status: async () => ({ phase: 'running' }),
    result: async () => ({ phase: 'unfinished', status: { phase: 'running' } }),
    cancel: async () => 'cancelled',
    ping: async () => {},
  };
  const files = {
    async dataUri(marker: string) {
      asked.push(marker);
      return uris[marker] as string;
    },
  };
  return { client: withInlineFiles(client, files, 64 * 1024 ** 2), sent, asked };
}

test('markers are sent as their files, however deep, and each file is read once', async () => {
  const { client, sent, asked } = wrapped({ [cat]: 'data:image/png;base64,QQ==', [dog]: 'data:,dog' });
  const job = aJob({ prompt: 'x', image_url: cat, more: [{ urls: [dog, cat] }], seed: 1, mask: null });
  expect(await client.submit(job, calm())).toMatchObject({ id: 'req_9' });
  expect(sent).toEqual([
    {
      ...job,
      input: {
        prompt: 'x',
        image_url: 'data:image/png;base64,QQ==',
        more: [{ urls: ['data:,dog', 'data:image/png;base64,QQ=='] }],
        seed: 1,
        mask: null,
      },
    },
  ]);
  expect(asked).toEqual([cat, dog]);
  expect(job.input.image_url).toBe(cat);
});

test('a job without markers goes through as the same object', async () => {
  const { client, sent, asked } = wrapped({});
  const near = ` ${cat}|${cat.toUpperCase()}|@inputs/abc.png`;
  const job = aJob({ prompt: near, image_url: 'https://example.com/a.png', urls: [`${cat}x.png`] });
  await client.submit(job, calm());
  expect(sent[0]).toBe(job);
  expect(asked).toEqual([]);
});

test('a body over 64 MiB is refused before anything is sent', async () => {
  const mebibyte = 1024 * 1024;
  const bare = JSON.stringify({ image_url: '', tail_url: '' }).length;
  const half = 'x'.repeat(32 * mebibyte);
  const exact = wrapped({ [cat]: half, [dog]: half.slice(bare) });
  await exact.client.submit(aJob({ image_url: cat, tail_url: dog }), calm());
  expect(JSON.stringify(exact.sent[0]?.input)).toHaveLength(64 * mebibyte);

  const over = wrapped({ [cat]: half, [dog]: half.slice(bare - 1) });
  const failed = await failureOf(over.client.submit(aJob({ image_url: cat, tail_url: dog }), calm()));
  expect(failed.failure).toMatchObject({ kind: 'invalid_input', http: null });
  expect(failed.message).toContain('64 MiB');
  expect(over.sent).toEqual([]);

  const twice = wrapped({ [cat]: half });
  await failureOf(twice.client.submit(aJob({ image_url: cat, tail_url: cat }), calm()));
  expect(twice.sent).toEqual([]);
});

test('a submit that was stopped reads no file, and a file that is missing stops the submit', async () => {
  const { client, sent, asked } = wrapped({ [cat]: 'data:,x' });
  const reason = new Error('leave');
  await expect(client.submit(aJob({ image_url: cat }), AbortSignal.abort(reason))).rejects.toBe(reason);
  expect([sent, asked]).toEqual([[], []]);
  const gone = withInlineFiles(client, { dataUri: () => Promise.reject(new Error('gone')) }, 1_000);
  await expect(gone.submit(aJob({ image_url: cat }), calm())).rejects.toThrow('gone');
  expect(sent).toEqual([]);
});

test('every other call passes through', async () => {
  const { client } = wrapped({});
  expect(await client.status(aRequest(), calm())).toEqual({ phase: 'running' });
  expect(await client.result(aRequest(), calm())).toMatchObject({ phase: 'unfinished' });
  expect(await client.cancel(aRequest(), calm())).toBe('cancelled');
});
