import { expect, test } from 'vitest';
import type { JsonObject } from '../../../src/core/json.ts';
import { readWorkflowFile } from '../../../src/providers/serverless/workflow-file.ts';
import { aWorkflow } from '../../support/deployments-api.ts';

const id = 'deployment:d1';

const inputsOf = (value: unknown): readonly string[] =>
  Object.keys(readWorkflowFile(JSON.stringify(value), id).inputSchema?.properties as JsonObject);

test.each([
  ['as it is exported', aWorkflow],
  ['below prompt, as it is queued', { prompt: aWorkflow, client_id: 'x' }],
  ['below workflow_api_json', { workflow_api_json: aWorkflow }],
])('a workflow describes a deployment: %s', (_, body) => {
  expect(inputsOf(body)).toContain('6.text');
  expect(readWorkflowFile(JSON.stringify(body), id)).toMatchObject({ id, kind: 'deployment' });
});

test('a schema does so as well, for a LoRA', () => {
  expect(inputsOf({ properties: { prompt: { type: 'string' } } })).toEqual(['prompt']);
  expect(inputsOf({ input_schema: { properties: { prompt: { type: 'str' } } } })).toEqual(['prompt']);
});

test.each([
  ['the form of the page', { nodes: [], links: [] }, /in the form of ComfyUI's own page/],
  ['something else', { a: 1 }, /holds no node/],
  ['a list', [1], /holds no node/],
  ['a text', 'x', /holds no node/],
])('%s is refused with the way to export it', (_, body, sentence) => {
  const read = (): unknown => readWorkflowFile(JSON.stringify(body), id);
  expect(read).toThrow(sentence);
  expect(read).toThrow(
    expect.objectContaining({ about: 'input', hint: expect.stringContaining('Export (API)') }),
  );
});

test.each([
  ['', /is empty/],
  ['{"6":', /is not JSON/],
])('what is no JSON is refused: %j', (text, sentence) => {
  expect(() => readWorkflowFile(text, id)).toThrow(sentence);
});

test('a made-up workflow of any size is read within bounds', () => {
  const inputs = Object.fromEntries(Array.from({ length: 12_000 }, (_, index) => [`i${index}`, index]));
  expect(inputsOf({ '1': { class_type: 'A', inputs } })).toHaveLength(10_000);
  const text = JSON.stringify({ '1': { class_type: 'A', inputs: { image: 'x'.repeat(50_000) } } });
  expect(readWorkflowFile(text, id).inputSchema?.properties).toEqual({
    '1.image': { title: 'A · image', 'x-names': ['A.image'], type: 'string' },
  });
});

test('nothing in a workflow harms: names of all kinds, lists, nulls and numbers beyond what is exact', () => {
  const text = `{"9":{"class_type":"A","inputs":{"__proto__":1,"seed":18446744073709551615,"x":null,"l":[1,2],
    "r":["nowhere",0],"b":true,"o":{"on":true},"w":{"__value__":["4",0]}}},"a.b":{"class_type":"B","inputs":{"t":"x"}}}`;
  const properties = readWorkflowFile(text, id).inputSchema?.properties as Record<string, JsonObject>;
  const types = Object.fromEntries(Object.entries(properties).map(([name, { type = null }]) => [name, type]));
  expect(types).toEqual({
    '9.__proto__': 'number',
    '9.seed': 'integer',
    '9.x': null,
    '9.l': 'array',
    '9.r': 'array',
    '9.b': 'boolean',
    '9.o': 'object',
    '9.w': null,
  });
  expect(properties['9.seed']).not.toHaveProperty('default');
});
