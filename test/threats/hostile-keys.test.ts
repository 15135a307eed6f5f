import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { plainValue } from '../../src/input/json/value-tree.ts';
import { yamlTree } from '../../src/input/sweeps/yaml-tree.ts';
import { compileInputs } from '../../src/plan/models/schema.ts';
import { readSchemaText } from '../../src/providers/runcomfy/schema-file.ts';
import { manifestOf, rcb, workFolder } from '../support/command-line.ts';
import { finishing, listener, quickly } from './attack.ts';

const inherited = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype', 'valueOf'] as const;
const env = { RUNCOMFY_API_TOKEN: 'tok_any' };

function clean(): void {
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  expect(Object.keys(Object.prototype)).toEqual([]);
}

const inputs = {
  csv: `prompt,${inherited.join(',')}\na cat,${inherited.map((name) => `v-${name}`).join(',')}\n`,
  jsonl: `{"prompt":"a cat",${inherited.map((name) => `"${name}":"v-${name}"`).join(',')}}\n`,
  json: `[{"prompt":"a cat",${inherited.map((name) => `"${name}":"v-${name}"`).join(',')}}]`,
  yaml: `rows:\n  - prompt: a cat\n${inherited.map((name) => `    ${name}: v-${name}\n`).join('')}`,
} as const;

test.each(Object.entries(inputs))(
  'columns of a %s file may have the names of what objects inherit',
  async (format, text) => {
    const cwd = workFolder();
    const api = await listener(finishing(() => ({ status: 'failed', error: 'no' })));
    writeFileSync(join(cwd, `in.${format}`), text);
    const args = ['run', `in.${format}`, '-o', 'out/a', '--base-url', api.origin, ...quickly];
    const run = await rcb(args, { cwd, env });
    expect(run.stderr).not.toContain('bug in rcb');
    expect(run.code).toBe(1);
    const [line] = manifestOf(join(cwd, 'out/a'));
    expect(Object.entries(line?.tags ?? {}).sort()).toEqual(
      inherited.map((name) => [name, `v-${name}`]).sort(),
    );
    expect(line?.input).toEqual({ prompt: 'a cat' });
    const [head] = readFileSync(join(cwd, 'out/a/manifest.csv'), 'utf8').split('\n');
    for (const name of inherited) expect(head).toContain(name);
  },
);

test('inputs, axes, defaults, renames and exclusions may have such names as well', async () => {
  const cwd = workFolder();
  const api = await listener(finishing(() => ({ status: 'failed', error: 'no' })));
  const members = ['prompt', ...inherited].map((name) => `"${name}":{"type":"string"}`).join(',');
  writeFileSync(join(cwd, 's.json'), `{"type":"object","properties":{${members}}}`);
  writeFileSync(
    join(cwd, 'in.yaml'),
    'model: e/m\nrows: [{ prompt: "{{toString}} {{__proto__}}", col: c }]\n' +
      'defaults: { __proto__: p, valueOf: v, toString: s }\n' +
      'axes: { constructor: [a, b], hasOwnProperty: [x, y] }\n' +
      'exclude: [{ constructor: a, hasOwnProperty: x }]\n',
  );
  const args = ['run', 'in.yaml', '--schema', 's.json', '--map', 'col=prototype', '-o', 'out/a'];
  const run = await rcb([...args, '--base-url', api.origin, ...quickly], { cwd, env });
  expect(run.stderr).not.toContain('bug in rcb');
  expect(run.code).toBe(1);
  const bodies = manifestOf(join(cwd, 'out/a')).map(({ input }) => new Map(Object.entries(input)));
  expect(bodies).toHaveLength(3);
  for (const body of bodies) {
    expect(body.get('__proto__')).toBe('p');
    expect(body.get('toString')).toBe('s');
    expect(body.get('prototype')).toBe('c');
    expect(body.get('valueOf')).toBe('v');
  }
  expect(bodies.map((body) => `${body.get('constructor')}${body.get('hasOwnProperty')}`).sort()).toEqual([
    'ay',
    'bx',
    'by',
  ]);
});

test.each([
  ['--map', '__proto__=prompt'],
  ['--exclude', '__proto__=1'],
  ['--constructor.prototype.polluted', 'x'],
  ['--format', 'toString'],
  ['constructor=*'],
  ['prompt={{toString}} {{__proto__}}'],
])('rcb plan … %j is a sentence, not a crash', async (...words) => {
  const cwd = workFolder();
  writeFileSync(join(cwd, 'in.csv'), 'prompt\na cat\n');
  const plan = await rcb(['plan', 'in.csv', ...words, '--base-url', 'http://127.0.0.1:1'], { cwd });
  expect(plan.stderr).not.toContain('bug in rcb');
  expect([0, 64, 65]).toContain(plan.code);
});

test.each([['toString'], ['__proto__']])('rcb %s is no command', async (word) => {
  const told = await rcb([word], { cwd: workFolder() });
  expect(told.code).toBe(64);
  expect(told.stderr).toContain(word);
  expect(told.stderr).not.toContain('bug in rcb');
});

describe('YAML', () => {
  test.each([
    'a: !!js/function "function () { return process.exit() }"',
    'a: !!js/regexp /x/',
    'a: !!python/object/apply:os.system ["touch x"]',
    'a: !custom {x: 1}',
    'a: !!binary aGk=',
    'a: !<tag:yaml.org,2002:set> {x, y}',
    '<<: {a: 1}',
    '? {a: 1}\n: 2',
  ])('%j makes nothing', (text) => {
    expect(yamlTree(text).faults).not.toEqual([]);
  });

  test('an alias bomb is refused', () => {
    const names = 'abcdefghij'.split('');
    const lines = names.map((name, at) => {
      const item = at === 0 ? 'lol' : `*${names[at - 1]}`;
      return `${name}: &${name} [${Array(10).fill(item).join(', ')}]`;
    });
    expect(yamlTree(lines.join('\n')).faults.map(({ kind }) => kind)).toContain('too_long');
  });

  test('__proto__ is a key like any other', () => {
    const { tree } = yamlTree('__proto__: { polluted: 1 }\nconstructor: { prototype: { polluted: 1 } }');
    const value = plainValue(tree as NonNullable<typeof tree>) as object;
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    clean();
  });
});

test('a schema may name inputs as objects name what they inherit, and a body without them lacks them', () => {
  const members = inherited.map((name) => `"${name}":{"type":"string","maxLength":3}`).join(',');
  const text = `{"type":"object","required":["toString","__proto__"],"properties":{${members}}}`;
  const model = compileInputs(readSchemaText(text, 'e/m'));
  expect([...(model.fields?.keys() ?? [])]).toEqual([...inherited]);
  expect(model.doubt).toBeNull();
  const missing = model.check({});
  expect(missing.map(({ keyword, field }) => `${keyword} ${field}`).sort()).toEqual([
    'required __proto__',
    'required toString',
  ]);
  expect(model.check(JSON.parse('{"toString":"a","__proto__":"b"}'))).toEqual([]);
  expect(model.check(JSON.parse('{"toString":"long","__proto__":"b"}')).map(({ field }) => field)).toEqual([
    'toString',
  ]);
  clean();
});
