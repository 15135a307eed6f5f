import { describe, expect, test } from 'vitest';
import { failure, type Help, JobFailure } from '../../src/core/job/failures.ts';
import type { JobState } from '../../src/core/job/job.ts';
import { ordered } from '../../src/core/job/orders.ts';
import type { FileOutput, Output } from '../../src/core/job/outputs.ts';
import type { FileStore } from '../../src/core/ports.ts';
import type { ProviderClient, RemoteResult } from '../../src/core/provider.ts';
import { runBatch } from '../../src/engine/batch.ts';
import { aJob, aLink } from '../support/builders.ts';
import { calmLimits, handles, portsOf } from '../support/running.ts';
import { type World, world } from '../support/world.ts';

const until = '?until=9999999999999';
const [good, other, bad] = ['good', 'other', 'bad'].map((name) =>
  aLink(`https://f.example/${name}${until}`),
) as [FileOutput, FileOutput, FileOutput];

interface Bent {
  readonly w: World;
  readonly api: ProviderClient;
  readonly files: FileStore;
  /** The names of the links that were fetched, in order. */
  readonly fetched: readonly string[];
  readonly reads: () => number;
  state(): JobState;
  run(): Promise<void>;
}

/** A world with one job, whose finished results and whose downloads are as given; `nth` counts the results from 1. */
function bent(
  resultOf: (nth: number) => RemoteResult,
  failOf: (name: string, nth: number) => JobFailure | null = () => null,
): Bent {
  const w = world();
  const job = aJob({ prompt: 'a cat' });
  w.put([job]);
  const fetched: string[] = [];
  let reads = 0;
  const api: ProviderClient = {
    ...w.api,
    async result(request, signal, sent) {
      const real = await w.api.result(request, signal);
      if (real.phase === 'unfinished') return real;
      expect(sent).toEqual(job.input);
      reads += 1;
      return resultOf(reads);
    },
  };
  const files: FileStore = {
    async save(file, output, signal) {
      const name = output.type === 'link' ? (output.url.split(/[/?]/)[3] as string) : output.type;
      fetched.push(name);
      const failed = failOf(name, fetched.filter((each) => each === name).length);
      if (failed !== null) throw failed;
      return w.files.save(file, output, signal);
    },
  };
  const state = (): JobState => w.stateOf(job.id);
  async function run(): Promise<void> {
    const ports = { ...portsOf(w), api, results: () => api, files: () => files };
    await w.clock.run(runBatch(ports, calmLimits, handles().stop));
    w.reboot();
  }
  return { w, api, files, fetched, reads: () => reads, state, run };
}

const holding =
  (outputs: readonly Output[], costUsd: number | null = 0.08) =>
  (): RemoteResult => ({ phase: 'succeeded', outputs, costUsd });

const fails = (helpedBy: Help): JobFailure =>
  new JobFailure(failure('download_failed', 'It is a web page.'), { helpedBy });

const badFails =
  (helpedBy: Help, tries = Number.POSITIVE_INFINITY) =>
  (name: string, nth: number): JobFailure | null =>
    name === 'bad' && nth <= tries ? fails(helpedBy) : null;

describe('a link that gives no file', () => {
  test('beside one that does is a note, and the job is done', async () => {
    const { state, run, fetched } = bent(holding([good, bad]), badFails('another_link'));
    await run();
    expect(state()).toMatchObject({
      status: 'done',
      files: [{ path: expect.stringMatching(/-1\.png$/) }],
      notes: ['https://f.example/bad was left out: It is a web page.'],
    });
    // What came is not fetched again for the sake of what does not.
    expect(fetched.toSorted()).toEqual(['bad', 'bad', 'good']);
  });

  test('and never will is not asked about again', async () => {
    const { state, run, reads, fetched } = bent(holding([bad, good]), badFails('nothing'));
    await run();
    expect(state()).toMatchObject({ status: 'done', notes: [expect.stringContaining('was left out')] });
    expect([reads(), fetched.toSorted()]).toEqual([1, ['bad', 'good']]);
  });

  test('comes by a fresh one, which leaves no note', async () => {
    const { state, run } = bent(holding([good, bad]), badFails('another_link', 1));
    await run();
    expect(state()).toMatchObject({ status: 'done', files: [{}, {}] });
    expect(state()).not.toHaveProperty('notes');
  });

  test('but may with another try keeps the job open, and is fetched in the next run', async () => {
    const { state, run } = bent(holding([good, bad]), badFails('another_try', 2));
    await run();
    expect(state()).toMatchObject({ status: 'succeeded', stalled: { kind: 'download_failed' } });
    await run();
    expect(state()).toMatchObject({ status: 'done', files: [{}, {}] });
  });

  test('and is the only one keeps the job open, at one download for each later run', async () => {
    const { state, run, fetched, w } = bent(holding([bad]), badFails('another_link'));
    await run();
    const before = fetched.length;
    await run();
    expect(state()).toMatchObject({ status: 'succeeded' });
    expect([before, fetched.length - before]).toEqual([2, 1]);
    expect(w.requests.size).toBe(1);
  });

  test('does not hide what the result cannot give', async () => {
    const sentence = 'The result names 101 files: the first 100 are kept, 1 were left out.';
    const { state, run } = bent(holding([good, other, { type: 'note', sentence }]));
    await run();
    expect(state()).toMatchObject({ status: 'done', files: [{}, {}], notes: [sentence] });
  });
});

