// Puts a file of so many bytes, and says how much memory that took at most. `node large-put.ts ORIGIN BYTES`
import { createHash } from 'node:crypto';
import { bucketAccess } from '../../src/bucket/bucket-access.ts';
import { bucketCalls } from '../../src/bucket/bucket-calls.ts';
import { bucketObjects } from '../../src/bucket/bucket-objects.ts';
import type { Instant } from '../../src/core/job/job.ts';
import { openConnections } from '../../src/http/connections.ts';
import { transferOver } from '../../src/http/transfer.ts';

const [, , origin = '', size = '0'] = process.argv;
const bytes = Number(size);
const chunk = Buffer.alloc(262_144, 7);
const hash = createHash('sha256');
for (let at = 0; at < bytes; at += chunk.length) hash.update(chunk);

const connections = openConnections({ api: 1, files: 1 });
const access = bucketAccess({ ...process.env, AWS_ENDPOINT_URL: origin }, 'cats');
const transfer = transferOver(connections.api);
const call = await bucketCalls(access, 'cats', { transfer, now: () => Date.now() as Instant });
async function* open() {
  for (let at = 0; at < bytes; at += chunk.length) yield Buffer.from(chunk);
}
const object = { key: 'large.mp4', bytes, sha256: hash.digest('hex'), mime: 'video/mp4', open };
await bucketObjects(call, true).put(object, new AbortController().signal);
await connections.close();
console.log(process.resourceUsage().maxRSS / 1_024);
