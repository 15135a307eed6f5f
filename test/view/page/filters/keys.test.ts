import { describe, expect, test } from 'vitest';
import { keyColumn } from '../../../../src/view/page/filters/key-column.ts';
import { keysOf } from '../../../../src/view/page/filters/keys.ts';
import type { PageHead, PageJob } from '../../../../src/view/page-data.ts';
import { aPageHead, aPageJob, crossed } from '../page-builders.ts';

function columnOf(id: string, jobs: readonly PageJob[], head: PageHead = aPageHead()) {
  const key = keysOf(head, jobs).find((each) => each.id === id);
  if (key === undefined) throw new Error(`There is no key ${id}.`);
  const column = keyColumn(key, jobs);
  return { labels: column.labels, values: Array.from(column.codes, (code) => column.labels[code]) };
}
const input = (values: PageJob['input']) => ({ input: { prompt: 'p', ...values } });

describe('keys', () => {
  test('axes of the plan come first, then the prompt, the keys of every job, inputs and tags', () => {
    const jobs = crossed(['a', 'b'], { seed: [1, 2] }).map((job) => ({
      ...job,
      input: { ...job.input, steps: 20 },
      tags: { Category: 'Animals' },
    }));
    const keys = keysOf(aPageHead({ axes: [{ name: 'seed', values: [1, 2] }] }), jobs);
    const own = ['model', 'state', 'error', 'id', 'rep', 'plan'];
    expect(keys.map(({ id }) => id)).toEqual(['seed', 'prompt', ...own, 'steps', 'Category']);
  });

  test('what is most like a prompt is the prompt where no input is called so', () => {
    const jobs = [
      aPageJob(0, { input: { '31.seed': 1, '6.text': 'a fox in the snow', '4.ckpt_name': 'a' } }),
    ];
    const keys = keysOf(aPageHead(), jobs);
    expect(keys.filter(({ isPrompt }) => isPrompt).map(({ id }) => id)).toEqual(['6.text']);
    expect(keys[0]?.id).toBe('6.text');
    const mixed = keysOf(aPageHead(), [...jobs, aPageJob(1)]);
    expect(mixed.filter(({ isPrompt }) => isPrompt).map(({ id }) => id)).toEqual(['prompt']);
  });

  test('a tag with the name of an input, and an input named state, are separate keys', () => {
    const jobs = [
      aPageJob(0, { ...input({ size: 's', state: 'liquid' }), tags: { size: 'big', state: 'Ohio' } }),
    ];
    const ids = keysOf(aPageHead(), jobs).map(({ id, label }) => [id, label]);
    expect(ids).toContainEqual(['size', 'size']);
    expect(ids).toContainEqual(['tag:size', 'size']);
    expect(ids).toContainEqual(['input:state', 'state']);
    expect(ids).toContainEqual(['tag:state', 'state']);
    expect(columnOf('tag:size', jobs).labels).toEqual(['big']);
  });

  test('a model that is an axis of the plan is listed once, in the order of the plan', () => {
    const jobs = [aPageJob(0, { model: 'b' }), aPageJob(1, { model: 'a' })];
    const head = aPageHead({ axes: [{ name: 'model', values: ['a', 'b'] }] });
    expect(keysOf(head, jobs).filter(({ label }) => label === 'model')).toHaveLength(1);
    expect(columnOf('model', jobs, head).labels).toEqual(['a', 'b']);
  });

  test('members that every object has are not values', () => {
    const jobs = [aPageJob(0, { tags: Object.fromEntries([['__proto__', 'mine']]) }), aPageJob(1)];
    expect(columnOf('__proto__', jobs).values).toEqual(['mine', '(none)']);
    const named = [aPageJob(0, input({ constructor: 'c' })), aPageJob(1)];
    expect(columnOf('constructor', named).values).toEqual(['c', '(none)']);
  });
});

describe('values of a key', () => {
  test('are in the order of the plan, followed by those that the plan does not have', () => {
    const head = aPageHead({ axes: [{ name: 'cfg', values: [7, 3, 5] }] });
    const jobs = [9, 3, 7, 5].map((cfg, n) => aPageJob(n, { axes: { cfg } }));
    expect(columnOf('cfg', jobs, head).labels).toEqual(['7', '3', '5', '9']);
  });

  test('are sorted by number if all are numbers, or else in order of first appearance', () => {
    const numbers = ['10', '9', '-1.5', '1e2'].map((Steps, n) => aPageJob(n, { tags: { Steps } }));
    expect(columnOf('Steps', numbers).labels).toEqual(['-1.5', '9', '10', '1e2']);
    const words = ['10', 'nine', '2'].map((Steps, n) => aPageJob(n, { tags: { Steps } }));
    expect(columnOf('Steps', words).labels).toEqual(['10', 'nine', '2']);
  });

  test('"no value" is a value of its own and comes last', () => {
    const jobs = [
      aPageJob(0),
      aPageJob(1, input({ seed: 2 })),
      aPageJob(2, input({ seed: null })),
      aPageJob(3, input({ seed: 1 })),
    ];
    expect(columnOf('seed', jobs)).toEqual({
      labels: ['1', '2', '(none)'],
      values: ['(none)', '2', '(none)', '1'],
    });
  });

  test('objects are the same value in whatever order their members are', () => {
    const jobs = [
      aPageJob(0, input({ loras: { a: 1, b: [2] } })),
      aPageJob(1, input({ loras: { b: [2], a: 1 } })),
    ];
    expect(columnOf('loras', jobs).labels).toEqual(['{"a":1,"b":[2]}']);
  });

  test('states are in the order in which a job passes through them', () => {
    const jobs = (['failed', 'done', 'pending'] as const).map((state, n) => aPageJob(n, { state }));
    expect(columnOf('state', jobs).labels).toEqual(['pending', 'done', 'failed']);
  });

  test('a family is named after the job from which all its members descend', () => {
    const [root, child, grandchild, orphan] = [
      aPageJob(0, { name: 'fox' }),
      aPageJob(1),
      aPageJob(2),
      aPageJob(3),
    ];
    const jobs = [
      { ...grandchild, parent: child.job } as PageJob,
      { ...child, parent: root.job } as PageJob,
      root,
      { ...orphan, parent: 'feedfeedfeedfeed' } as PageJob,
    ];
    expect(columnOf('family', jobs).values).toEqual(['fox', 'fox', 'fox', 'feedfeedfeedfeed']);
  });

  test('jobs that are each other’s parents are a family, too', () => {
    const [a, b] = [aPageJob(0), aPageJob(1)];
    const { values } = columnOf('family', [
      { ...a, parent: b.job },
      { ...b, parent: a.job },
    ]);
    expect(new Set(values).size).toBe(1);
  });
});
