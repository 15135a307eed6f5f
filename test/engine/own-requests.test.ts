import { describe, expect, test } from 'vitest';
import { failureOf } from '../../src/core/job/state-facts.ts';
import { withOwnRequests } from '../../src/engine/own-requests.ts';
import { aJob, aRequest } from '../support/builders.ts';
import { portsOf } from '../support/running.ts';
import { world } from '../support/world.ts';

describe('a submission that is answered with the request of another job', () => {
  test('is not a second result of it: its outcome is unknown', async () => {
    const w = world();
    const [cat, dog] = [aJob({ prompt: 'a cat' }), aJob({ prompt: 'a dog' })];
    w.put([cat, dog]);
    const ports = portsOf(w);
    const taken = new Map<string, string>();
    const api = withOwnRequests(
      { ...ports.api, submit: async () => aRequest('same-id') },
      {
        take(id, job) {
          const owner = taken.get(id) ?? job;
          taken.set(id, owner);
          return owner === job ? null : cat.id;
        },
      },
    );
    const { signal } = new AbortController();
    await expect(api.submit(cat, signal)).resolves.toMatchObject({ id: 'same-id' });
    await expect(api.submit(cat, signal)).resolves.toMatchObject({ id: 'same-id' });
    await expect(api.submit(dog, signal)).rejects.toMatchObject({
      failure: { kind: 'unanswered', message: expect.stringContaining(`the id of job ${cat.id}`) },
    });
    expect(failureOf(w.stateOf(dog.id))).toBeNull();
  });

  test('is recorded where nobody can look up whose request it is: it was paid for', async () => {
    const w = world();
    const api = withOwnRequests(
      { ...w.api, submit: async () => aRequest('an-id') },
      {
        take() {
          throw new Error('disk I/O error');
        },
      },
    );
    await expect(api.submit(aJob({ prompt: 'a cat' }), new AbortController().signal)).resolves.toMatchObject({
      id: 'an-id',
    });
  });
});
