import { expect, test } from 'vitest';
import { failure, JobFailure } from '../../src/core/job/failures.ts';
import type { Step } from '../../src/core/job/lifecycle.ts';
import type { ProviderClient } from '../../src/core/provider.ts';
import { collector } from '../../src/engine/collect.ts';
import { aJob, requestId } from '../support/builders.ts';
import { virtualClock } from '../support/virtual-clock.ts';

type CollectStep = Extract<Step, { type: 'collect' }>;

const first: CollectStep = {
  type: 'collect',
  stage: 'collect',
  requestId: requestId('r1'),
  outputs: null,
  costUsd: null,
};
const again: CollectStep = { ...first, savedBefore: true };

/** What becomes of a job whose result, or whose file, fails like this. */
async function kindAfter(step: CollectStep, at: 'result' | 'file', cause: JobFailure): Promise<string> {
  const results: Pick<ProviderClient, 'result'> = {
    async result() {
      if (at === 'result') throw cause;
      const output = { type: 'link', url: 'https://files.example/1', announced: null } as const;
      return { phase: 'succeeded', outputs: [output], costUsd: null };
    },
  };
  const collect = collector({
    api: results,
    results,
    clock: virtualClock(),
    files: {
      async save() {
        throw cause;
      },
    },
    leave: new AbortController().signal,
    transfers: (transfer) => transfer(),
  });
  const error = await collect(aJob({ prompt: 'a cat' }), step).catch((thrown: unknown) => thrown);
  if (!(error instanceof JobFailure)) throw error;
  return `${error.failure.kind}: ${error.failure.message}`;
}

const failed = (kind: Parameters<typeof failure>[0], http: number | null): JobFailure =>
  new JobFailure(failure(kind, 'It went wrong.', { http }));

test.each([
  ['result', failed('lost', 404), ' (HTTP 404)'],
  ['result', failed('no_output', null), ''],
  ['file', failed('download_failed', 404), ' (HTTP 404)'],
  ['file', failed('download_failed', 410), ' (HTTP 410)'],
] as const)(
  'files that were here before and that the server no longer has are lost: %s %o',
  async (at, cause, told) => {
    expect(await kindAfter(again, at, cause)).toBe(
      `lost: Its files are gone from the run folder, and the server no longer has them${told}.`,
    );
    expect(await kindAfter(first, at, cause)).toBe(`${cause.failure.kind}: It went wrong.`);
  },
);

test.each([
  ['result', failed('read_failed', 502)],
  ['file', failed('download_failed', 403)],
  ['file', failed('download_failed', null)],
] as const)('what may be of the moment is tried again by the next run: %s %o', async (at, cause) => {
  expect(await kindAfter(again, at, cause)).toBe(`${cause.failure.kind}: It went wrong.`);
});
