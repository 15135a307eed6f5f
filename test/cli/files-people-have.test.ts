import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, describe, expect, test } from 'vitest';
import { program } from '../../src/cli/program.ts';

/** Prompt files as people have them: what the first try with each gives. */

const folder = mkdtempSync(join(tmpdir(), 'rcb-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Plan {
  readonly jobs: number;
  readonly bodies: readonly Readonly<Record<string, unknown>>[];
  /** Everything else that was said, one thing a line. */
  readonly said: string;
  readonly code: number;
}

/** `rcb plan FILE --json …` in this process, without a token and without a network. */
async function plan(name: string, content: string | Uint8Array, ...more: readonly string[]): Promise<Plan> {
  const file = join(folder, name);
  writeFileSync(file, content);
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  let [out, err] = ['', ''];
  streams.stdout.on('data', (chunk) => {
    out += chunk;
  });
  streams.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const code = await program({
    ...streams,
    argv: ['plan', file, '--json', '--rehearse', '-o', join(folder, 'never'), ...more],
    env: { HOME: folder },
    pid: process.pid,
    nodeVersion: process.versions.node,
    execPath: process.execPath,
    mainPath: 'main.js',
    exit: () => {},
    onSignal: () => () => {},
    signalGroup: () => {},
    killGroup: () => {},
  });
  await new Promise((resolve) => setImmediate(resolve));
  const said = (
    problems: readonly { message: string; place: { line: number; column: number | null } | null }[],
  ) =>
    problems.map(
      ({ message, place }) => `${place === null ? '' : `${place.line}:${place.column ?? ''} `}${message}\n`,
    );
  const json = JSON.parse(out.trim().split('\n')[0] as string);
  // A refused input has events for its problems and none for a plan.
  if (json.samples === undefined) return { jobs: 0, bodies: [], said: err.replaceAll(`${file}:`, ''), code };
  const lines = [...said(json.warnings), ...said(json.notes), ...said(json.skipped)];
  return {
    jobs: json.jobs,
    bodies: json.samples.map(({ body }: { body: Record<string, unknown> }) => body),
    said: lines.join('') + err,
    code,
  };
}

type Case = readonly [
  trait: string,
  name: string,
  content: string | Uint8Array,
  expected: readonly Readonly<Record<string, unknown>>[],
  said?: RegExp | undefined,
  ...flags: string[],
];

const read = (cases: readonly Case[]) =>
  test.each(cases.map((each) => [each[0], each] as const))('%s', async (_, each) => {
    const [, name, content, expected, said, ...flags] = each;
    const found = await plan(name, content, ...flags);
    expect({ jobs: found.jobs, bodies: found.bodies, said: found.said }).toEqual({
      jobs: expected.length,
      bodies: expected.slice(0, 3),
      said: said === undefined ? expect.any(String) : expect.stringMatching(said),
    });
  });

type Refused = readonly [
  trait: string,
  name: string,
  content: string | Uint8Array,
  said: RegExp,
  ...flags: string[],
];

const refused = (cases: readonly Refused[]) =>
  test.each(cases.map((each) => [each[0], each] as const))('%s', async (_, each) => {
    const [, name, content, said, ...flags] = each;
    const found = await plan(name, content, ...flags);
    expect(found).toEqual({ jobs: 0, bodies: [], code: 65, said: expect.stringMatching(said) });
  });

describe('quotes where strict CSV has none', () => {
  read([
    [
      'an inch mark inside a cell is a letter',
      'inch.csv',
      'prompt,seed\na bakery shelf,1\n7" record sleeve on a desk,2\na quiet pier,3\n',
      [
        { prompt: 'a bakery shelf', seed: 1 },
        { prompt: '7" record sleeve on a desk', seed: 2 },
        { prompt: 'a quiet pier', seed: 3 },
      ],
    ],
    [
      'white space before a quote belongs to the quoting',
      'space.csv',
      'prompt, style, negative_prompt\n"a heron, standing", "anime", "text, frame"\n',
      [{ prompt: 'a heron, standing', style: 'anime', negative_prompt: 'text, frame' }],
    ],
    [
      'a backslash escapes a quote',
      'backslash.csv',
      'prompt,seed\n"a door sign \\"OPEN\\" in brass",1\n',
      [{ prompt: 'a door sign "OPEN" in brass', seed: 1 }],
    ],
    [
      'curly quotes are letters',
      'curly.csv',
      'prompt,seed\n“a sign” in brass,1\n',
      [{ prompt: '“a sign” in brass', seed: 1 }],
    ],
    [
      'words in quotes inside a cell',
      'inner.csv',
      'prompt,seed\na "red" barn,1\nthe word "no" at the end "x",2\n',
      [
        { prompt: 'a "red" barn', seed: 1 },
        { prompt: 'the word "no" at the end "x"', seed: 2 },
      ],
    ],
  ]);

  test('a lost quote makes its row wrong and no other', async () => {
    const content =
      'name,prompt,negative_prompt\nStyle: A,"first style, ornate","noise"\nStyle: B,"second style, plain,"organic, busy, loud"\nStyle: C,"third style","flat"\n';
    const strict = await plan('lost.csv', content);
    expect(strict.code).toBe(65);
    expect(strict.said).toMatch(/^3:/m);
    expect(strict.said).toMatch(/1 error/);
    const rest = await plan('lost.csv', content, '--skip-invalid');
    expect(rest.bodies.map(({ prompt }) => prompt)).toEqual(['first style, ornate', 'third style']);
  });

  test('a quote that is never closed hides nothing of what stands below', async () => {
    const content = 'prompt,seed\na cat,1\n"a dog,2\na fox,3\na hen,-x\na cow,5\n';
    const strict = await plan('open.csv', content);
    expect(strict.said).toMatch(/^3:1/m);
    expect(strict.said).toMatch(/^5:7 seed "-x"/m);
    const rest = await plan('open.csv', content, '--skip-invalid');
    expect(rest.bodies.map(({ prompt }) => prompt)).toEqual(['a cat', 'a fox', 'a cow']);
  });
});

describe('tables of other programs', () => {
  read([
    [
      'a column without a name, of pandas',
      'pandas.csv',
      ',prompt,seed\n0,a tram,7\n1,a ferry,8\n',
      [
        { prompt: 'a tram', seed: 7 },
        { prompt: 'a ferry', seed: 8 },
      ],
      /1:1 .*column 1/,
    ],
    [
      'a column without a name, of R',
      'r.csv',
      '"","prompt"\n"1","a tram"\n',
      [{ prompt: 'a tram' }],
      /column 1/,
    ],
    [
      'a column without a name in the middle',
      'middle.csv',
      'prompt,,seed\na tram,note,7\n',
      [{ prompt: 'a tram', seed: 7 }],
      /column 2/,
    ],
    [
      'a comment above the header',
      'comment.csv',
      '# sheet of tuesday, second try\nprompt,seed\na cat,7\na dog,8\n',
      [
        { prompt: 'a cat', seed: 7 },
        { prompt: 'a dog', seed: 8 },
      ],
      /left out as a comment/,
    ],
    [
      'empty tails',
      'tail.csv',
      'prompt,seed\na cat,7,\na dog,8,,\n',
      [
        { prompt: 'a cat', seed: 7 },
        { prompt: 'a dog', seed: 8 },
      ],
    ],
    [
      'short rows',
      'short.csv',
      'prompt,seed,style\na cat,7\na dog\na fox,9,anime\n',
      [{ prompt: 'a cat', seed: 7 }, { prompt: 'a dog' }, { prompt: 'a fox', seed: 9, style: 'anime' }],
      /has 2 cells, but the header has 3 columns, and 1 row below is short too/,
    ],
    ['vertical bars', 'pipe.csv', 'prompt|seed\na cat, asleep|7\n', [{ prompt: 'a cat, asleep', seed: 7 }]],
    [
      'a note behind the last column',
      'note.csv',
      'prompt,seed,,\na cat,1,,\na dog,2,check colour,\n',
      [
        { prompt: 'a cat', seed: 1 },
        { prompt: 'a dog', seed: 2 },
      ],
      /column 3/,
    ],
    [
      'a header repeated by joining files',
      'joined.csv',
      'prompt,seed\na cat,1\n\ufeffprompt,seed\na dog,2\n',
      [
        { prompt: 'a cat', seed: 1 },
        { prompt: 'a dog', seed: 2 },
      ],
      /header/,
    ],
    ['semicolons and sep=', 'sep.csv', 'sep=|\nprompt|seed\na; b, c|1\n', [{ prompt: 'a; b, c', seed: 1 }]],
  ]);
});

describe('values as other programs write them', () => {
  read([
    [
      'whole numbers with a point',
      'float.csv',
      'prompt,seed\na kite,7.0\na drum,\na bell,8.0\n',
      [{ prompt: 'a kite', seed: 7 }, { prompt: 'a drum' }, { prompt: 'a bell', seed: 8 }],
    ],
    [
      'strings in JSON',
      'strings.jsonl',
      '{"prompt":"a kite","seed":"7","expand_prompt":"false"}\n',
      [{ prompt: 'a kite', seed: 7, expand_prompt: false }],
    ],
    [
      'grouped digits and blanks around',
      'grouped.csv',
      'prompt,seed\na kite,"1,234"\na drum, 7\n',
      [
        { prompt: 'a kite', seed: 1234 },
        { prompt: 'a drum', seed: 7 },
      ],
    ],
    [
      'blanks in words',
      'blank.csv',
      'prompt,seed,negative_prompt\na kite,NaN,\na drum,None,null\na bell,#N/A,NaN\n',
      [{ prompt: 'a kite' }, { prompt: 'a drum' }, { prompt: 'a bell' }],
    ],
    [
      'TRUE of a spreadsheet',
      'true.csv',
      'prompt,expand_prompt,style\na kite,TRUE,Anime\n',
      [{ prompt: 'a kite', expand_prompt: true, style: 'anime' }],
    ],
    [
      'the same text after CRLF and NFD',
      'crlf.csv',
      `prompt,seed\r\n"a bridge\r\nin cafe\u0301",1\r\n`,
      [{ prompt: 'a bridge\nin café', seed: 1 }],
    ],
    [
      'a placeholder in a column that fills another',
      'nested.csv',
      'prompt,animal,adj\na {{animal}} on a wall,{{adj}} fox,red\n',
      [{ prompt: 'a red fox on a wall' }],
    ],
    [
      'braces as they are, with --literal',
      'braces.jsonl',
      '{"prompt":"a board with {{user.name}} on it"}\n',
      [{ prompt: 'a board with {{user.name}} on it' }],
      undefined,
      '--literal',
    ],
    [
      'single braces are warned of',
      'single.csv',
      'name,prompt,negative_prompt\nCinema,"film still of {prompt}, shallow","cartoon"\n',
      [{ prompt: 'film still of {prompt}, shallow', negative_prompt: 'cartoon' }],
      /\{prompt\}/,
    ],
    [
      'Midjourney flags are warned of',
      'mj.csv',
      'prompt\na tin robot in rain --ar 16:9 --v 6 --seed 7\n/imagine prompt: a paper boat --ar 3:2\n',
      [
        { prompt: 'a tin robot in rain --ar 16:9 --v 6 --seed 7' },
        { prompt: '/imagine prompt: a paper boat --ar 3:2' },
      ],
      /aspect_ratio/,
    ],
    [
      'wildcards are warned of',
      'wild.txt',
      'a {red|blue} cat\n',
      [{ prompt: 'a {red|blue} cat' }],
      /--wildcards/,
    ],
    [
      'wildcards are expanded on request',
      'wild2.txt',
      'a {red|blue} cat\n',
      [{ prompt: 'a red cat' }, { prompt: 'a blue cat' }],
      undefined,
      '--wildcards',
    ],
  ]);

  refused([
    ['a prompt that is only a word for nothing', 'nan.csv', 'prompt,seed\nNaN,1\n', /2:1 prompt "?NaN/],
    [
      'a circle of placeholders',
      'circle.csv',
      'prompt,a,b\n{{a}},{{b}},{{a}}\n',
      /2:\d+ .*(circle|itself|→)/,
    ],
    ['unknown placeholders name the switch', 'unknown.jsonl', '{"prompt":"a {{total}} b"}\n', /--literal/],
  ]);

  test('a random seed is drawn once for each row', async () => {
    const { bodies, said } = await plan('minus.csv', 'prompt,seed\na kite,-1\na drum,-1\na kite,-1\n');
    const seeds = bodies.map(({ seed }) => seed as number);
    expect(new Set(seeds).size).toBe(3);
    for (const seed of seeds) expect(seed).toBeGreaterThanOrEqual(0);
    expect(said).toMatch(/random|drawn/);
  });
});

describe('columns that are not sent', () => {
  read([
    [
      'are named',
      'unsent.csv',
      'prompt,seed,steps,Category\na harbour,1,30,x\n',
      [{ prompt: 'a harbour', seed: 1 }],
      /not sent: steps, Category/,
    ],
    [
      'with the input that they look like',
      'short-names.jsonl',
      '{"prompt":"a harbour","ar":"16:9","negative":"fog","n":4}\n',
      [{ prompt: 'a harbour' }],
      /--map ar=aspect_ratio[\s\S]*--map negative=negative_prompt|--map negative=negative_prompt[\s\S]*--map ar=aspect_ratio/,
    ],
    [
      'and never the wrong one',
      'n-prompt.jsonl',
      '{"prompt":"a harbour","n_prompt":"fog"}\n',
      [{ prompt: 'a harbour' }],
      /--map n_prompt=negative_prompt/,
    ],
    [
      'nor sent by a wrong guess',
      'sizes.csv',
      'prompt,size,width,height,num_images\na harbour,1024x1024,1920,1080,4\n',
      [{ prompt: 'a harbour' }],
      /size/,
    ],
  ]);

  refused([
    [
      'a table whose prompts have another name',
      'text.csv',
      'Text,style,seed\na cat in a hat,anime,1\na dog on a log,anime,2\n',
      /no column is called "prompt"[\s\S]*--map Text=prompt/i,
    ],
    [
      'a list without a header',
      'headless.csv',
      'a cat in a hat, sitting on a wall\na dog on a log\n',
      /first line[\s\S]*\.txt/i,
    ],
    [
      'a misspelt column and a wrong value of its input',
      'typo.csv',
      'prompt,style,stlye\na dog,render3D,zz\n',
      /style "render3D"[\s\S]*stlye|stlye[\s\S]*style "render3D"/,
    ],
    [
      'a model of another tool',
      'other-model.jsonl',
      '{"custom_id":"r1","method":"POST","url":"/v1/images/generations","body":{"model":"gpt-image-1","prompt":"a red cube"}}\n',
      /gpt-image-1[\s\S]*OpenAI[\s\S]*-m /,
    ],
  ]);
});

describe('texts', () => {
  read([
    [
      'infotexts',
      'info.txt',
      'a red barn at dusk\nNegative prompt: blurry, text\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1234, Size: 512x768, Model: some-model\n\na blue mill\nNegative prompt: fog\nSteps: 20, Seed: 99, Size: 512x512\n',
      [
        { prompt: 'a red barn at dusk', negative_prompt: 'blurry, text', seed: 1234 },
        { prompt: 'a blue mill', negative_prompt: 'fog', seed: 99 },
      ],
    ],
    [
      'a table under the name .txt',
      'table.txt',
      'prompt,seed,style\na cat,7,anime\na dog,8,realistic\n',
      [
        { prompt: 'a cat', seed: 7, style: 'anime' },
        { prompt: 'a dog', seed: 8, style: 'realistic' },
      ],
    ],
    [
      'lines of flags',
      'flags.txt',
      '--prompt "a cat, sitting" --negative_prompt "fog" --seed 5 --steps 20\n',
      [{ prompt: 'a cat, sitting', negative_prompt: 'fog', seed: 5 }],
    ],
    [
      'blocks',
      'blocks.txt',
      'a cat\nin a hat\n---\na dog\n',
      [{ prompt: 'a cat\nin a hat' }, { prompt: 'a dog' }],
    ],
    [
      'comments are counted',
      'hash.txt',
      'a cat\n#1 dad mug, product photo\n#hashtag poster\na dog\n',
      [{ prompt: 'a cat' }, { prompt: 'a dog' }],
      /2 lines/,
    ],
    [
      'and kept with --literal',
      'hash2.txt',
      '#1 dad mug\n',
      [{ prompt: '#1 dad mug' }],
      undefined,
      '--literal',
    ],
  ]);
});

describe('JSON', () => {
  const two = [{ prompt: 'a red cube' }, { prompt: 'a blue ball' }];
  read([
    ['strings', 'strings.json', '["a red cube","a blue ball"]', two],
    [
      'objects over several lines',
      'pretty.jsonl',
      '{\n  "prompt": "a red cube",\n  "seed": 7\n}\n{\n  "prompt": "a blue ball"\n}\n',
      [{ prompt: 'a red cube', seed: 7 }, { prompt: 'a blue ball' }],
    ],
    [
      'commas at the end of lines',
      'commas.jsonl',
      '{"prompt":"a red cube"},\n{"prompt":"a blue ball"},\n',
      two,
    ],
    ['a wrapped list', 'wrapped.json', '{"prompts":[{"prompt":"a red cube"},{"prompt":"a blue ball"}]}', two],
    ['a wrapped list of strings', 'wrapped2.json', '{"data":["a red cube","a blue ball"]}', two],
    [
      'columns',
      'columns.json',
      '{"prompt":{"0":"a red cube","1":"a blue ball"},"seed":{"0":1,"1":2}}',
      [
        { prompt: 'a red cube', seed: 1 },
        { prompt: 'a blue ball', seed: 2 },
      ],
    ],
    [
      'lists as columns',
      'columns2.json',
      '{"prompt":["a red cube","a blue ball"],"seed":[1,2]}',
      [
        { prompt: 'a red cube', seed: 1 },
        { prompt: 'a blue ball', seed: 2 },
      ],
    ],
    ['one object', 'one.json', '{"prompt":"a red cube"}', [{ prompt: 'a red cube' }]],
    [
      'a list in a file of lines',
      'list.jsonl',
      '[{"prompt":"a red cube"},\n{"prompt":"a blue ball"}]\n',
      two,
    ],
    ['strings in lines', 'strings-lines.jsonl', '"a red cube"\n"a blue ball"\n', two],
  ]);
});

describe('rows that are one job', () => {
  read([
    [
      'are told where they differ in columns that are not sent',
      'joined.csv',
      'case_number,prompt,evaluation_seed,class\n0,a photo of a gas pump,432,pump\n1,a photo of a gas pump,4975,pump\n',
      [{ prompt: 'a photo of a gas pump' }],
      /differs only in columns that are not sent \(case_number, evaluation_seed\)/,
    ],
  ]);
});

describe('other encodings', () => {
  refused([
    [
      'gb18030',
      'gbk.csv',
      Buffer.concat([Buffer.from('prompt\n'), Buffer.from([0xd1, 0xa9, 0xb5, 0xd8, 0xc0, 0xef])]),
      /--encoding gb18030 \("?雪地里/,
    ],
    [
      'windows-1250',
      'cp1250.csv',
      Buffer.concat([
        Buffer.from('prompt\nzaj'),
        Buffer.from([0xb9]),
        Buffer.from('c w '),
        Buffer.from([0x9c]),
        Buffer.from('niegu\n'),
      ]),
      /windows-1250[\s\S]*zając/,
    ],
  ]);
});

test('a text is one job, whatever its commas', async () => {
  const { bodies } = await plan('none.csv', 'negative_prompt\nfog\n', 'prompt=a cat, sitting');
  expect(bodies).toEqual([{ negative_prompt: 'fog', prompt: 'a cat, sitting' }]);
});

test('--seeds counts from 1, and scatters with --random', async () => {
  const counted = await plan('seeds.csv', 'prompt\na cat\n', '--seeds', '2');
  expect(counted.bodies.map(({ seed }) => seed)).toEqual([1, 2]);
  const scattered = await plan('seeds.csv', 'prompt\na cat\n', '--seeds', '2', '--random');
  expect(scattered.bodies.every(({ seed }) => (seed as number) > 1_000)).toBe(true);
});
