import { crc32, inflateSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { ask, ideogram, type Seen, stillClock, submitted } from './raw-client.ts';

const clock = stillClock();
let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator({ clock: clock.now, latency: { kind: 'fixed', ms: 0 } });
});
afterEach(() => simulator.close());

async function links(input: JsonObject, model = ideogram): Promise<string[]> {
  const id = await submitted(simulator.baseUrl, input, model);
  const { json } = await ask(`${simulator.baseUrl}/v1/requests/${id}/result`);
  const { image, images, video } = json.output as { image?: string; images?: string[]; video?: string };
  return images ?? [image ?? video ?? String(json.output)];
}
const fetched = async (input: JsonObject, model = ideogram): Promise<Seen> =>
  ask((await links(input, model))[0] as string, { token: null });

interface Png {
  readonly width: number;
  readonly height: number;
  readonly chunks: readonly string[];
  readonly rows: Buffer;
}

/** Takes a PNG apart; throws where a chunk is not what its checksum says. */
function decoded(file: Buffer): Png {
  expect(file.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a');
  const chunks: string[] = [];
  const packed: Buffer[] = [];
  for (let at = 8; at < file.length; ) {
    const bytes = file.readUInt32BE(at);
    const type = file.toString('latin1', at + 4, at + 8);
    expect(file.readUInt32BE(at + 8 + bytes)).toBe(crc32(file.subarray(at + 4, at + 8 + bytes)));
    chunks.push(type);
    if (type === 'IDAT') packed.push(file.subarray(at + 8, at + 8 + bytes));
    at += bytes + 12;
  }
  return {
    width: file.readUInt32BE(16),
    height: file.readUInt32BE(20),
    chunks,
    rows: inflateSync(Buffer.concat(packed)),
  };
}

describe('pictures', () => {
  test.each([
    ['1:1', 512, 512],
    ['16:9', 910, 512],
    ['9:16', 512, 910],
    ['3:1', 1536, 512],
    ['1:3', 512, 1536],
    ['10:16', 512, 820],
  ])('of aspect ratio %s are whole PNGs of %d by %d pixels', async (ratio, width, height) => {
    const { body, headers } = await fetched({ prompt: 'a purple cat', aspect_ratio: ratio });
    const png = decoded(body);
    expect([png.width, png.height]).toEqual([width, height]);
    expect(png.chunks).toEqual(['IHDR', 'PLTE', 'IDAT', 'IEND']);
    expect(png.rows.length).toBe((width / 2 + 1) * height);
    expect(headers['content-type']).toBe('image/png');
  });

  test('differ in whatever differs in the input, and are the same for the same', async () => {
    const base = { prompt: 'a purple cat', seed: 1, style: 'anime' };
    const inputs: JsonObject[] = [
      base,
      { ...base, prompt: 'a purple hat' },
      { ...base, seed: 2 },
      { ...base, seed: 9 },
      { ...base, style: 'design' },
      { ...base, negative_prompt: 'text' },
      { ...base, expand_prompt: false },
      { ...base, prompt: '紫の猫' },
      { ...base, prompt: '紫の犬' },
    ];
    const bodies = await Promise.all(
      inputs.map(async (input) => (await fetched(input)).body.toString('hex')),
    );
    expect(new Set(bodies).size).toBe(inputs.length);
    expect((await fetched(base)).body.toString('hex')).toBe(bodies[0]);
  });

  test.each([
    '',
    'x'.repeat(20_000),
    'word '.repeat(5_000),
    '東京'.repeat(2_000),
    '\u0000\u001b[31m\n\n\ttext\r\n',
    '👩‍👩‍👧‍👦 é é ﷽ \ud800',
    '<script>alert(1)</script>',
  ])('can be made of any prompt (case %#)', async (prompt) => {
    const { width, height } = decoded((await fetched({ prompt, aspect_ratio: '3:2' })).body);
    expect([width, height]).toEqual([768, 512]);
  });

  test('are several where several were asked for, each with its own link', async () => {
    const all = await links({ prompt: 'a cat', num_images: 4 }, 'google/nano-banana-2/text-to-image');
    const bodies = await Promise.all(
      all.map(async (link) => (await ask(link, { token: null })).body.toString('hex')),
    );
    expect(new Set(bodies).size).toBe(4);
  });

  test('have exactly the size that a benchmark asks for', async () => {
    simulator.setOptions({ outputBytes: 100_000 });
    const { body } = await fetched({ prompt: 'a cat' });
    expect(body.length).toBe(100_000);
    expect(decoded(body).chunks).toEqual(['IHDR', 'PLTE', 'IDAT', 'paDd', 'IEND']);
    simulator.setOptions({ outputBytes: 256 });
    expect((await fetched({ prompt: 'a cat' })).body.length).toBe(256);
    expect(() => simulator.setOptions({ outputBytes: 20 })).toThrow('outputBytes cannot be 20');
  });

  test('come without a type, or with a meaningless one, from some models', async () => {
    const klein = await fetched({ prompt: 'a cat' }, 'blackforestlabs/flux-2-klein/9b/text-to-image');
    expect(klein.headers['content-type']).toBeUndefined();
    expect(decoded(klein.body).width).toBe(512);
  });
});

describe('duplicate and blank pictures', () => {
  const seeds = [1, 2, 3].map((seed) => ({ prompt: 'a purple cat', seed }));

  test('are one and the same picture for every seed, as the fault file.sameImage has it', async () => {
    simulator.setFaults({ file: { sameImage: 1 } });
    const bodies = await Promise.all(seeds.map(async (input) => (await fetched(input)).body.toString('hex')));
    expect(new Set(bodies).size).toBe(1);
    expect(decoded(Buffer.from(bodies[0] as string, 'hex')).width).toBe(512);
  });

  test('are pictures of a single colour under the fault file.flatImage', async () => {
    simulator.setFaults({ file: { flatImage: 1 } });
    for (const input of seeds) {
      const { rows, width, height } = decoded((await fetched(input)).body);
      // The first row is all of the palette's first colour, and every other row is like the one above it.
      const stride = width / 2 + 1;
      const first = rows.subarray(0, stride);
      expect(first.equals(Buffer.alloc(stride))).toBe(true);
      for (let y = 1; y < height; y += 1) {
        const row = rows.subarray(y * stride, (y + 1) * stride);
        expect([row[0], row.subarray(1).every((byte) => byte === 0)]).toEqual([2, true]);
      }
    }
  });

  test('are no videos, and come from models that name no type too', async () => {
    simulator.setFaults({ file: { sameImage: 1 } });
    const input = { prompt: 'a cat', image_url: 'https://x.test/a.png' };
    const video = await fetched(input, 'wan-ai/wan-3.0/image-to-video');
    expect(video.headers['content-type']).toBe('video/mp4');
    expect(video.body.toString('latin1', 4, 8)).toBe('ftyp');
    const klein = await fetched({ prompt: 'a cat' }, 'blackforestlabs/flux-2-klein/9b/text-to-image');
    expect(klein.headers['content-type']).toBeUndefined();
    expect(klein.body.equals((await fetched({ prompt: 'a cat' })).body)).toBe(true);
  });
});

describe('videos', () => {
  test('are MP4 files that hold their index and differ by input', async () => {
    const input = { prompt: 'a cat', image_url: 'https://x.test/a.png' };
    const { body, headers } = await fetched(input, 'wan-ai/wan-3.0/image-to-video');
    const boxes: string[] = [];
    for (let at = 0; at < body.length; at += body.readUInt32BE(at)) {
      boxes.push(body.toString('latin1', at + 4, at + 8));
    }
    expect(boxes.slice(0, 2)).toEqual(['ftyp', 'moov']);
    expect(boxes).toContain('mdat');
    expect(headers['content-type']).toBe('video/mp4');
    const other = await fetched({ ...input, seed: 5 }, 'wan-ai/wan-3.0/image-to-video');
    expect(other.body.equals(body)).toBe(false);
  });
});

describe('links', () => {
  test('expire where they are signed, and the result then gives fresh ones', async () => {
    simulator.setOptions({ linkLifetimeMs: 60_000 });
    const id = await submitted(simulator.baseUrl, { prompt: 'a cat' });
    const link = async (): Promise<string> => {
      const { json } = await ask(`${simulator.baseUrl}/v1/requests/${id}/result`);
      return (json.output as { image: string }).image;
    };
    const first = await link();
    expect((await ask(first, { token: null })).status).toBe(200);
    clock.pass(60_000);
    expect((await ask(first, { token: null })).status).toBe(403);
    const second = await link();
    expect(second).not.toBe(first);
    expect((await ask(second, { token: null })).status).toBe(200);
  });

  test('look as real ones do: two opaque folders and a name without a query, the same in image and images', async () => {
    const id = await submitted(simulator.baseUrl, { prompt: 'a cat' });
    const { json } = await ask(`${simulator.baseUrl}/v1/requests/${id}/result`);
    const { image, images } = json.output as { image: string; images: string[] };
    expect(images).toEqual([image]);
    const { pathname, search } = new URL(image);
    expect(pathname).toMatch(/^\/[\w-]+\/[\w-]+\/[\w-]{21}_output\.png$/);
    expect([search, pathname.includes(id)]).toEqual(['', false]);
    const video = await links(
      { prompt: 'a cat', image_url: 'https://x.test/a.png' },
      'wan-ai/wan-3.0/image-to-video',
    );
    expect(video[0]).toMatch(/_output\.mp4$/);
  });

  test('that are unsigned do not end, and cannot be made up', async () => {
    const [link] = (await links({ prompt: 'a cat' })) as [string];
    const [other] = (await links({ prompt: 'a dog' })) as [string];
    clock.pass(30 * 86_400_000);
    expect((await ask(link, { token: null })).status).toBe(200);
    const nameOf = (url: string): string => url.slice(url.lastIndexOf('/') + 1);
    expect((await ask(link.replace(nameOf(link), nameOf(other)), { token: null })).status).toBe(403);
    expect((await ask(link.replace(/[\w-]{22}\//, `${'x'.repeat(22)}/`), { token: null })).status).toBe(403);
  });

  test('that are signed cannot be made up either', async () => {
    simulator.setOptions({ linkLifetimeMs: 60_000 });
    const [link] = (await links({ prompt: 'a cat' })) as [string];
    const later = link.replace(/expires=(\d+)/, (_, at: string) => `expires=${Number(at) + 1}`);
    expect((await ask(later, { token: null })).status).toBe(403);
    expect((await ask(link.replace('/0/', '/1/'), { token: null })).status).toBe(403);
    expect((await ask(`${simulator.filesUrl}/outputs/x/0/a.png`, { token: null })).status).toBe(404);
    expect((await ask(`${simulator.filesUrl}//`, { token: null })).status).toBe(404);
  });

  test('take no token: a leaked one is refused and counted', async () => {
    const [link] = (await links({ prompt: 'a cat' })) as [string];
    expect((await ask(link, { token: null })).status).toBe(200);
    expect(simulator.census().leakedAuthorization).toBe(0);
    expect((await ask(link, { token: 'secret' })).status).toBe(400);
    expect(simulator.census().leakedAuthorization).toBe(1);
  });

  test('answer HEAD with the size alone', async () => {
    const [link] = (await links({ prompt: 'a cat' })) as [string];
    const head = await ask(link, { token: null, method: 'HEAD' });
    const whole = await ask(link, { token: null });
    expect([head.status, head.body.length]).toEqual([200, 0]);
    expect(head.headers['content-length']).toBe(String(whole.body.length));
  });
});
