import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/core/complaints.ts';
import type { ManifestLine } from '../../../src/core/job/manifest.ts';
import type { RequestedKeys } from '../../../src/view/sheet/sheet-choice.ts';
import type { SheetPage } from '../../../src/view/sheet/sheet-pages.ts';
import { planSheets } from '../../../src/view/sheet/sheets.ts';
import { aLine } from './sheet-builders.ts';

interface PlanOptions {
  readonly rows?: number | null;
  readonly orders?: Readonly<Record<string, readonly (string | number)[]>>;
}

const nothing: RequestedKeys = { x: null, y: null, pages: [], stack: false };

function plan(
  lines: readonly ManifestLine[],
  asked: Partial<RequestedKeys> = {},
  axes = axesOf(lines),
  { rows = null, orders = {} }: PlanOptions = {},
) {
  const tags = [...new Set(['mood', ...lines.flatMap((line) => Object.keys(line.tags))])];
  const inputs = [...new Set(lines.flatMap((line) => Object.keys(line.input)))];
  const known = { axes: axes.map((name) => ({ name, values: orders[name] ?? [] })), inputs, tags };
  return planSheets(lines, known, { ...nothing, ...asked }, { cell: 256, rows });
}

function axesOf(lines: readonly ManifestLine[]): string[] {
  return [...new Set(lines.flatMap((line) => Object.keys(line.axes)))];
}

/** The jobs that a page shows, as often as it shows them. */
function shownOn({ columns, labels, jobsAt }: SheetPage): string[] {
  const across = columns === null ? [0] : [...columns.keys()];
  return across.flatMap((column) =>
    [...labels.keys()].flatMap((row) => jobsAt(column, row).map(({ job }) => job)),
  );
}

function grid(axes: Readonly<Record<string, readonly (string | number)[]>>, prompts = ['a cat']) {
  let cells: Record<string, string | number>[] = [{}];
  for (const [name, values] of Object.entries(axes))
    cells = cells.flatMap((cell) => values.map((value) => ({ ...cell, [name]: value })));
  return prompts.flatMap((prompt, row) =>
    cells.map((cell, nth) => aLine(row * cells.length + nth, { axes: cell, input: { prompt, ...cell } })),
  );
}

