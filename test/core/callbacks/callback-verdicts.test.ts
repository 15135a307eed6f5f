import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  callbackLine,
  callbackUrl,
  type HeardCallback,
  namedInPath,
  readCallbackLine,
} from '../../../src/core/callbacks/callback-line.ts';
import { callbackVerdicts } from '../../../src/core/callbacks/callback-verdicts.ts';
import type { Instant, JobId, RequestId } from '../../../src/core/job/job.ts';

const job = (n: number): JobId => n.toString(16).padStart(16, '0') as JobId;
const heard = (n: number, requestId: string, attempt = 1): HeardCallback => ({
  ...{ job: job(n), attempt, requestId, status: 'in_queue', at: 1_700_000_000_000 as Instant },
});
const known = (owners: Readonly<Record<string, JobId>> = {}) => ({
  ownerOf: (id: RequestId) => owners[id] ?? null,
  requestId: (text: string) => (/^[a-z0-9-]{1,40}$/.test(text) ? (text as RequestId) : null),
});
const unclear = [
  { job: job(1), attempt: 1 },
  { job: job(2), attempt: 2 },
];

describe('an unclear submission', () => {
  test('is taken up by the one request that callbacks name, however often they come', () => {
    const all = [heard(1, 'r-1'), heard(1, 'r-1'), heard(2, 'r-2', 2), heard(3, 'r-3')];
    expect(callbackVerdicts(unclear, all, known())).toEqual([
      { type: 'accepted', job: job(1), requestId: 'r-1' },
      { type: 'accepted', job: job(2), requestId: 'r-2' },
    ]);
  });

  test('is not what another attempt, or nothing that can be an id, tells of', () => {
    expect(callbackVerdicts(unclear, [heard(2, 'r-2', 1), heard(1, '../../x')], known())).toEqual([]);
  });

  test.each([
    ['two requests', [heard(1, 'r-1'), heard(1, 'r-9')], {}, 'one is forged'],
    ['a request of another job', [heard(1, 'r-1')], { 'r-1': job(7) }, `belongs to job ${job(7)}`],
    ['a request of an earlier attempt', [heard(1, 'r-1')], { 'r-1': job(1) }, 'an earlier attempt'],
    ['one request for two jobs', [heard(1, 'r-1'), heard(2, 'r-1', 2)], {}, `for job ${job(2)}`],
  ])('is left to the user where callbacks name %s', (_, all, owners, why) => {
    const [first] = callbackVerdicts(unclear, all, known(owners));
    expect(first).toMatchObject({ type: 'contested', job: job(1), why: expect.stringContaining(why) });
  });

  test('has the same verdict in whatever order callbacks come, and no request is ever given to two jobs', () => {
    const one = fc.record({
      n: fc.integer({ min: 1, max: 4 }),
      id: fc.constantFrom('r-1', 'r-2', 'r-3', 'owned', '??'),
      attempt: fc.integer({ min: 1, max: 2 }),
    });
    const attempts = [1, 2, 3, 4].map((n) => ({ job: job(n), attempt: (n % 2) + 1 }));
    fc.assert(
      fc.property(fc.array(one, { maxLength: 12 }), fc.infiniteStream(fc.nat()), (calls, dice) => {
        const all = calls.map(({ n, id, attempt }) => heard(n, id, attempt));
        const shuffled = all
          .map((each) => ({ each, at: dice.next().value }))
          .toSorted((a, b) => a.at - b.at)
          .map(({ each }) => each);
        const owners = known({ owned: job(9) });
        const verdicts = callbackVerdicts(attempts, all, owners);
        const accepted = verdicts.filter((verdict) => verdict.type === 'accepted');
        const again = callbackVerdicts(attempts, [...shuffled, ...all], owners);
        expect(again.filter((verdict) => verdict.type === 'accepted')).toEqual(accepted);
        expect(new Set(accepted.map(({ requestId }) => requestId)).size).toBe(accepted.length);
        for (const { job: id, requestId } of accepted) {
          const { attempt } = attempts.find((each) => each.job === id) as { attempt: number };
          expect(requestId).not.toBe('owned');
          const named = all.filter(
            (each) => each.job === id && each.attempt === attempt && each.requestId !== '??',
          );
          expect(new Set(named.map((each) => each.requestId))).toEqual(new Set([requestId]));
        }
      }),
    );
  });
});

describe('a line of the file', () => {
  test('reads back as it was written', () => {
    const told = heard(5, 'r-5', 12);
    expect(readCallbackLine(callbackLine(told).trimEnd())).toEqual(told);
  });

  test.each([
    '',
    'null',
    '{"job":"00000000000000',
    '{"job":"../../etc/passwd","attempt":1,"request_id":"r"}',
    '{"job":"0000000000000001","attempt":0,"request_id":"r"}',
    '{"job":"0000000000000001","attempt":1.5,"request_id":"r"}',
    '{"job":"0000000000000001","attempt":1,"request_id":7}',
    `{"job":"0000000000000001","attempt":1,"request_id":"${'r'.repeat(2_000)}"}`,
  ])('is nothing where it is %s', (line) => {
    expect(readCallbackLine(line)).toBeNull();
  });
});

describe('an address', () => {
  test('names job and attempt below the base, and is read back', () => {
    const url = callbackUrl(new URL('https://me.example/rcb/SECRET/'), job(10), 3);
    expect(url).toBe(`https://me.example/rcb/SECRET/${job(10)}/3`);
    const [attempt, id] = url.split('/').toReversed() as [string, string];
    expect(namedInPath(id, attempt)).toEqual({ job: job(10), attempt: 3 });
  });

  test.each([
    ['..', '1'],
    ['%2e%2e', '1'],
    ['000000000000000G', '1'],
    ['0000000000000001', '01'],
    ['0000000000000001', '10000'],
    ['0000000000000001', '1%00'],
    ['0000000000000001/..', '1'],
    ['', ''],
  ])('names nothing with %s and %s', (id, attempt) => {
    expect(namedInPath(id, attempt)).toBeNull();
  });
});
