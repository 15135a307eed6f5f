import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UserError } from '../../../src/core/complaints.ts';
import { ideogramV2 } from '../../../src/providers/runcomfy/built-in.ts';
import { readSchemaText } from '../../../src/providers/runcomfy/schema-file.ts';

const schema = { type: 'object', required: ['prompt'], properties: { prompt: { type: 'string' } } };

function complaintAbout(text: string): UserError {
  try {
    readSchemaText(text, 'a/b');
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('nothing was wrong');
}

test.each([
  ['a bare schema', schema],
  ['a schema under input_schema', { input_schema: schema }],
  ['an entry of the catalogue', { model_id: 'a/b', input_schema: schema }],
])('%s is a model', (_, body) => {
  const model = readSchemaText(`\ufeff${JSON.stringify(body)}`, 'a/b');
  expect(model).toMatchObject({ id: 'a/b', inputSchema: schema, price: null });
});

test('an entry of the catalogue keeps its price and its name', () => {
  const entry = { model_id: 'a/b', display_name: 'B', base_price_usd: 0.06, price_unit: 'output' };
  const text = JSON.stringify({ ...entry, input_schema: schema });
  expect(readSchemaText(text, 'a/b')).toMatchObject({
    displayName: 'B',
    price: { usd: 0.06, unit: 'output' },
  });
});

test('the schema that is built in is read back from its file', () => {
  const { inputSchema } = ideogramV2;
  expect(readSchemaText(JSON.stringify(inputSchema), ideogramV2.id).inputSchema).toEqual(inputSchema);
});

test.each([
  ['', 'is empty'],
  ['{"type": "object",', 'is not JSON'],
  ['[]', 'is not a JSON object'],
  ['"x"', 'is not a JSON object'],
  ['{}', 'lists no inputs: it has no "properties"'],
  ['{"type":"object","properties":{}}', '"properties" are empty'],
  ['{"properties":[]}', '"properties" that are not a JSON object'],
  ['{"properties":{"prompt":"string"}}', 'does not describe the input "prompt"'],
  ['{"properties":{"prompt":{}},"required":"prompt"}', '"required" that is not a list'],
  ['{"properties":{"prompt":{}},"required":["promt"]}', 'requires the input "promt"'],
  ['{"input_schema":null}', '"input_schema" that is not a JSON object'],
  ['{"model_id":"a/b"}', '"input_schema" that is not a JSON object'],
  ['{"model_id":"c/d","input_schema":{}}', 'is for the model c/d, not for a/b'],
])('%s is refused: %s', (text, said) => {
  const complaint = complaintAbout(text);
  expect(complaint.about).toBe('input');
  expect(complaint.message).toContain(said);
  expect(complaint.message).toMatch(/^The schema file .*[.…]$/);
  expect(complaint.hint).toMatch(/^(Give|Name) /);
});

test('no text makes it throw anything but a UserError', () => {
  const texts = fc.oneof(
    fc.string(),
    fc.json(),
    fc.json().map((json) => `{"properties":${json}}`),
    fc.json().map((json) => `{"input_schema":{"properties":{"a":${json}},"required":${json}}}`),
  );
  fc.assert(
    fc.property(texts, (text) => {
      try {
        expect(readSchemaText(text, 'a/b').id).toBe('a/b');
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
      }
    }),
  );
});
