import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runPolicy } from '../../../src/app/policies.ts';
import { limitsOf, limitWords } from '../../../src/app/shared/run-limits.ts';
import { runPoliciesOf } from '../../../src/cli/argv/run-policies.ts';

const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });

test('rcb work keeps to the limits of the latest rcb run, whatever they are', () => {
  fc.assert(
    fc.property(
      fc.record({
        concurrency: maybe(fc.oneof(fc.constant('auto'), fc.integer({ min: 1, max: 999 }).map(String))),
        'max-concurrency': maybe(fc.integer({ min: 1, max: 500 }).map(String)),
        submits: maybe(fc.integer({ min: 1, max: 64 }).map(String)),
        rpm: maybe(fc.integer({ min: 1, max: 9_999 }).map(String)),
        'max-cost': maybe(fc.constantFrom('0', '5', '0.1', '12.345', '0.00001', '1000000')),
        'max-failures': maybe(fc.constantFrom('1', '250', '5%', '7%', '33.333%', '0.0001%', '100%')),
        env: maybe(fc.constantFrom('3', '0.07')),
      }),
      ({ env, ...flags }) => {
        const given = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
        const run = runPolicy(runPoliciesOf(given), env === undefined ? {} : { RCB_MAX_COST: env });
        const work = runPolicy(runPoliciesOf(limitWords(limitsOf(run))), {});
        expect(work.limits).toEqual(run.limits);
        expect(work.caps.usd).toEqual(run.caps.usd);
        if (run.caps.failures !== null && 'share' in run.caps.failures)
          expect(work.caps.failures).toEqual({ share: expect.closeTo(run.caps.failures.share, 12) });
        else expect(work.caps.failures).toEqual(run.caps.failures);
      },
    ),
  );
});

test('what others wrote into a ledger is not taken for an option unless it is a known one, as text', () => {
  expect(limitWords({ concurrency: 5, rpm: '60', 'on-unknown': 'resubmit', token: 'x' })).toEqual({
    rpm: '60',
  });
});
