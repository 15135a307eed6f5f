import { expect, test } from 'vitest';
import { keyColumn } from '../../../../src/view/page/filters/key-column.ts';
import { keysOf } from '../../../../src/view/page/filters/keys.ts';
import { defaultAxes } from '../../../../src/view/page/grid/default-axes.ts';
import type { PageJob } from '../../../../src/view/page-data.ts';
import { aPageHead, aPageJob, crossed } from '../page-builders.ts';

function axesOf(jobs: readonly PageJob[], names: readonly string[] = []) {
  const axes = names.map((name) => ({
    name,
    values: [...new Set(jobs.map((job) => job.axes[name] ?? null))],
  }));
  return defaultAxes(keysOf(aPageHead({ axes }), jobs).map((key) => keyColumn(key, jobs)));
}
const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n + 1);
const prompts = (count: number): string[] => numbers(count).map((n) => `prompt ${n}`);

test('two axes of the plan make a grid, the longer one as rows', () => {
  const jobs = crossed(['one'], { seed: numbers(3), style: ['a', 'b', 'c', 'd'] });
  expect(axesOf(jobs, ['seed', 'style'])).toEqual({
    mode: 'grid',
    x: 'seed',
    y: 'style',
    superX: null,
    superY: null,
  });
});

test('prompts are an axis as well, and a third one is nested around the columns if it fits', () => {
  const jobs = crossed(prompts(20), { seed: numbers(4), style: ['a', 'b'] });
  expect(axesOf(jobs, ['seed', 'style'])).toEqual({
    mode: 'grid',
    x: 'seed',
    y: 'prompt',
    superX: 'style',
    superY: null,
  });
  const wide = crossed(prompts(20), { seed: numbers(12), style: ['a', 'b'] });
  expect(axesOf(wide, ['seed', 'style'])).toMatchObject({
    x: 'seed',
    y: 'prompt',
    superX: null,
    superY: 'style',
  });
});

test('models that are compared are an axis', () => {
  const jobs = ['m/a', 'm/b'].flatMap((model, m) =>
    prompts(5).map((prompt, n) => aPageJob(m * 5 + n, { model, input: { prompt } })),
  );
  expect(axesOf(jobs)).toEqual({ mode: 'grid', x: 'model', y: 'prompt', superX: null, superY: null });
});

test('prompts alone, or one axis alone, make a wall', () => {
  expect(axesOf(prompts(30).map((prompt, n) => aPageJob(n, { input: { prompt } })))).toMatchObject({
    mode: 'wall',
    y: 'prompt',
  });
  expect(axesOf(crossed(['one'], { seed: numbers(8) }), ['seed'])).toMatchObject({ mode: 'wall', x: 'seed' });
  expect(axesOf([])).toEqual({ mode: 'wall', x: null, y: null, superX: null, superY: null });
});

test('a grid that would be mostly empty becomes a wall', () => {
  const jobs = prompts(10).map((prompt, n) => aPageJob(n, { input: { prompt }, axes: { seed: n } }));
  expect(axesOf(jobs, ['seed'])).toMatchObject({ mode: 'wall' });
});

test('even a few prompts become the rows, if the other axis fits across the page', () => {
  const few = crossed(prompts(2), { seed: numbers(8) });
  expect(axesOf(few, ['seed'])).toMatchObject({ mode: 'grid', x: 'seed', y: 'prompt' });
  const long = crossed(prompts(2), { seed: numbers(40) });
  expect(axesOf(long, ['seed'])).toMatchObject({ mode: 'grid', x: 'prompt', y: 'seed' });
});

test('if the plan has no axes, inputs that are crossed with the prompts make a grid', () => {
  const spelled = crossed(prompts(6), { style: ['a', 'b', 'c'], aspect_ratio: ['1:1', '16:9'] }).map(
    (job) => ({ ...job, axes: {}, input: { ...job.input, ...job.axes } }),
  );
  expect(axesOf(spelled)).toEqual({
    mode: 'grid',
    x: 'style',
    y: 'prompt',
    superX: 'aspect_ratio',
    superY: null,
  });
  const seeded = prompts(12).map((prompt, n) => aPageJob(n, { input: { prompt, seed: n }, axes: {} }));
  expect(axesOf(seeded)).toMatchObject({ mode: 'wall' });
});

test('another axis is nested around the rows, so that no cell has several jobs, unless it is long', () => {
  const axes = { seed: numbers(12), style: ['a', 'b'], aspect_ratio: ['1:1', '16:9'] };
  const crossedTwice = axesOf(crossed(prompts(2), axes), ['seed', 'style', 'aspect_ratio']);
  expect(crossedTwice).toEqual({
    mode: 'grid',
    x: 'style',
    y: 'seed',
    superX: 'aspect_ratio',
    superY: 'prompt',
  });
  const long = crossed(prompts(40), { seed: numbers(20), style: numbers(18) });
  expect(axesOf(long, ['seed', 'style'])).toMatchObject({ y: 'prompt', superX: null, superY: null });
});