const someLines = fc
  .array(
    fc.record({
      seed: fc.integer({ min: 1, max: 4 }),
      style: fc.constantFrom('anime', 'realistic', 'sketch'),
      prompt: fc.constantFrom('a cat', 'a dog', '犬'),
      rep: fc.integer({ min: 1, max: 2 }),
      mood: fc.constantFrom('', 'calm', 'wild'),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((jobs) =>
    jobs.map(({ seed, style, prompt, rep, mood }, nth) =>
      aLine(nth, {
        axes: { seed, style },
        input: { prompt, seed, style },
        rep,
        tags: mood === '' ? {} : { mood },
      }),
    ),
  );
const someKey = fc.constantFrom('seed', 'style', 'prompt', 'rep', 'mood', 'state', 'model', 'job');
const someAsked = fc.record({
  x: fc.option(someKey),
  y: fc.option(someKey),
  pages: fc.uniqueArray(someKey, { maxLength: 2 }),
  stack: fc.boolean(),
});

test('an input that people call otherwise may be asked for by its key, and the longest text is the prompt', () => {
  const lines = grid({ seed: [1, 2] }, ['a cat', 'an owl']);
  const named = {
    ...{ axes: [{ name: 'seed', values: [1, 2] }], inputs: ['prompt', 'seed'], tags: [] },
    names: new Map([['31.seed', 'seed']]),
  };
  const size = { cell: 256, rows: null };
  expect(planSheets(lines, named, { ...nothing, x: '31.seed' }, size).choice).toMatchObject({ x: 'seed' });
  const bare = lines.map(({ input, ...line }) => ({ ...line, input: { '6.text': input.prompt ?? '' } }));
  expect(plan(bare).choice).toMatchObject({ x: 'seed', y: '6.text' });
});

describe('the pages of a sheet', () => {
  test('show every job exactly once, whatever the keys', () => {
    fc.assert(
      fc.property(someLines, someAsked, (lines, asked) => {
        const { pages, jobCount } = plan(lines, asked);
        expect(jobCount).toBe(lines.length);
        expect(pages.flatMap(shownOn).sort()).toEqual(lines.map(({ job }) => job).sort());
      }),
    );
  });

  test('have one job in a cell, unless jobs are identical or are to be stacked', () => {
    fc.assert(
      fc.property(someLines, fc.tuple(someKey, someKey), (lines, [x, y]) => {
        const different = new Map(
          lines.map((line) => [JSON.stringify([line.input, line.rep, line.tags]), line]),
        );
        const { pages } = plan([...different.values()], { x, y });
        for (const { columns, labels, jobsAt } of pages)
          for (const column of (columns as string[]).keys())
            for (const row of labels.keys()) expect(jobsAt(column, row).length).toBeLessThan(2);
      }),
    );
  });

  test('are made by the two axes with the most values, and by a page for each value of the others', () => {
    const lines = grid({ style: ['anime', 'realistic'], seed: [1, 2, 3], aspect_ratio: ['1:1', '16:9'] });
    const { choice, pages } = plan(lines);
    expect(choice).toMatchObject({ x: 'style', y: 'seed', addedPages: ['aspect_ratio'] });
    expect(pages.map(({ values }) => values)).toEqual([
      [{ key: 'aspect_ratio', value: '1:1' }],
      [{ key: 'aspect_ratio', value: '16:9' }],
    ]);
  });

  test('are made by the prompts and the axis where there is one axis', () => {
    const { choice, pages } = plan(grid({ seed: [1, 2] }, ['a cat', 'a dog', 'a fox']));
    expect(choice).toMatchObject({ x: 'seed', y: 'prompt', pages: [] });
    expect(pages[0]?.labels).toEqual(['a cat', 'a dog', 'a fox']);
  });

  test('show prompts alone as cells in lines that wrap, each with its label', () => {
    const { choice, pages } = plan(grid({}, ['a cat', 'a dog']));
    expect(choice).toMatchObject({ x: 'prompt', y: null });
    expect(pages).toMatchObject([{ columns: null, labels: ['a cat', 'a dog'] }]);
  });

  test('do not cross linked axes', () => {
    const linked = ['a', 'b', 'c'].flatMap((style, nth) =>
      [1, 2].map((seed) => aLine(nth * 2 + seed, { axes: { style, negative_prompt: `not ${style}`, seed } })),
    );
    expect(plan(linked).choice).toMatchObject({ x: 'seed', y: 'style', pages: [] });
  });

  test('with --stack have the jobs of a cell side by side instead of on separate pages', () => {
    const lines = grid({ style: ['anime', 'realistic'], seed: [1, 2, 3] });
    const { choice, pages } = plan(lines, { x: 'style', y: 'prompt', stack: true });
    expect(choice).toMatchObject({ pages: [], within: ['seed'] });
    expect(pages[0]?.jobsAt(0, 0)).toHaveLength(3);
  });

  test('name other differences if a single key is laid out', () => {
    const lines = grid({ style: ['anime', 'realistic'], seed: [10, 2] });
    expect(plan(lines, { x: 'seed' }).pages[0]?.labels).toEqual([
      '2 · style anime',
      '2 · style realistic',
      '10 · style anime',
      '10 · style realistic',
    ]);
  });

  test('leave cells empty for what the plan excludes, but have no row or column without a job', () => {
    const lines = grid({ style: ['anime', 'realistic'], seed: [1, 2] }).slice(0, 3);
    const [page] = plan(lines, { x: 'style', y: 'seed' }).pages as [SheetPage];
    expect(page.columns).toEqual(['anime', 'realistic']);
    expect(page.labels).toEqual(['1', '2']);
    expect(page.jobsAt(1, 1)).toEqual([]);
  });
});

describe('the values of a key', () => {
  test('of an axis follow each other as in the plan, whatever they are', () => {
    const seeds = [2034151101, 560642266, 919192847];
    const lines = grid({ seed: seeds, style: ['b', 'a'] });
    const { pages } = plan([...lines].reverse(), { x: 'seed', y: 'style' }, ['seed', 'style'], {
      orders: { seed: seeds, style: ['b', 'a'] },
    });
    expect(pages[0]).toMatchObject({ columns: seeds.map(String), labels: ['b', 'a'] });
  });

  test('are sorted if they are numbers, even as text of a tag, and otherwise in order of appearance', () => {
    const lines = ['10', '9', '-1', '2e1'].map((size, nth) => aLine(nth, { tags: { size } }));
    expect(plan(lines, { x: 'size' }).pages[0]?.labels).toEqual(['-1', '9', '10', '2e1']);
    const words = ['b', 'a', '3'].map((word, nth) => aLine(nth, { tags: { word } }));
    expect(plan(words, { x: 'word' }).pages[0]?.labels).toEqual(['b', 'a', '3']);
  });

  test('include "(none)" for jobs without a value, which comes last', () => {
    const lines = [aLine(1), aLine(2, { tags: { mood: 'calm' } }), aLine(3, { tags: { mood: ' ' } })];
    expect(plan(lines, { x: 'mood' }).pages[0]?.labels).toEqual(['calm', '(empty)', '(none)']);
  });

  test('of the state are in the order of a job’s life', () => {
    const lines = (['failed', 'done', 'pending'] as const).map((state, nth) => aLine(nth, { state }));
    expect(plan(lines, { x: 'state' }).pages[0]?.labels).toEqual(['pending', 'done', 'failed']);
  });
});

describe('a key', () => {
  const lines = grid({ seed: [1, 2], style: ['anime', 'realistic'] });

  test('is found in any case', () => {
    expect(plan(lines, { x: 'SEED', y: ' Style ' }).choice).toMatchObject({ x: 'seed', y: 'style' });
  });

  test('that no job has is refused, with a suggestion', () => {
    expect(() => plan(lines, { y: 'stlye' })).toThrow(
      new UserError(
        'usage',
        '--y "stlye" is not an axis, input or tag of these jobs; did you mean "style"?',
        'Use --y style.',
      ),
    );
    expect(() => plan(lines, { pages: ['zzzzzz'] })).toThrow(/^--page "zzzzzz" is not an axis/);
  });

  test('that objects inherit is not mistaken for one that a job has', () => {
    const tagged = [aLine(1, { tags: { constructor: 'x' } }), aLine(2)];
    expect(plan(tagged, { x: 'constructor' }).pages[0]?.labels).toEqual(['x', '(none)']);
  });
});
