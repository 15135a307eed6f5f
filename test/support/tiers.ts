/** Whether this is `npm run test:night`: what `npm test` leaves out for its length, and all else in its full size. */
export const isNight = process.env.RCB_TEST_NIGHT === '1';

/** How much a test does: a little of it in `npm test`, all of it at night. */
export function sized(little: number, full: number): number {
  return isNight ? full : little;
}

// Both guard against what hangs and say nothing about speed: ten times what an idle machine takes, and more.

/** For one test or hook. */
export const testLimitMs = isNight ? 1_200_000 : 600_000;

/** For one wait in a test: until a page shows something, or an assertion holds. */
export const waitLimitMs = 120_000;
