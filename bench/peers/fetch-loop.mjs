// What many write first: p-limit around fetch. Usage: fetch-loop.mjs BASE JOBS.jsonl DIR CONCURRENCY
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import pLimit from 'p-limit';

const [base, file, dir, concurrency] = process.argv.slice(2);
const headers = {
  authorization: `Bearer ${process.env.RUNCOMFY_API_TOKEN}`,
  'content-type': 'application/json',
};

async function answer(path, init) {
  const response = await fetch(`${base}${path}`, { headers, ...init });
  if (!response.ok) throw new Error(`${path}: HTTP ${response.status}`);
  return response.json();
}

async function one(input) {
  const { request_id: id } = await answer('/v1/models/ideogram/ideogram-v2/generate', {
    method: 'POST',
    body: input,
  });
  while ((await answer(`/v1/requests/${id}/status`)).status !== 'completed') await after(1_000);
  const { output } = await answer(`/v1/requests/${id}/result`);
  const image = await fetch(output.image);
  await writeFile(join(dir, `${id}.png`), Buffer.from(await image.arrayBuffer()));
}

await mkdir(dir, { recursive: true });
const limit = pLimit(Number(concurrency));
const inputs = readFileSync(file, 'utf8').trimEnd().split('\n');
await Promise.all(inputs.map((input) => limit(() => one(input))));
