import { expect, test } from 'vitest';
import { roll } from '../../src/simulator/simulated-dice.ts';
import { expectWhole, killed } from './killed-bucket-run.ts';

test.each([true, false])(
  'a run that is killed at every tenth moment of its objects ends with each of them whole (conditional: %s)',
  async (isConditional) => {
    const jobs = 60;
    let moments = 0;
    const after = await killed(jobs, isConditional, () => {
      moments += 1;
      return roll(7, 'moment', moments) < 0.1;
    });
    expect(after.kills).toBeGreaterThan(3);
    expectWhole(after, jobs);
  },
  600_000,
);
