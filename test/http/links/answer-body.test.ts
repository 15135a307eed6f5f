import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answerBody } from '../../../src/http/links/answer-body.ts';
import { semaphore } from '../../../src/http/links/semaphore.ts';
import { calm } from '../../support/hosted-api.ts';

const nothing = { pause() {}, resume() {} };

/** Everything that follows on what has just happened. */
const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

const byteLength = (chunks: readonly Uint8Array[]): number =>
  chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);

test('what is pushed is read in its order and by as much as was asked for, and the server waits for a reader that is far behind', async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 50_000 }), { maxLength: 30 });
  const reads = fc.array(fc.integer({ min: 1, max: 200_000 }), { minLength: 1, maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(
      sizes,
      reads,
      fc.array(fc.boolean(), { maxLength: 30 }),
      async (lengths, asked, ahead) => {
        const chunks = lengths.map((length, n) => new Uint8Array(length).fill(n));
        let isPaused = false;
        const body = answerBody({
          pause() {
            expect(isPaused).toBe(false);
            isPaused = true;
          },
          resume() {
            expect(isPaused).toBe(true);
            isPaused = false;
          },
        });
        const read: Uint8Array[] = [];
        let count = 0;
        let underWay: Promise<void> | null = null;
        const take = (): Promise<void> => {
          const atLeast = asked[count % asked.length] as number;
          count += 1;
          underWay = body.read(atLeast).then((some) => {
            underWay = null;
            // Fewer only at the end.
            if (byteLength(some) < atLeast)
              expect(byteLength(read) + byteLength(some)).toBe(byteLength(chunks));
            read.push(...some);
          });
          return underWay;
        };
        let pushed = 0;
        for (const [n, chunk] of chunks.entries()) {
          if (underWay === null && ahead[n]) void take();
          // A server that has been told to wait sends nothing, and is told so only while nobody reads.
          if (isPaused) {
            expect(underWay).toBe(null);
            void take();
          }
          expect(isPaused).toBe(false);
          body.push(chunk);
          pushed += chunk.byteLength;
          expect(body.received()).toBe(pushed);
          await settled();
          if (underWay === null) expect(pushed - byteLength(read)).toBeLessThan(65_536 + 50_000);
        }
        body.end();
        await underWay;
        while (byteLength(read) < pushed) await take();
        expect(read).toEqual(chunks);
        expect(await body.read(1)).toEqual([]);
      },
    ),
  );
});

test('a body that broke off gives its error to whoever reads, now or later, and takes nothing more', async () => {
  const body = answerBody(nothing);
  const error = new Error('reset');
  body.push(Buffer.from('abc'));
  const reading = expect(body.read(10)).rejects.toBe(error);
  body.fail(error);
  body.push(Buffer.from('too late'));
  body.end();
  await reading;
  await expect(body.read(1)).rejects.toBe(error);
  expect(body.received()).toBe(3);
});

test('an error after the end is none: all had come', async () => {
  const body = answerBody(nothing);
  body.push(Buffer.from('abc'));
  body.end();
  body.fail(new Error('reset'));
  expect(Buffer.concat(await body.read(10)).toString()).toBe('abc');
});

test('a reader that waits hears of the end', async () => {
  const body = answerBody(nothing);
  const reading = body.read(10);
  body.end();
  expect(await reading).toEqual([]);
});

test('a server is known to have waited for its reader until somebody has asked after it went on', async () => {
  const body = answerBody(nothing);
  body.push(new Uint8Array(65_000));
  expect(body.waitedForReader()).toBe(false);
  body.push(new Uint8Array(1_000));
  expect([body.waitedForReader(), body.waitedForReader()]).toEqual([true, true]);
  await body.read(1);
  expect([body.waitedForReader(), body.waitedForReader()]).toEqual([true, false]);
});

test('a semaphore admits as many as it may, in the order in which they came, and never one that was aborted', async () => {
  const enter = semaphore(2);
  const [stop, reason] = [new AbortController(), new Error('leave')];
  const inside: string[] = [];
  const coming = async (name: string, signal = calm()) => {
    const leave = await enter(signal);
    inside.push(name);
    return leave;
  };
  const [leaveA, leaveB] = [await coming('a'), await coming('b')];
  const c = coming('c');
  const given = coming('given up', stop.signal);
  const d = coming('d');
  stop.abort(reason);
  await expect(given).rejects.toBe(reason);
  await expect(enter(stop.signal)).rejects.toBe(reason);
  expect(inside).toEqual(['a', 'b']);
  leaveB();
  (await c)();
  leaveA();
  await d;
  expect(inside).toEqual(['a', 'b', 'c', 'd']);
});

test.each(['the rest', 'an error'])(
  'a source that gives %s at once when it is resumed is read like any other',
  async (what) => {
    const [first, last] = [new Uint8Array(70_000), new Uint8Array(9)];
    const broken = new Error('reset');
    const body = answerBody({
      pause() {},
      resume() {
        body.push(last);
        if (what === 'the rest') body.end();
        else body.fail(broken);
      },
    });
    body.push(first);
    const read = body.read(100_000);
    if (what === 'the rest') expect(await read).toEqual([first, last]);
    else await expect(read).rejects.toBe(broken);
  },
);
