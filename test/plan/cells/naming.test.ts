import { expect, test } from 'vitest';
import { UserError } from '../../../src/core/complaints.ts';
import type { JobId } from '../../../src/core/job/job.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import { defaultNameTemplate } from '../../../src/core/name-template.ts';
import {
  checkNameTemplate,
  commonPlaceholders,
  openPathOf,
  pathWith,
} from '../../../src/plan/cells/naming.ts';
import { compileInputs, type ModelInputs } from '../../../src/plan/models/schema.ts';
import { fixtureModel } from '../plan-arrange.ts';

type Named = Parameters<typeof openPathOf>[1] & { readonly id: JobId };

const known = [...commonPlaceholders, 'style', 'aspect_ratio'];

function pathOf(template: string, job: Named, inputs: ModelInputs): string {
  return pathWith(job.id, openPathOf(template, job, inputs));
}

test.each([
  defaultNameTemplate,
  '{slug}',
  '{style}/{aspect_ratio}/{id}-{seed}{_i}.{ext}',
  'plain',
  '{_i}',
  '',
])('the template %j is taken', (template) => {
  expect(() => checkNameTemplate(template, known)).not.toThrow();
});

test.each([
  [
    '{stile}/{slug}',
    'contains the unknown placeholder {stile}',
    'Did you mean {style}? Use {slug}, {axes}, {job}, ',
  ],
  ['{}', 'contains the unknown placeholder {}', 'Use {slug}, '],
  ['{slug', 'has an unmatched brace', 'Write placeholders'],
  ['{ext}/{slug}', 'has {ext} in a place other than its end', 'Put .{ext} at the end'],
  ['{slug}.{ext}.bak', 'has {ext} in a place other than its end', 'Put .{ext} at the end'],
  ['{ext}.{ext}', 'has {ext} in a place other than its end', 'Put .{ext} at the end'],
  ['{_i}/{slug}', 'has {_i} in a folder or more than once', 'Write {_i} once'],
  ['{_i}{_i}', 'has {_i} in a folder or more than once', 'Write {_i} once'],
  ['a/b/c/d/e/f', 'has 5 levels of folders', 'Use at most 4'],
])('the template %j is refused', (template, sentence, hint) => {
  const attempt = (): void => checkNameTemplate(template, known);
  expect(attempt).toThrow(UserError);
  expect(attempt).toThrow(
    expect.objectContaining({
      about: 'usage',
      message: expect.stringContaining(`The name template "${template}" ${sentence}`),
      hint: expect.stringContaining(hint),
    }),
  );
});

const id = '5f1c9ae0b7d2443e' as JobId;

test.each<[Parameters<typeof fixtureModel>[0], JsonObject, string]>([
  ['ideogram-v2', { prompt: 'A cat', style: 'anime' }, 'files/a-cat/5f1c9ae0{_i}.{ext}'],
  [
    'wan-3.0-image-to-video',
    { image_url: 'https://x.example/a.png' },
    'files/image-to-video/5f1c9ae0{_i}.{ext}',
  ],
  ['nano-banana-2', { num_images: 2, resolution: '2K' }, 'files/2k/5f1c9ae0{_i}.{ext}'],
])('a job of %s with %j is filed as %s', (name, input, path) => {
  const inputs = compileInputs(fixtureModel(name));
  expect(pathOf(defaultNameTemplate, { id, name: null, input, axes: {} }, inputs)).toBe(path);
});

test('a template draws on the id of the row, the axes and any input', () => {
  const inputs = compileInputs(fixtureModel('ideogram-v2'));
  const input = { prompt: 'A cat', seed: 7, expand_prompt: false, aspect_ratio: '16:9' };
  const job = { id, name: 'Cat #1', input, axes: { seed: 7, aspect_ratio: '16:9' } };
  expect(pathOf('{id}/{expand_prompt}-{seed}/{aspect_ratio}-{axes}', job, inputs)).toBe(
    'files/Cat #1/false-7/16-9-seed7-aspect-ratio16x9{_i}.{ext}',
  );
});

test('without an id the row is called after its prompt, but not twice', () => {
  const inputs = compileInputs(fixtureModel('ideogram-v2'));
  const job = { id, name: null, input: { prompt: 'A Cat' }, axes: {} };
  expect(pathOf('{id}.{ext}', job, inputs)).toBe('files/a-cat{_i}.{ext}');
  expect(pathOf('{id}-{slug}.{ext}', job, inputs)).toBe('files/a-cat{_i}.{ext}');
  expect(pathOf('{n}_{id}', { ...job, name: 'C1' }, inputs)).toBe('files/{n}_C1{_i}.{ext}');
});

test('the default template gives the paths that it always gave', () => {
  const inputs = compileInputs(fixtureModel('ideogram-v2'));
  const job = {
    id,
    name: 'ID 1',
    input: { prompt: 'Ünïcode "straße", 猫!' },
    axes: { seed: 7, style: 'render_3D' },
  };
  expect(pathOf(defaultNameTemplate, job, inputs)).toBe(
    'files/ünïcode-straße-猫/seed7-render-3d-5f1c9ae0{_i}.{ext}',
  );
  const long = {
    ...job,
    input: { prompt: `con ${'x'.repeat(400)}` },
    axes: { model: 'a/b', aspect_ratio: '16:9', n: -1 },
  };
  expect(pathOf(defaultNameTemplate, long, inputs)).toBe(
    `files/con-${'x'.repeat(56)}/a-b-aspect-ratio16x9-n-1-5f1c9ae0{_i}.{ext}`,
  );
});
