import { basename, dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { functionsOf, lineCount } from './support/functions.ts';
import { importCircles, needlessExports, type SourceFile, sourceFiles } from './support/source-tree.ts';

/** What a room may import besides itself: other rooms, packages, and whether modules of Node are among them. */
interface Law {
  readonly rooms: readonly string[];
  readonly packages: readonly string[];
  readonly node: boolean;
  /** Whether its files may read clocks, set timers, roll dice or reach the network. */
  readonly touchesWorld: boolean;
}

const adapter = { node: true, touchesWorld: true };
const reader = { node: true, touchesWorld: true };
const pure = { node: false, touchesWorld: false };

// The most specific room of a file is the one whose law holds.
const laws: Readonly<Record<string, Law>> = {
  'src/core': { rooms: [], packages: [], ...pure },
  'src/engine': { rooms: ['core'], packages: ['p-queue', 'p-limit'], ...pure },
  'src/input': { rooms: ['core'], packages: ['csv-parse', 'saxes', 'smol-toml', 'yaml', 'yauzl'], ...reader },
  'src/plan': { rooms: ['core'], packages: ['ajv', 'ajv-formats'], ...reader },
  'src/http': { rooms: ['core'], packages: ['undici'], ...adapter },
  // Stores that speak S3, and mounted folders, where files are put besides the run folder.
  'src/bucket': { rooms: ['core', 'http'], packages: ['aws4'], ...adapter },
  'src/providers': { rooms: ['core', 'http'], packages: [], ...adapter },
  'src/media': { rooms: ['core'], packages: ['file-type', 'image-size'], ...reader },
  'src/store': {
    rooms: ['core', 'media'],
    packages: ['csv-stringify', 'lru-cache'],
    ...adapter,
  },
  'src/share': { rooms: ['core'], packages: ['pg', 'pg-boss'], ...adapter },
  'src/report': { rooms: ['core'], packages: ['pino', 'log-update', 'string-width'], ...adapter },
  // It imitates the API of each provider, and runs the models that are built in.
  'src/simulator': { rooms: ['core', 'providers', 'media'], packages: [], ...adapter },
  'src/view': { rooms: ['core', 'media'], packages: ['sharp', 'pdfkit'], ...adapter },
  'src/view/page': {
    rooms: ['core', 'view'],
    packages: ['uplot', '@panzoom/panzoom', 'client-zip'],
    ...pure,
    touchesWorld: true,
  },
  'src/app': {
    rooms: 'core input plan engine providers http bucket store share media report simulator view'.split(' '),
    packages: [],
    ...adapter,
  },
  // The same as the command line, for agents.
  'src/mcp': {
    rooms: ['app', 'core', 'report'],
    packages: ['@modelcontextprotocol/server'],
    ...adapter,
  },
  'src/cli': {
    rooms: ['app', 'core', 'mcp', 'report'],
    packages: ['yargs'],
    ...adapter,
  },
  src: { rooms: ['cli', 'app', 'core', 'report'], packages: [], ...adapter },
};

const files = sourceFiles('src');

function lawOf(path: string): Law {
  const rooms = Object.keys(laws).filter((room) => path.startsWith(`${room}/`));
  return laws[rooms.toSorted((a, b) => b.length - a.length)[0] ?? ''] as Law;
}

const roomOf = (path: string): string => path.split('/').slice(1, -1)[0] ?? '';

const packageOf = (name: string): string =>
  name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');

function against({ path, files: own, packages }: SourceFile): readonly string[] {
  const law = lawOf(path);
  const ownRoom = roomOf(path);
  const rooms = own.map(roomOf).filter((room) => room !== ownRoom && !law.rooms.includes(room));
  const foreign = packages.filter((name) =>
    name.startsWith('node:') ? !law.node : !law.packages.includes(packageOf(name)),
  );
  return [...rooms, ...foreign].map((name) => `${path} imports ${name}`);
}

describe('the house', () => {
  test('has no import against its arrows', () => {
    expect(files.length).toBeGreaterThan(400);
    expect(files.flatMap(against)).toEqual([]);
  });

  test('has no circle of imports, those of types included', () => {
    expect(importCircles(files)).toEqual([]);
    const pair = ['a.ts', 'b.ts', 'c.ts'].map((path) => ({ path, text: '', code: '', packages: [] }));
    const imports: Record<string, string[]> = { 'a.ts': ['b.ts'], 'b.ts': ['c.ts', 'a.ts'], 'c.ts': [] };
    expect(importCircles(pair.map((each) => ({ ...each, files: imports[each.path] ?? [] })))).toEqual([
      ['a.ts', 'b.ts'],
    ]);
  });

  test('exports only what another file imports', () => {
    const users = [...files, ...sourceFiles('test'), ...sourceFiles('bench')];
    const own = files.filter(({ path }) => path !== 'src/index.ts');
    expect(needlessExports(own, users)).toEqual([]);
    const file = (path: string, text: string): SourceFile => ({
      path,
      text,
      code: '',
      files: [],
      packages: [],
    });
    const a = file('src/a.ts', 'export const needless = 1;\nexport const used = 2;\nexport type Kind = 1;');
    const b = file('src/b.ts', "import { type Kind, used as other } from './a.ts';");
    expect(needlessExports([a], [a, b])).toEqual(['src/a.ts needless']);
  });

  test('names the process in its two entrances alone', () => {
    const naming = files.filter(({ code }) => /(?<![.\w])process(?:\.|\[)/.test(code));
    expect(naming.map(({ path }) => path)).toEqual(['src/index.ts', 'src/main.ts']);
  });

  test('takes time, dice and the network as arguments where a room is pure', () => {
    const reaching =
      /(?<![.\w])(?:Date\.now|new Date\(\)|Math\.random|setTimeout|setInterval|setImmediate|fetch|performance|crypto)\b/;
    const touching = files.filter(({ path, code }) => !lawOf(path).touchesWorld && reaching.test(code));
    expect(touching.map(({ path }) => path)).toEqual([]);
    expect(files.filter(({ code }) => /(?<![.\w])fetch\(/.test(code)).map(({ path }) => path)).toEqual([]);
  });

  test('has one file of each name, but for the two programs', () => {
    const names = files.map(({ path }) => basename(path));
    const twice = names.filter((name, index) => names.indexOf(name) !== index);
    expect(twice).toEqual(['main.ts']);
  });

  test('keeps at most 25 files directly in a room, and none in a room alone', () => {
    const rooms = Map.groupBy(files, ({ path }) => dirname(path));
    const crowded = [...rooms].filter(([, each]) => each.length > 25).map(([room]) => room);
    expect(crowded).toEqual([]);
  });
});

describe('the size of the house', () => {
  test('keeps half of its files to one screen and none beyond a few', () => {
    const lengths = files.map(({ text }) => lineCount(text.trimEnd())).sort((a, b) => a - b);
    const share = (part: number): number => lengths[Math.floor(lengths.length * part)] ?? 0;
    expect(share(0.5)).toBeLessThanOrEqual(80);
    expect(share(0.9)).toBeLessThanOrEqual(160);
    const long = files.filter(({ text }) => lineCount(text.trimEnd()) > 250).map(({ path }) => path);
    expect(long).toEqual([]);
  });

  test('has no function of more than 100 lines', () => {
    const long = files.flatMap(({ path, text }) =>
      functionsOf(text).flatMap(({ name, lines }) =>
        lines > 100 ? [`${path}: ${name}, ${lines} lines`] : [],
      ),
    );
    expect(long).toEqual([]);
    const body = ['function outer() {', ...Array(5).fill('  //'), '  return () => 1;', '}'].join('\n');
    expect(functionsOf(body)).toEqual([
      { name: 'outer', lines: 8 },
      { name: 'line 7', lines: 1 },
    ]);
  });
});

describe('the tests', () => {
  const tests = sourceFiles('test');

  test('are sentences in one style, with dice that can be replayed', () => {
    const odd = /^\s*it(?:\.\w+)?\(|\bMath\.random\b/m;
    expect(tests.filter(({ code }) => odd.test(code)).map(({ path }) => path)).toEqual([]);
    const stopped = /^\s*(?:test|describe)(?:\.\w+)?\(\s*(['"`]).*\.\1,/m;
    expect(tests.filter(({ text }) => stopped.test(text)).map(({ path }) => path)).toEqual([]);
  });

  test('wait for a word, never for a time', () => {
    const waiting = tests.filter(
      ({ path, code }) => path !== 'test/support/processes.ts' && /\bsetTimeout(?:\(| as )/.test(code),
    );
    expect(waiting.map(({ path }) => path)).toEqual([]);
  });
});
