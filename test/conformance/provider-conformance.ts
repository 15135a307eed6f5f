import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { JobFailure } from '../../src/core/job/failures.ts';
import type { Job } from '../../src/core/job/job.ts';
import type { Provider, ProviderClient, RemoteRequest, RemoteResult } from '../../src/core/provider.ts';
import { aRequest } from '../support/builders.ts';
import { hearing } from '../support/receivers.ts';

/** A provider's API with one slot, real or not, and a client of it. */
export interface ProviderWorld {
  readonly client: ProviderClient;
  /** Jobs with different bodies: two that the API accepts, and one that it refuses for its input. */
  readonly jobs: { readonly cat: Job; readonly dog: Job; readonly refused: Job };
  /** What a result tells of its cost, and what a request that runs answers when it is to be cancelled. */
  readonly manner: {
    readonly cost: 'told' | 'not told';
    readonly cancelsRunning: 'requested' | 'not_cancellable';
  };
  /** How many submits were accepted of this job's body. */
  accepted(job: Job): Promise<number>;
  /** Lets time pass until the request, which is the only one under way, has ended. */
  untilEnded(request: RemoteRequest): Promise<void>;
  /** What happens to the submits from now on. */
  submitsWill(fate: 'be rate limited' | 'lose their answer' | 'be reset before they count'): Promise<void>;
  /** How the provider reads what its API posts; left out: it calls nobody back. */
  readonly callback?: NonNullable<Provider['callback']>;
  close(): Promise<void>;
}

const never = new AbortController().signal;

/**
 * What the engine relies on, said once and held against the in-memory world and every provider with its simulator, so
 * that none can drift from the others. `open` makes a new world for each test.
 */
