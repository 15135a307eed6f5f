/** How many failures end submitting: a number of jobs, or a share of those that have ended. */
export type FailureCap = { readonly jobs: number } | { readonly share: number };

/** Jobs that are at rest, and those of them that are not done. */
export interface Endings {
  readonly ended: number;
  readonly failed: number;
}

// A share means nothing until this many jobs have ended.
const minForShare = 20;

/** Why nothing more is submitted, in a sentence; null: not too many jobs have failed. */
export function tooManyFailed(cap: FailureCap, { ended, failed }: Endings): string | null {
  if ('jobs' in cap) return failed >= cap.jobs ? `${failed} jobs did not succeed.` : null;
  if (ended < minForShare || failed / ended <= cap.share) return null;
  return `${failed} of ${ended} jobs did not succeed.`;
}
