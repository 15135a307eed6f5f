import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dueQueue } from '../../../src/core/pacing/due-queue.ts';

const order = fc.oneof(
  fc.record({ type: fc.constant('set' as const), item: fc.nat(12), due: fc.nat(100) }),
  fc.record({ type: fc.constant('remove' as const), item: fc.nat(12) }),
);

test('the first is always one of the earliest, whatever was put in, moved and taken out', () => {
  fc.assert(
    fc.property(fc.array(order, { maxLength: 80 }), (orders) => {
      const queue = dueQueue<number>();
      const model = new Map<number, number>();
      for (const step of orders) {
        if (step.type === 'set') {
          queue.set(step.item, step.due);
          model.set(step.item, step.due);
        } else {
          queue.remove(step.item);
          model.delete(step.item);
        }
        expect(queue.items().toSorted()).toEqual([...model.keys()].toSorted());
        const first = queue.first();
        if (model.size === 0) expect(first).toBeNull();
        else {
          expect(first?.due).toBe(Math.min(...model.values()));
          expect(model.get(first?.item as number)).toBe(first?.due);
        }
      }
      const drained: number[] = [];
      for (let first = queue.first(); first !== null; first = queue.first()) {
        drained.push(first.due);
        queue.remove(first.item);
      }
      expect(drained).toEqual([...model.values()].toSorted((a, b) => a - b));
    }),
  );
});
