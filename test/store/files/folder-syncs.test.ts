import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sharedSyncs } from '../../../src/store/files/folder-syncs.ts';
import { sized } from '../../support/tiers.ts';

const step = fc.oneof(
  fc.record({ type: fc.constant('ask' as const), folder: fc.constantFrom('a', 'b') }),
  fc.record({ type: fc.constant('end' as const), fails: fc.boolean() }),
);

test('nobody is told of a sync that began before he asked, and those who wait share one', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      let now = 0;
      const running: { readonly folder: string; readonly begunAt: number; end(fails: boolean): void }[] = [];
      const atOnce = new Map<string, number>();
      const sync = sharedSyncs((folder) => {
        now += 1;
        const ends = Promise.withResolvers<void>();
        const begunAt = now;
        atOnce.set(folder, (atOnce.get(folder) ?? 0) + 1);
        expect(atOnce.get(folder)).toBe(1);
        running.push({
          folder,
          begunAt,
          end(fails) {
            atOnce.set(folder, 0);
            if (fails) ends.reject(begunAt);
            else ends.resolve();
          },
        });
        return ends.promise;
      });
      let latestEnd = { a: 0, b: 0 };
      const asked: Promise<void>[] = [];

      async function endOldest(fails: boolean): Promise<void> {
        const oldest = running.shift();
        if (oldest === undefined) return;
        latestEnd = { ...latestEnd, [oldest.folder]: oldest.begunAt };
        oldest.end(fails);
        await new Promise(setImmediate);
      }

      for (const each of steps) {
        if (each.type === 'end') {
          await endOldest(each.fails);
          continue;
        }
        now += 1;
        const askedAt = now;
        const { folder } = each;
        const ended = () => expect(latestEnd[folder]).toBeGreaterThan(askedAt);
        asked.push(
          sync(folder).then(ended, (begunAt: unknown) => {
            expect(begunAt).toBe(latestEnd[folder]);
            ended();
          }),
        );
      }
      for (let n = 0; running.length > 0; n += 1) {
        expect(n).toBeLessThan(4);
        await endOldest(false);
      }
      await Promise.all(asked);
    }),
    { numRuns: sized(60, 300) },
  );
});

test('ten who ask while a sync runs pay for one more', async () => {
  let syncs = 0;
  const sync = sharedSyncs(async () => {
    syncs += 1;
    await new Promise(setImmediate);
  });
  await Promise.all(Array.from({ length: 11 }, () => sync('a')));
  expect(syncs).toBe(2);
});