export function providerConformance(name: string, open: () => Promise<ProviderWorld>): void {
  describe(`${name} as a provider`, () => {
    let served: ProviderWorld;
    let [cat, dog] = [] as unknown as [Job, Job];

    beforeEach(async () => {
      served = await open();
      ({ cat, dog } = served.jobs);
    });
    afterEach(() => served.close());

    test('accepts a submit with an id of the allowed form', async () => {
      const request = await served.client.submit(cat, never);
      expect(request.id).toMatch(/^[A-Za-z0-9_-]{1,128}$/);
      expect(request.model).toBe(cat.model);
      expect(await served.accepted(cat)).toBe(1);
    });

    test('accepts the same body twice as two requests: there is no idempotency', async () => {
      const first = await served.client.submit(cat, never);
      const second = await served.client.submit(cat, never);
      expect(first.id).not.toBe(second.id);
      expect(await served.accepted(cat)).toBe(2);
    });

    test('queues what has no slot, with a position, and runs the other', async () => {
      const first = await served.client.submit(cat, never);
      const second = await served.client.submit(dog, never);
      expect(await served.client.status(first, never)).toEqual({ phase: 'running' });
      expect(await served.client.status(second, never)).toEqual({ phase: 'queued', position: 1 });
    });

    test('finds a request again by what a ledger has kept of it', async () => {
      const request = await served.client.submit(cat, never);
      const kept = JSON.parse(JSON.stringify(request)) as RemoteRequest;
      expect(kept).toEqual(request);
      expect(await served.client.status(kept, never)).toEqual({ phase: 'running' });
    });

    test('calls the result of what still runs unfinished', async () => {
      const request = await served.client.submit(cat, never);
      expect(await served.client.result(request, never)).toMatchObject({ phase: 'unfinished' });
    });

    test('gives links, and the cost if it is told, of what has ended, as often as it is asked', async () => {
      const request = await served.client.submit(cat, never);
      await served.untilEnded(request);
      expect(await served.client.status(request, never)).toEqual({ phase: 'finished' });
      for (let time = 0; time < 2; time += 1) {
        const result = (await served.client.result(request, never)) as Extract<
          RemoteResult,
          { phase: 'succeeded' }
        >;
        expect(result.phase).toBe('succeeded');
        expect(result.outputs).toMatchObject([{ type: 'link' }]);
        if (served.manner.cost === 'told') expect(result.costUsd).toBeGreaterThan(0);
        else expect(result.costUsd).toBeNull();
      }
    });

    test('cancels what is queued, which then ends as cancelled; what runs is at most asked to end', async () => {
      const first = await served.client.submit(cat, never);
      const second = await served.client.submit(dog, never);
      expect(['cancelled', 'requested']).toContain(await served.client.cancel(second, never));
      expect(await served.client.cancel(first, never)).toBe(served.manner.cancelsRunning);
      expect(await served.client.status(first, never)).toEqual({ phase: 'running' });
      expect(await served.client.status(second, never)).toEqual({ phase: 'finished' });
      await expect(served.client.result(second, never)).rejects.toMatchObject({
        failure: { kind: 'cancelled' },
      });
    });

    test('calls a request that it never heard of lost', async () => {
      const stranger = aRequest('req-of-somebody-else', cat.model);
      await expect(served.client.status(stranger, never)).rejects.toMatchObject({
        failure: { kind: 'lost' },
      });
      await expect(served.client.result(stranger, never)).rejects.toMatchObject({
        failure: { kind: 'lost' },
      });
    });

    test('calls what has ended neither cancellable nor cancelled', async () => {
      const request = await served.client.submit(cat, never);
      await served.untilEnded(request);
      expect(await served.client.cancel(request, never)).toBe('not_cancellable');
      expect(await served.client.result(request, never)).toMatchObject({ phase: 'succeeded' });
    });

    test('calls back for the very request, also where the answer to the submission is lost', async ({
      skip,
    }) => {
      const { callback } = served;
      if (callback === undefined) return skip('it calls nobody back');
      const told = await hearing();
      const request = await served.client.submit(cat, never, { attempt: 1, callback: told.url('cat/1') });
      expect(callback((await told.at('/cat/1')).body)).toMatchObject({ requestId: request.id });
      await served.untilEnded(request);
      await served.submitsWill('lose their answer');
      const lost = served.client.submit(dog, never, { attempt: 2, callback: told.url('dog/2?a=b&c=%26') });
      await expect(lost).rejects.toMatchObject({ failure: { kind: 'unanswered' } });
      const heard = callback((await told.at('/dog/2?a=b&c=%26')).body);
      const named = { id: heard?.requestId ?? request.id, model: dog.model, ref: null };
      expect(named.id).not.toBe(request.id);
      expect(['queued', 'running']).toContain((await served.client.status(named, never)).phase);
      expect(callback({ status: 'in_queue' })).toBeNull();
    });

    test('answers what costs nothing', async () => {
      await served.client.ping(never);
    });

    test('a submit of what the schema forbids is invalid input and was not accepted', async () => {
      const { refused: wrong } = served.jobs;
      await expect(served.client.submit(wrong, never)).rejects.toMatchObject({
        failure: { kind: 'invalid_input' },
      });
      expect(await served.accepted(wrong)).toBe(0);
    });

    test('a rate limited submit was not accepted', async () => {
      await served.submitsWill('be rate limited');
      await expect(served.client.submit(cat, never)).rejects.toMatchObject({
        failure: { kind: 'rate_limited' },
      });
      expect(await served.accepted(cat)).toBe(0);
    });

    test('a submit whose answer is lost is unanswered, whether it was accepted or not', async () => {
      await served.submitsWill('lose their answer');
      await expect(served.client.submit(cat, never)).rejects.toMatchObject({
        failure: { kind: 'unanswered' },
      });
      expect(await served.accepted(cat)).toBe(1);
      await served.submitsWill('be reset before they count');
      await expect(served.client.submit(dog, never)).rejects.toMatchObject({
        failure: { kind: 'unanswered' },
      });
      expect(await served.accepted(dog)).toBe(0);
    });

    test('a call that was stopped before it began gives the reason of the stop and sends nothing', async () => {
      const reason = new Error('stopped');
      const stopped = AbortSignal.abort(reason);
      await expect(served.client.submit(cat, stopped)).rejects.toBe(reason);
      await expect(served.client.status(aRequest('any', cat.model), stopped)).rejects.toBe(reason);
      expect(await served.accepted(cat)).toBe(0);
    });

    test('failures are JobFailures with a message that is a sentence', async () => {
      const error = await served.client
        .status(aRequest('req-of-somebody-else', cat.model), never)
        .catch((e: unknown) => e);
      expect(error).toBeInstanceOf(JobFailure);
      expect((error as JobFailure).message).toMatch(/^[A-Z].*\.$/s);
    });
  });
}
