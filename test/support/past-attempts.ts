import type { PastAttempts } from '../../src/core/money/budget.ts';

/** A folder in which nothing was submitted yet. */
export const nothingPast: PastAttempts = { spentUsd: 0, named: [], unnamed: [] };