describe('a cost that is named late', () => {
  const late = (after: number) => (nth: number) => holding([good], nth > after ? 0.05 : null)();

  test('is asked for once more when the files are safe', async () => {
    const { state, run, reads } = bent(late(1));
    await run();
    expect(state()).toMatchObject({ status: 'done', costUsd: 0.05 });
    expect(reads()).toBe(2);
  });

  test('is not asked for twice, nor where it is known', async () => {
    const never = bent(late(9));
    await never.run();
    expect(never.state()).toMatchObject({ status: 'done', costUsd: null });
    expect(never.reads()).toBe(2);
    const known = bent(late(0));
    await known.run();
    expect(known.reads()).toBe(1);
  });

  test.each<[string, () => Promise<RemoteResult>]>([
    ['fails', () => Promise.reject(new JobFailure(failure('server_error', 'It is away.')))],
    ['hangs', () => new Promise(() => {})],
  ])('holds no job up where the question %s', async (_how, answer) => {
    const { w, api, files, state } = bent(late(9));
    let asked = 0;
    const silent: ProviderClient = {
      ...api,
      async result(request, signal, sent) {
        const result = await api.result(request, signal, sent);
        if (result.phase === 'unfinished') return result;
        asked += 1;
        return asked === 1 ? result : answer();
      },
    };
    const ports = { ...portsOf(w), api: silent, results: () => silent, files: () => files };
    await w.clock.run(runBatch(ports, calmLimits, handles().stop));
    expect(state()).toMatchObject({ status: 'done', costUsd: null });
  });
});

describe('a success that holds nothing', () => {
  const empty = (kind: 'no_output' | 'refused') => (): RemoteResult => {
    throw new JobFailure(failure(kind, 'It holds nothing.'), { costUsd: 0.08, answer: '{"output":null}' });
  };

  test.each(['no_output', 'refused'] as const)('keeps its answer with the job: %s', async (kind) => {
    const { state, run, fetched } = bent(empty(kind));
    await run();
    expect(state()).toMatchObject({
      status: 'failed',
      failure: { kind },
      costUsd: 0.08,
      files: [{ path: expect.stringMatching(/\.json$/) }],
    });
    expect(fetched).toEqual(['document']);
  });

  /** The same job, read again as `rcb fetch` does. */
  async function readAgain(then: (nth: number) => RemoteResult): Promise<Bent> {
    const held: { result: (nth: number) => RemoteResult } = { result: empty('no_output') };
    const world = bent((nth) => held.result(nth));
    await world.run();
    held.result = then;
    const next = ordered(world.state(), { type: 'refetch' });
    const [job] = [...world.w.requests.values()].map((request) => request.job);
    if (next === null || job === undefined) throw new Error('it cannot be read again');
    await world.w.openLedger().record(job.id, next, 0 as never);
    world.w.reboot();
    await world.run();
    return world;
  }

  test('may hold a file by now', async () => {
    const { state, w } = await readAgain(holding([good]));
    expect(state()).toMatchObject({ status: 'done', files: [{}] });
    expect(w.requests.size).toBe(1);
  });

  test('stays as it was where the server has forgotten it, or is away: nobody is told to pay for it again', async () => {
    for (const kind of ['lost', 'server_error', 'no_output'] as const) {
      const { state } = await readAgain(() => {
        throw new JobFailure(failure(kind, 'Gone.'));
      });
      expect(state()).toMatchObject({ status: 'failed', failure: { kind: 'no_output' }, costUsd: 0.08 });
    }
  });
});
