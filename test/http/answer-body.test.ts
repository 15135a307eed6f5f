import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { answerBody } from '../../src/http/answer-body.ts';
import { openLanes } from '../../src/http/lanes.ts';
import { all, calm } from './arrange.ts';

const nothing = { pause() {}, resume() {}, abort() {} };

test('What is pushed is read in its order, whoever is ahead, and the server waits for a reader that is far behind.', async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 50_000 }), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(sizes, fc.array(fc.boolean(), { maxLength: 60 }), async (lengths, readsFirst) => {
      const chunks = lengths.map((length, n) => new Uint8Array(length).fill(n));
      let isPaused = false;
      const body = answerBody({
        ...nothing,
        pause() {
          expect(isPaused).toBe(false);
          isPaused = true;
        },
        resume() {
          expect(isPaused).toBe(true);
          isPaused = false;
        },
      });
      const iterator = body[Symbol.asyncIterator]();
      const read: Uint8Array[] = [];
      const take = async (): Promise<boolean> => {
        const next = await iterator.next();
        if (!next.done) read.push(next.value);
        return next.done ?? false;
      };
      let pushedBytes = 0;
      const readBytes = (): number => read.reduce((sum, chunk) => sum + chunk.byteLength, 0);
      for (const [n, chunk] of chunks.entries()) {
        // A server that has been told to wait sends nothing.
        while (isPaused) await take();
        const reading = readsFirst[n] && read.length === n ? take() : null;
        body.push(chunk);
        await reading;
        pushedBytes += chunk.byteLength;
        expect(pushedBytes - readBytes()).toBeLessThan(65_536 + 50_000);
      }
      body.end();
      while (!(await take()));
      expect(read).toEqual(chunks);
    }),
  );
});

test('What came before a body broke off is read first, and then the error.', async () => {
  const body = answerBody(nothing);
  const error = new Error('reset');
  body.push(Buffer.from('abc'));
  body.fail(error);
  body.push(Buffer.from('too late'));
  const iterator = body[Symbol.asyncIterator]();
  expect((await iterator.next()).value).toEqual(Buffer.from('abc'));
  await expect(iterator.next()).rejects.toBe(error);
});

test('A reader that waits hears of the end and of an error.', async () => {
  const ended = answerBody(nothing);
  const reading = all(ended);
  ended.end();
  expect(await reading).toEqual([]);
  const broken = answerBody(nothing);
  const failing = expect(all(broken)).rejects.toThrow('reset');
  broken.fail(new Error('reset'));
  await failing;
});

test('A reader that stops early gives up the rest.', async () => {
  const abort = vi.fn();
  const body = answerBody({ ...nothing, abort });
  body.push(Buffer.from('abc'));
  for await (const _chunk of body) break;
  expect(abort).toHaveBeenCalledOnce();
});

test('Lanes let in as many as there are, in the order in which they came, and never one that was aborted.', async () => {
  const enter = openLanes(2);
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
