import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Prose, proseOfCode, proseOfDocument } from './support/prose.ts';
import { sourceFiles } from './support/source-tree.ts';

/** A phrase that native writers do not use, and what they write instead: see docs/glossary.md. */
const banned: readonly (readonly [phrase: RegExp, instead: string])[] = [
  [/\banew\b/i, 'again'],
  [/\bso (?:many|few)\b|\b(?:after|for) so long\b/i, 'a number of, N, this long'],
  [/\bin step\b/i, 'linked'],
  [/\bduds?\b/i, 'duplicate or blank results'],
  [/\b(?:farewell|errand|surroundings|aftermath|whither|thither|hitherto)\b/i, 'a plain word'],
  [/\bgo(?:es|ing)? on\b|\bwent on\b/i, 'continue, resume, keep running'],
  [/(?<!\bthere )\b(?:is|are|was|were) no (?!longer\b|more\b|\w+er\b)/i, 'is not a'],
  [/\blooks? per\b|\b(?:two|each|every|another|further) looks?\b/i, 'poll'],
  [/\b(?:a|one|each|every|another|new|unknown|paid) submits?\b/i, 'submission'],
  [/\bsubmits? (?:of|without|left|under way|per|a minute)\b/i, 'submissions'],
  [/\bas (?:it|they) came\b/i, 'unchanged, as downloaded'],
  [/\ba further\b/i, 'another'],
  [/\bby (?:itself|themselves)\b/i, 'automatically, on its own'],
  [/\bas things stand\b/i, 'at the moment'],
  [/\bnot known\b/i, 'unknown'],
  [/\bfor nothing\b/i, 'free, at no charge'],
  [/\bthere where\b/i, 'where, when'],
  [/\btoo many\. Name\b|\bone (?:folder|model|file) too many\b/i, 'unexpected argument'],
  [/\bmeans nothing to\b/i, 'unexpected argument'],
  [/\bmend\b/i, 'fix'],
  [/\brightly\b/i, 'correctly'],
  [/\bthe one job\b/i, 'the only job'],
  [/\bcannot be told\b/i, 'cannot tell'],
  [/\b(?:is|are|was|were|be) told\b(?! apart)/i, 'is reported, is shown'],
  [/\bmade again\b/i, 'repeated, generated again'],
  [/\ball the same\b/i, 'anyway'],
  [/\bof late\b|\blately\b/i, 'recently'],
  [/\bwallet\b/i, 'balance'],
  [/\bof unknown outcome\b/i, 'unclear'],
  [/\bat the (?:server|API)\b/i, 'on the server, in flight'],
];

const rooms = 'app cli core engine http input media plan providers report store view'
  .split(' ')
  .map((room) => `src/${room}`);
const rewordedRooms = 'core engine http input media plan store'.split(' ').map((room) => `src/${room}`);
const documents = [
  ...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'AGENTS.md', 'bench/README.md'],
  ...readdirSync('docs').flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
];

function offences(path: string, prose: readonly Prose[]): readonly string[] {
  return prose.flatMap(({ line, text }) =>
    banned.flatMap(([phrase, instead]) => {
      const found = phrase.exec(text);
      return found === null ? [] : [`${path}:${line} "${found[0]}" (${instead}): ${text}`];
    }),
  );
}

describe('the words of the glossary', () => {
  test.each([
    ['a string', "say('Copy it anew.');", ['anew']],
    [
      'a template around what it inserts',
      `say(\`\${all(\`\${1}\`)} is in \${'a'} step, \${b} goes on\`);`,
      ['goes on'],
    ],
    [
      'a comment over two lines',
      "const quote = /'/;\n// An attempt of unknown\n// outcome.",
      ['of unknown outcome'],
    ],
    ['a docstring', '/**\n * The axes are in\n * step.\n */', ['in step']],
    [
      'nothing but such phrases',
      "say('There is no job, and it is no longer here: duds.csv looks right.');",
      ['duds'],
    ],
  ])('are missed in %s', (_, code, phrases) => {
    const found = offences('a.ts', proseOfCode(code));
    expect(found.map((offence) => /"(.*?)"/.exec(offence)?.[1])).toEqual(phrases);
  });

  test('are missed in a document, but not in what it shows to be typed', () => {
    expect(
      offences('a.md', proseOfDocument('Looks per second.\n```sh\nrcb run duds.csv\n```\nNo duds.')),
    ).toHaveLength(2);
  });

  test('hold in every string of the rooms that users read', () => {
    const files = rooms.flatMap((room) => sourceFiles(room));
    const strings = files.flatMap(({ path, text }) =>
      offences(
        path,
        proseOfCode(text).filter(({ kind, text: words }) => kind === 'string' && words.includes(' ')),
      ),
    );
    expect(files.length).toBeGreaterThan(100);
    expect(strings).toEqual([]);
  });

  test('hold in every comment of the rooms that have been reworded', () => {
    const files = rewordedRooms.flatMap((room) => sourceFiles(room));
    const comments = files.flatMap(({ path, text }) =>
      offences(
        path,
        proseOfCode(text).filter(({ kind }) => kind === 'comment'),
      ),
    );
    expect(files.length).toBeGreaterThan(100);
    expect(comments).toEqual([]);
  });

  test('hold in README, CHANGELOG and docs', () => {
    expect(documents.length).toBeGreaterThan(10);
    expect(documents.flatMap((path) => offences(path, proseOfDocument(readFileSync(path, 'utf8'))))).toEqual(
      [],
    );
  });
});
