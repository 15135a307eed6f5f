import { expect, test } from 'vitest';
import { expectWhole, killed } from './killed-bucket-run.ts';

test.each(
  [true, false].flatMap((isConditional) =>
    (['asked', 'kept', 'answered'] as const).map((moment) => ({ moment, isConditional })),
  ),
)(
  'a run that is killed when its object is $moment ends done, with one download (conditional: $isConditional)',
  async ({ moment, isConditional }) => {
    const after = await killed(1, isConditional, (at, nth) => at === moment && nth === 1);
    expect(after.kills).toBe(1);
    expectWhole(after, 1);
    expect(after.calls.file).toEqual({ 200: 1 });
  },
);
