// The floor: as many calls of each kind and the same files by a bare undici Pool, without ledger, checks, retries or
// resume; `safe` makes each file whole or absent after a power cut. Nothing waits here for a request to end: the
// simulator's end at once.
import { mkdtemp, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Pool } from 'undici';
import { jobsFor, measure } from './workload.ts';

const [home = '', base = '', count = '1000', concurrency = '64', callsPerJob = '3', files = ''] =
  process.argv.slice(2);
const pollsPerJob = Number(callsPerJob) - 2;
let [calls, pollsDue] = [0, 0];
const headers = { authorization: 'Bearer bench' };
const dir = await mkdtemp(join(home, 'bare-'));
const api = new Pool(base, { connections: Number(concurrency) });
let links: Pool | null = null;

async function answer(path: string, method: 'GET' | 'POST', body?: string): Promise<Record<string, unknown>> {
  calls += 1;
  const response = await api.request({
    path,
    method,
    headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body }),
  });
  return (await response.body.json()) as Record<string, unknown>;
}

async function write(path: string, bytes: Uint8Array): Promise<void> {
  if (files !== 'safe') return writeFile(path, bytes);
  await writeFile(`${path}.part`, bytes, { flush: true });
  await rename(`${path}.part`, path);
}

async function one({ model, input }: { model: string; input: unknown }): Promise<void> {
  const { request_id: id } = await answer(`/v1/models/${model}`, 'POST', JSON.stringify(input));
  pollsDue += pollsPerJob;
  for (; pollsDue >= 1; pollsDue -= 1) await answer(`/v1/requests/${id}/status`, 'GET');
  const { output } = await answer(`/v1/requests/${id}/result?include_cost=true`, 'GET');
  const link = new URL((output as { image: string }).image);
  links ??= new Pool(link.origin, { connections: 8 });
  const image = await links.request({ path: `${link.pathname}${link.search}`, method: 'GET' });
  await write(join(dir, `${id}.png`), await image.body.bytes());
}

const jobs = jobsFor(Number(count));
const measured = await measure(Number(count), async () => {
  const workers = Array.from({ length: Number(concurrency) }, async () => {
    for (const job of jobs) await one(job);
  });
  await Promise.all(workers);
});
await api.close();
await (links as Pool | null)?.close();
console.log(JSON.stringify({ ...measured, calls }));
