import { maxCanary } from '../../core/job/canary-report.ts';
import { parseDurationMs } from '../../core/pacing/pace.ts';
import type { Scalar } from '../json/value-tree.ts';
import { type Part, shownNode } from './sweep-page.ts';

/** The highest number that any setting of a sweep takes. */
const highest = 1_000_000_000;

// Longer ones are not durations, and are not worth matching.
const maxDurationLength = 40;

/** A single value that `read` makes something of; `wanted` ends the sentence `… must be`. */
function scalarPart<T>(wanted: string, read: (value: Scalar) => T | null): Part<T> {
  return (page, node, name) => {
    const value = node.kind === 'scalar' ? read(node.value) : null;
    if (value !== null) return value;
    page.refuse(node.at, `${name} must be ${wanted}, but is ${shownNode(node)}.`);
    return null;
  };
}

export const textPart = scalarPart('a text', (value) =>
  typeof value === 'string' && value.trim() !== '' ? value : null,
);

export const repeatPart = scalarPart('a whole number from 1 to 1,000,000', (value) =>
  isCount(value, 1_000_000) ? value : null,
);

export const concurrencyPart = scalarPart('a whole number of at least 1, or auto', (value) =>
  value === 'auto' ? value : isCount(value, highest) ? String(value) : null,
);

export const ratePart = scalarPart('a whole number of at least 1', (value) =>
  isCount(value, highest) ? String(value) : null,
);

export const canaryPart = scalarPart(`a whole number from 1 to ${maxCanary}`, (value) =>
  isCount(value, maxCanary) ? String(value) : null,
);

export const amountPart = scalarPart('a number of dollars', (value) =>
  typeof value === 'number' && value >= 0 && value <= highest ? String(value) : null,
);

export const durationPart = scalarPart('a duration such as 90s, 30m or 8h', (value) => {
  if (typeof value === 'string') {
    return value.length > maxDurationLength || parseDurationMs(value) === null ? null : value;
  }
  return isCount(value, highest) ? String(value) : null;
});

function isCount(value: Scalar, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= max;
}
