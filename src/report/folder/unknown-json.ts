import { roundedUsd } from '../../core/money/prices.ts';
import type { UnknownView } from './unknown-text.ts';

/** An unclear submission for programs, in the words of the manifest. */
export function unknownJson({ submittedAt, usd, ...view }: UnknownView) {
  return { ...view, submitted_at: submittedAt, usd: roundedUsd(usd) };
}
