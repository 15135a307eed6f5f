import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { looksLikeTable } from '../../../src/input/tables/table-recognition.ts';

const lines = (text: string) => text.split('\n');

describe('a text that is called a list', () => {
  test.each([
    ['prompt,seed,style\na cat,7,anime\na dog,8,realistic\n', ','],
    ['prompt, seed\na cat, 7\n', ','],
    ['\n\n"prompt","negative_prompt"\n"a, b","c"\n', ','],
    ['prompt;seed\na, b;7\n', ';'],
    ['prompt\tnote\na, b; c\tx\n', '\t'],
    ['prompt|seed\na cat, asleep|7\n', '|'],
    ['id,text\n1,"a, ""b"" c"\n', ','],
    [',prompt,seed\n0,a tram,7\n', ','],
    ['\ufeffSeed,Prompt\n7,"two\nlines, of text"\n', ','],
    ['Negative Prompt,Aspect Ratio\nx,16:9\n', ','],
    ['prompt,size\n7" record,big\n', ','],
  ])('is a table where a header of known names stands above as many cells: %j', (text, delimiter) => {
    expect(looksLikeTable(lines(text))).toEqual({ delimiter });
  });

  test.each([
    [''],
    ['prompt,seed\n'],
    ['prompt\na cat\n'],
    ['a cat, asleep\na dog, awake\n'],
    ['text, watermark\nblurry, noise\n'],
    ['prompt,seed\na cat\nof two lines\n'],
    ['style of Monet, a pond, lilies\na pier, dusk, fog\n'],
    ['a photo of a prompt, seed\na, b\n'],
    ['A wide shot of the prompt delivery of the seeds,seed\na,b\n'],
    ['prompt,prompt\na,b\n'],
    ['portrait|landscape\na|b\n'],
    ['{"prompt":"a","seed":1}\n{"prompt":"b","seed":2}\n'],
  ])('stays a list otherwise: %j', (text) => {
    expect(looksLikeTable(lines(text))).toBeNull();
  });

  test('is judged whatever it holds', () => {
    const text = fc
      .array(fc.constantFrom('prompt', 'seed', ',', '"', '\t', '\n', ' ', '|', 'x'), { maxLength: 30 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (content) => {
        const found = looksLikeTable(lines(content));
        if (found !== null) expect(content).toContain(found.delimiter);
      }),
    );
  });
});
