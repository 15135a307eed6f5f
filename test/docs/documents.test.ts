import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { CommandEntry } from '../../src/cli/argv/command-entry.ts';
import { commands } from '../../src/cli/argv/commands.ts';
import { exitCodes } from '../../src/cli/exit.ts';
import { flagsPage } from './flags-page.ts';
import { anchorsOf, blocksOf, type Document, documents, linksOf, proseOf, root } from './markdown.ts';

const all = documents();
const document = (path: string): Document => all.find((each) => each.path === path) as Document;
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

describe('README.md', () => {
  const { text } = document('README.md');

  test('has at most 150 lines', () => {
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(150);
  });

  test('names the Node that the package promises, once', () => {
    const [, promised] = />=(\S+)/.exec(manifest.engines.node) as RegExpExecArray;
    expect(text.match(/Node(?:\.js)? v?\d[\d.]*\d/g)).toEqual([`Node ${promised}`]);
  });

  test('leads to every document', () => {
    const linked = linksOf(document('README.md')).map((link) => link.replace(/#.*/, ''));
    expect(all.map(({ path }) => path).filter((path) => !linked.includes(path))).toEqual(['README.md']);
  });
});

test('every relative link leads to a file, and to a heading in it', () => {
  const broken = all.flatMap((from) =>
    linksOf(from)
      .filter((link) => !/^https?:/.test(link))
      .filter((link) => !leadsSomewhere(from, link))
      .map((link) => `${from.path}: ${link}`),
  );
  expect(broken).toEqual([]);
});

function leadsSomewhere(from: Document, link: string): boolean {
  const [file = '', anchor] = link.split('#');
  const path = file === '' ? from.path : normalize(join(dirname(from.path), file));
  if (!existsSync(join(root, path))) return false;
  return anchor === undefined || anchorsOf(document(path)).includes(anchor);
}

test('docs/flags.md is what the tables of the program say; `npm run docs` writes it', () => {
  expect(document('docs/flags.md').text).toBe(flagsPage());
});

test('every command line in a document uses commands and options that exist', () => {
  const lines = all.flatMap((from) =>
    blocksOf(from)
      .filter(({ language }) => ['sh', 'console', 'yaml', 'powershell'].includes(language))
      .flatMap((block) => block.lines)
      .map((line) => ({ from: from.path, line })),
  );
  const called = lines.flatMap(({ from, line }) => {
    const [, words] = /(?:^|[\s(])rcb ([a-z-]+(?: .*)?)$/.exec(line.replace(/ +# .*/, '')) ?? [];
    return words === undefined ? [] : [{ from, words }];
  });
  expect(called.length).toBeGreaterThan(50);
  expect(called.flatMap(({ from, words }) => strange(words).map((word) => `${from}: ${word}`))).toEqual([]);
});

const ofEvery: readonly string[] = ['--help', '--help-all', '--version'];

function strange(words: string): readonly string[] {
  const [name = '', ...rest] = words.split(' ');
  if (name === 'help' || name === 'version' || name.startsWith('-')) return [];
  const entry = (commands as Readonly<Record<string, CommandEntry>>)[name];
  if (entry === undefined) return [`rcb ${name}`];
  const options = rest.filter((word) => word.startsWith('--')).map((word) => word.replace(/=.*/, ''));
  const known = Object.entries(entry.flags).flatMap(([flag, { alias }]) => [`--${flag}`, `--${alias}`]);
  return options.filter((option) => ![...ofEvery, ...known].includes(option));
}

test('JSON and YAML in documents can be read', () => {
  const readers = { json: (line: string) => JSON.parse(line), yaml: (text: string) => parse(text) };
  const read = all.flatMap(blocksOf).flatMap(({ language, lines }) => {
    if (language === 'json') return lines.map(readers.json);
    return language === 'yaml' ? [readers.yaml(lines.join('\n'))] : [];
  });
  expect(read.length).toBeGreaterThan(3);
  expect(read.filter((value) => typeof value !== 'object' || value === null)).toEqual([]);
});

test('files that documents name are there', () => {
  const missing = all
    .filter(({ path }) => path !== 'CHANGELOG.md')
    .flatMap((from) =>
      [...proseOf(from).matchAll(/`((?:src|test|bench|jobs|docs)\/[^\s`*{}…]*)`/g)]
        .filter(([, path = '']) => !existsSync(join(root, path)))
        .map(([, path]) => `${from.path}: ${path}`),
    );
  expect(missing).toEqual([]);
});

test('tests and modules that documents name by their file name are there', () => {
  const known = new Set(
    ['src', 'test'].flatMap((folder) =>
      (readdirSync(join(root, folder), { recursive: true }) as string[]).map(
        (path) => path.split('/').at(-1) ?? '',
      ),
    ),
  );
  const named = all.flatMap(({ path, text }) =>
    path === 'CHANGELOG.md'
      ? []
      : [...text.matchAll(/`([a-z-]+(?:\.[a-z]+)*\.ts)`/g)].map(([, name = '']) => name),
  );
  const threats = [...document('docs/security.md').text.matchAll(/^\|.*\| (`.*`) \|$/gm)].flatMap(
    ([, cell = '']) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  );
  expect(threats.length).toBeGreaterThan(20);
  const tests = new Set([...known].map((name) => name.replace(/(?:\.night)?\.test\.ts$/, '')));
  expect([
    ...named.filter((name) => !known.has(name)),
    ...threats.filter((name) => !tests.has(name)),
  ]).toEqual([]);
});

test('docs/exit-codes.md has every code that the program gives', () => {
  const listed = [...document('docs/exit-codes.md').text.matchAll(/^\| (\d+) \|/gm)].map(([, code]) =>
    Number(code),
  );
  // An old Node is told by `main.ts` alone.
  expect(listed.toSorted((a, b) => a - b)).toEqual(
    [...Object.values(exitCodes), 78].toSorted((a, b) => a - b),
  );
});

test('docs/design.md tells of every room and every package', () => {
  const { text } = document('docs/design.md');
  const rooms = readdirSync(join(root, 'src'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `\`src/${name}/\``);
  const packages = Object.keys(manifest.dependencies);
  expect([...rooms, ...packages].filter((name) => !text.includes(name))).toEqual([]);
});
