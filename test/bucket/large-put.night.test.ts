import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { bucketKeys } from '../support/bucket-store.ts';

const script = fileURLToPath(new URL('large-put.ts', import.meta.url));

test('a file of a gibibyte is put with the memory of a small one', async () => {
  const received: number[] = [];
  const server = createServer(async (request, response) => {
    let bytes = 0;
    for await (const chunk of request) bytes += (chunk as Buffer).length;
    received.push(bytes);
    response.setHeader('x-amz-checksum-sha256', String(request.headers['x-amz-checksum-sha256']));
    response.end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const env = { ...process.env, ...bucketKeys };
  const megabytes = async (bytes: number): Promise<number> => {
    const words = [script, `http://127.0.0.1:${port}`, String(bytes)];
    const { stdout } = await promisify(execFile)(process.execPath, words, { env });
    return Number(stdout);
  };
  const small = await megabytes(262_144);
  const large = await megabytes(1_024 ** 3);
  expect(received).toEqual([262_144, 1_024 ** 3]);
  expect(large - small).toBeLessThan(100);
});
