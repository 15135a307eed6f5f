import { describe, expect, test } from 'vitest';
import type { Model } from '../../../src/core/models.ts';
import { ideogramV2 } from '../../../src/providers/runcomfy/built-in.ts';
import { exampleCommand } from '../../../src/report/models/example-command.ts';
import { type InputHelp, modelTable, schemaText } from '../../../src/report/models/model-text.ts';
import { textWidth } from '../../../src/report/terminal/text-width.ts';
import { bare, fakeStream, hostileParts, hostileText } from '../report-builders.ts';

const banana: Model = {
  id: 'google/nano-banana-2/text-to-image',
  displayName: 'Nano Banana 2',
  description: 'Text to image, up to four at once.',
  categories: ['text-to-image'],
  kind: 'image',
  price: { usd: 0.06, unit: 'output' },
  pricingNote: null,
  modelUrl: 'https://www.runcomfy.com/models/nano',
  inputSchema: null,
};
const nameless: Model = { ...banana, id: 'a/b', displayName: null, kind: null, price: null };

function input(name: string, part: Partial<InputHelp> = {}): InputHelp {
  return {
    name,
    type: 'string',
    choices: null,
    minimum: null,
    maximum: null,
    default: null,
    required: false,
    description: null,
    format: null,
    ...part,
  };
}

const prompt = input('prompt', { required: true, description: 'What the image shows.' });
const style = input('style', { choices: ['auto', 'realistic', 'anime'], default: 'auto' });
const seed = input('seed', { type: 'integer', minimum: 0, maximum: 2_147_483_647, default: 0 });

describe('modelTable', () => {
  test('separates whole fields by tabs in a pipe', () => {
    expect([...modelTable([banana, nameless], fakeStream().terminal())]).toEqual([
      'google/nano-banana-2/text-to-image\timage\t$0.06 per output\tNano Banana 2',
      'a/b\t\t\t',
    ]);
  });

  test('aligns columns on a terminal and cuts them to its width', () => {
    const lines = [...modelTable([banana, nameless], fakeStream(90).terminal())].map(bare);
    expect(lines).toEqual([
      'google/nano-banana-2/text-to-image  image  $0.06 per output  Nano Banana 2',
      'a/b                                 –      unknown',
    ]);
    const narrow = [...modelTable([banana], fakeStream(30).terminal())].map(bare);
    expect(narrow.map(textWidth)).toEqual([30]);
  });

  test('has no line for no models', () => {
    expect([...modelTable([], fakeStream(80).terminal())]).toEqual([]);
  });
});

describe('schemaText', () => {
  test('shows each input with its type, limits, default and use, the required ones first', () => {
    const inputs = [
      style,
      seed,
      prompt,
      input('image_url', { required: true, format: 'image_uri' }),
      input('scale', { type: 'number', minimum: 1, default: 3.5 }),
      input('note', { type: '' }),
    ];
    expect(
      schemaText(banana, inputs, fakeStream().terminal(), ideogramV2.id),
    ).toBe(`google/nano-banana-2/text-to-image  Nano Banana 2, image, text-to-image
Text to image, up to four at once.
https://www.runcomfy.com/models/nano

Base price $0.06 per output (the actual charge may differ)

  prompt     required, string
             What the image shows.

  image_url  required, https link to an image, or @FILE

  style      one of auto, realistic, anime, default auto

  seed       integer from 0 to 2147483647, default 0

  scale      number of at least 1, default 3.5

  note       any value

Inputs left out are not sent; the model's defaults apply.

Example
  rcb run -m google/nano-banana-2/text-to-image prompt="a red fox asleep in fresh snow" image_url=https://example.com/photo.jpg style=realistic
`);
  });

  test('says what is unknown', () => {
    const text = schemaText(
      { ...nameless, description: null, modelUrl: null },
      [],
      fakeStream().terminal(),
      ideogramV2.id,
    );
    expect(text).toBe('a/b  text-to-image\n\nBase price unknown\n\nThe inputs of this model are unknown.\n');
  });

  test('wraps prose to the terminal, and obeys nothing of it', () => {
    const long = input('x'.repeat(40), { description: `word ${'more '.repeat(60)}`, choices: [hostileText] });
    const model = { ...banana, description: hostileText, pricingNote: `${hostileText} `.repeat(30) };
    const inputs = [
      long,
      input(hostileText, { type: hostileText, default: hostileText, format: hostileText }),
    ];
    const text = schemaText(model, inputs, fakeStream(60).terminal(), ideogramV2.id);
    expect(text).not.toMatch(hostileParts);
    for (const line of bare(text).split('\n')) {
      if (!line.includes('rcb run')) expect(textWidth(line)).toBeLessThanOrEqual(60);
    }
  });
});

describe('exampleCommand', () => {
  test('leaves the default model out and shows a choice that is not the default', () => {
    expect(exampleCommand(ideogramV2.id, [prompt, style, seed], ideogramV2.id)).toBe(
      'rcb run prompt="a red fox asleep in fresh snow" style=realistic seed=1',
    );
  });

  test('gives no value that the axis grammar would read as several', () => {
    const odd = input('odd', { choices: ['a,b', '1-4', '*', '!x', 'a||b', '16:9'] });
    expect(exampleCommand('a/b', [odd], ideogramV2.id)).toBe('rcb run -m a/b odd=16:9');
    expect(exampleCommand('a/b', [input('odd', { choices: ['1-4'] })], ideogramV2.id)).toBe('rcb run -m a/b');
  });

  test('keeps numbers within their limits and quotes for the shell', () => {
    const steps = input('steps', { type: 'integer', required: true, minimum: 4, maximum: 9 });
    const small = input('small', { type: 'number', required: true, maximum: -2 });
    const flag = input('flag', { type: 'boolean', required: true });
    expect(exampleCommand("it's $HOME", [steps, small, flag], ideogramV2.id)).toBe(
      `rcb run -m 'it'\\''s $HOME' steps=4 small=-2 flag=true`,
    );
  });
});
