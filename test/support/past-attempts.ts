import type { PastAttempts } from '../../src/core/money/past-attempts.ts';

/** A folder in which nothing was submitted yet. */
export const nothingPast: PastAttempts = { spentUsd: 0, named: [], unnamed: [] };
