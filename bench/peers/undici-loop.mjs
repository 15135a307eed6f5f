// The floor: a bare undici loop that makes the calls of a job one after the other, without ledger, checks, retries or
// resume. `safe` makes each file whole or absent after a power cut.
// Usage: undici-loop.mjs BASE JOBS.jsonl DIR CONCURRENCY [safe]
import { readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { Pool } from 'undici';

const [base, file, dir, concurrency, files = ''] = process.argv.slice(2);
const token = { authorization: `Bearer ${process.env.RUNCOMFY_API_TOKEN}` };
const [cpu, startedAt] = [process.cpuUsage(), performance.now()];
let calls = 0;

const api = new Pool(base, { connections: Number(concurrency) });
let links = null;

async function answer(path, body) {
  calls += 1;
  const { body: answered } = await api.request(
    body === undefined
      ? { path, method: 'GET', headers: token }
      : { path, method: 'POST', headers: { ...token, 'content-type': 'application/json' }, body },
  );
  return answered.json();
}

async function write(path, bytes) {
  if (files !== 'safe') return writeFile(path, bytes);
  await writeFile(`${path}.part`, bytes, { flush: true });
  await rename(`${path}.part`, path);
}

async function one(input) {
  const { request_id: id } = await answer('/v1/models/ideogram/ideogram-v2/generate', input);
  while ((await answer(`/v1/requests/${id}/status`)).status !== 'completed') await after(1_000);
  const { output } = await answer(`/v1/requests/${id}/result`);
  const link = new URL(output.image);
  links ??= new Pool(link.origin, { connections: 8 });
  const image = await links.request({ path: `${link.pathname}${link.search}`, method: 'GET' });
  await write(join(dir, `${id}.png`), await image.body.bytes());
}

await mkdir(dir, { recursive: true });
const inputs = readFileSync(file, 'utf8').trimEnd().split('\n').values();
await Promise.all(
  Array.from({ length: Number(concurrency) }, async () => {
    for (const input of inputs) await one(input);
  }),
);
await api.close();
await links?.close();
const { user, system } = process.cpuUsage(cpu);
console.log(JSON.stringify({ ms: performance.now() - startedAt, cpuMs: (user + system) / 1_000, calls }));
