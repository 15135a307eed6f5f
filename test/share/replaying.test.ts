import { expect, test } from 'vitest';
import type { JobId, RequestId } from '../../src/core/job/job.ts';
import { HistoryLost, LedgerAway } from '../../src/core/sharing/shared-ledger.ts';
import type { Told } from '../../src/core/sharing/verdicts.ts';
import { rememberingAll } from '../../src/share/runner/replaying.ts';
import { at } from '../support/builders.ts';

const facts = Array.from({ length: 1_200 }, (_, nth): Told => {
  const requestId = `r-${nth}` as RequestId;
  const state = { status: 'queued', attempt: 1, requestId, since: at(1), stalled: null } as const;
  return { job: `job-${nth}` as JobId, epoch: 1, at: at(1), state };
});

/** A ledger that has lost its history so many times. */
function forgetful(losses: number) {
  let left = losses;
  const told: Told[] = [];
  const heard: string[] = [];
  const shared = {
    async tell(some: readonly Told[]) {
      told.push(...some);
      return some.map(() => 'taken' as const);
    },
    async replayed() {
      heard.push(`replayed after ${told.length}`);
      left -= 1;
    },
  };
  const claim = async (): Promise<string> => {
    if (left > 0) throw new HistoryLost();
    return 'claimed';
  };
  return { shared, claim, told, heard, mirror: { facts: () => facts } };
}

test('a ledger that has lost its history is told all that a mirror knows before it is asked again', async () => {
  const { shared, claim, told, heard, mirror } = forgetful(1);
  expect(await rememberingAll({ shared, mirror }, claim)).toBe('claimed');
  expect(told).toEqual(facts);
  expect(heard).toEqual(['replayed after 1200']);
});

test('and once more where it is lost again meanwhile; with another failure nothing is told', async () => {
  const { shared, claim, heard, mirror } = forgetful(2);
  expect(await rememberingAll({ shared, mirror }, claim)).toBe('claimed');
  expect(heard).toEqual(['replayed after 1200', 'replayed after 2400']);
  const away = async (): Promise<never> => Promise.reject(new LedgerAway());
  await expect(rememberingAll({ shared, mirror }, away)).rejects.toBeInstanceOf(LedgerAway);
  expect(heard).toHaveLength(2);
});
