import { expect, test } from 'vitest';
import type { Output } from '../../../src/core/job/outputs.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import { readNodeOutputs } from '../../../src/providers/serverless/node-outputs.ts';
import { sentBody } from '../../../src/providers/wire/sent-body.ts';

const base = new URL('https://api.runcomfy.net');

function outputsOf(body: JsonObject, sent: JsonObject = {}): readonly Output[] {
  return readNodeOutputs({ status: 'succeeded', ...body }, { base, id: 'req-1', sent: sentBody(sent) })
    .outputs;
}

const file = (name: string, type: string = 'output'): JsonObject => ({
  url: `https://files.runcomfy.net/${name}`,
  filename: name,
  subfolder: '',
  type,
});

function said(output: Output): string {
  switch (output.type) {
    case 'link':
      return `${output.label}: ${output.url.split('/').at(-1)} ${output.announced}`;
    case 'bytes':
      return `${output.label}: ${output.bytes.length} bytes`;
    case 'document':
      return `${output.label}: ${output.text}`;
    case 'note':
      return output.sentence;
  }
}

const shown = (outputs: readonly Output[]): readonly string[] => outputs.map(said);

test('files come in the order of their nodes, then as the node has them, each with its label', () => {
  const outputs = {
    '12:3': { images: [file('d.png')] },
    '12': { gifs: [file('c.mp4')] },
    '9': { images: [file('a.png'), file('b.webp')], audio: [file('s.flac')], animated: [false] },
  };
  expect(shown(outputsOf({ outputs }))).toEqual([
    '9-1: a.png image',
    '9-2: b.webp image',
    '9-3: s.flac audio',
    '12-1: c.mp4 video',
    '12:3-1: d.png image',
  ]);
});

test('previews are left out beside a real output, and kept where they are all there is', () => {
  const outputs = { '8': { images: [file('p.png', 'temp')] }, '9': { images: [file('a.png')] } };
  expect(shown(outputsOf({ outputs }))).toEqual(['9-1: a.png image']);
  expect(shown(outputsOf({ outputs: { '8': { images: [file('p.png', 'temp')] } } }))).toEqual([
    '8-1: p.png image',
  ]);
});

test('what went in is no output, and a file of two nodes is one', () => {
  const outputs = {
    '1': { images: [file('in.png', 'input')] },
    '9': { images: [file('a.png')] },
    '10': { images: [file('a.png')] },
  };
  expect(shown(outputsOf({ outputs }))).toEqual(['9-1: a.png image']);
});

test.each<[string, JsonObject, readonly string[]]>([
  ['a list of texts', { text: ['one', 'two'] }, ['5-1: one', '5-2: two']],
  ['a text taken apart', { text: [...'a cat'] }, ['5-1: a cat']],
  ['a text that was sent', { text: ['a prompt'] }, ['5-1: a prompt']],
  ['a data URI', { images: ['data:image/png;base64,aGVsbG8='] }, ['5-1: 5 bytes']],
  [
    'a file without a link',
    { files: [{ filename: 'x.glb', type: 'output' }] },
    ['The result names the file "x.glb" without a link.'],
  ],
])('%s', (_, node, expected) => {
  expect(shown(outputsOf({ outputs: { '5': node } }, { '6.text': 'a prompt' }))).toEqual(expected);
});

test.each<[string, JsonObject, readonly string[]]>([
  ['an object', { output: { image: 'https://files.runcomfy.net/a.png' } }, ['undefined: a.png image']],
  ['a list', { output: ['https://files.runcomfy.net/a.png'] }, ['undefined: a.png null']],
  ['a text', { output: 'https://files.runcomfy.net/a.png' }, ['undefined: a.png null']],
  [
    'outputs that are no nodes',
    { outputs: { images: ['https://files.runcomfy.net/a.png'] } },
    ['undefined: a.png image'],
  ],
])('a LoRA answers in any form: %s', (_, body, expected) => {
  expect(shown(outputsOf(body))).toEqual(expected);
});

test('a hundred files are kept, and the rest is told', () => {
  const images = Array.from({ length: 120 }, (_, index) => file(`${index}.png`));
  const outputs = outputsOf({ outputs: { '9': { images } } });
  expect(outputs).toHaveLength(101);
  expect(outputs.at(-1)).toEqual({
    type: 'note',
    sentence: 'The result names 120 files: the first 100 are kept, 20 were left out.',
  });
});
