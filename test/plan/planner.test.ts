import { expect, test } from 'vitest';
import { UserError } from '../../src/core/complaints.ts';
import type { Row } from '../../src/core/row.ts';
import { jobId } from '../../src/plan/cells/planned-job.ts';
import { planJobs } from '../../src/plan/planner.ts';
import { showProblem } from '../support/shown-problem.ts';
import {
  fixtureModel,
  modelWith,
  type Plan,
  planned,
  requestFor,
  textRow,
  typedRow,
  type Wish,
} from './plan-arrange.ts';

function shown(plan: Plan): string[] {
  return plan.problems.map((problem) => `${problem.severity} ${showProblem(problem)}`);
}

const ideogram = 'ideogram/ideogram-v2/generate';

test('a row and the words make one job, in the order of the schema, without defaults', async () => {
  const row = textRow(2, { Category: 'Animals', SEED: '7', Prompt: 'A cat', Id: 'cat-1' });
  const { jobs, problems } = await planned([row], { words: ['Style=anime'] });
  const input = { prompt: 'A cat', style: 'anime', seed: 7 };
  expect(problems).toEqual([]);
  expect(jobs).toEqual([
    {
      id: jobId(ideogram, input, 1, null),
      model: ideogram,
      input,
      rep: 1,
      pathTemplate: `files/a-cat/${jobId(ideogram, input, 1, null).slice(0, 8)}{_i}.{ext}`,
      name: 'cat-1',
      rows: ['in.csv:2'],
      tags: { Category: 'Animals' },
      axes: {},
      parent: null,
    },
  ]);
  expect(Object.keys(jobs[0]?.input ?? {})).toEqual(['prompt', 'style', 'seed']);
});

test('the words alone make one job, but an input without rows makes none', async () => {
  const alone = await planned([], { words: ['prompt=a cat'], alone: true });
  expect(alone.jobs.map(({ input, rows }) => ({ input, rows }))).toEqual([
    { input: { prompt: 'a cat' }, rows: [] },
  ]);
  expect(await planned([], { words: ['prompt=a cat'] })).toEqual({ jobs: [], problems: [] });
  expect(shown(await planned([], { words: ['seed=1'], alone: true }))).toEqual([
    `error prompt is missing; ${ideogram} needs it`,
  ]);
});

const prompt = { prompt: 'a' };

test('a null in JSON means that nothing is given, so that a word holds', async () => {
  const { jobs, problems } = await planned([typedRow(1, { prompt: 'a', seed: null, style: null })], {
    words: ['seed=3'],
  });
  expect(problems).toEqual([]);
  expect(jobs[0]?.input).toEqual({ prompt: 'a', seed: 3 });
});

test('all errors of a row are reported at once, and the rows after it are checked as well', async () => {
  const rows = [
    textRow(2, { prompt: 'a', style: 'x', seed: 'y', expand_prompt: 'z' }),
    textRow(3, { prompt: 'b' }),
    textRow(4, { seed: '-5' }),
  ];
  const plan = await planned(rows);
  expect(plan.problems.map(({ place, kind }) => [place?.line, place?.column, kind])).toEqual([
    [2, 21, 'type'],
    [2, 31, 'type'],
    [2, 11, 'enum'],
    [4, null, 'required'],
    [4, 1, 'range'],
  ]);
  expect(plan.jobs.map(({ rows: [from] }) => from)).toEqual(['in.csv:3']);
});

test('a column that looks like a misspelt input is reported once, at its first row', async () => {
  const rows = [2, 3, 4].map((line) => textRow(line, { Promt: 'a', 'Aspect Ratio': '1:1' }));
  const plan = await planned(rows);
  expect(shown(plan)).toEqual([
    'error in.csv:2:1 unknown column "Promt"; did you mean "prompt"? (--map Promt=prompt sends it, --map Promt=Promt keeps it as a tag)',
    `error in.csv:2:11 unknown column "Aspect Ratio"; did you mean "aspect_ratio"? (--map 'Aspect Ratio=aspect_ratio' sends it, --map 'Aspect Ratio=Aspect Ratio' keeps it as a tag)`,
  ]);
  expect(plan.jobs).toEqual([]);
});

test('a column mapped to its own name is a tag, whatever it looks like', async () => {
  const plan = await planned([textRow(2, { prompt: 'a', speed: 'slow' })], { renames: { speed: 'speed' } });
  expect(plan.problems).toEqual([]);
  expect(plan.jobs[0]?.tags).toEqual({ speed: 'slow' });
});

test('columns are renamed, but for upper and lower case, and a rename without a column is an error', async () => {
  const rows = [textRow(2, { Text: 'a', Remark: 'b', Name: 'n' })];
  const renames = { text: 'Prompt', Remark: 'note', Name: 'id', Remarc: 'style' };
  const plan = await planned(rows, { renames });
  expect(plan.jobs[0]).toMatchObject({ input: { prompt: 'a' }, tags: { note: 'b' }, name: 'n' });
  expect(shown(plan)).toEqual([
    'error --map Remarc=style renames nothing: no row has a value in a column "Remarc"; did you mean "Remark"?',
  ]);
});

test('no name or value from a file can steer the terminal that shows it', async () => {
  const esc = '\u001b[31m\u202e';
  const rows = [
    textRow(2, { prompt: 'a', [`prompt${esc}s`]: 'b', style: esc }),
    typedRow(3, { prompt: 'a', model: `x${esc}`, id: [esc] }),
    typedRow(4, { prompt: 'a', [`k${esc}`]: 'b\0', model: 'free/model' }),
  ];
  const modelOf: Wish['modelOf'] = async (id) =>
    id === 'free/model' ? modelWith(null, id) : fixtureModel('ideogram-v2');
  const { problems } = await planned(rows, { renames: { [`c${esc}`]: 'x' }, modelOf });
  expect(problems.map(({ kind }) => kind)).toEqual([
    ...['enum', 'type', 'unknown_schema', 'control', 'unknown_model', 'unused_rename'],
  ]);
  for (const { message } of problems) expect(message).not.toMatch(/[\u001b\u202e\0]/);
});

test('two columns for one input are an error, reported once', async () => {
  const rows = [2, 3].map((line) => textRow(line, { prompt: 'a', PROMPT: 'b' }));
  expect(shown(await planned(rows))).toEqual([
    'error in.csv:2:11 the columns "prompt" and "PROMPT" both mean prompt',
  ]);
});

test.each<[string[], string]>([
  [['sede=7'], `sede=7: ${ideogram} has no input "sede"; did you mean "seed"?`],
  [
    ['Category=x'],
    `Category=x: ${ideogram} has no input "Category"; choose one of prompt, style, aspect_ratio, expand_prompt, negative_prompt, seed`,
  ],
  [['style=animee'], 'style "animee" is not allowed; did you mean "anime"?'],
  [['seed=-7'], 'seed -7 is out of range; it must be between 0 and 2147483647'],
  [['seed=x'], 'seed "x" is not a whole number'],
  [['seed=1', 'SEED=2'], 'seed is given twice: seed=1 and SEED=2'],
  [['id=x'], 'id=x would give every row the same id'],
])('what is wrong with the words %j is said once for all rows', async (words, message) => {
  const plan = await planned([textRow(2, prompt), textRow(3, { prompt: 'b' })], { words });
  expect(plan.problems).toEqual([
    expect.objectContaining({ severity: 'error', place: null, message, ends: true }),
  ]);
});

test.each([
  [[{ seed: '1' }, {}, { seed: '2' }], 'seed=7 is ignored for 2 of 3 rows, which have their own values'],
  [[{ seed: '1' }, { seed: '2' }], 'seed=7 is ignored for all 2 rows, which have their own values'],
  [[{ seed: '1' }], 'seed=7 is ignored for the only row, which has its own value'],
])('a cell of a row wins over a word, and the end says how often: %j', async (rows, message) => {
  const { jobs, problems } = await planned(
    rows.map((cells, index) =>
      textRow(index + 2, { prompt: `p${index}`, ...cells } as Record<string, string>),
    ),
    { words: ['seed=7'] },
  );
  expect(jobs.map(({ input }) => input.seed)).toEqual(
    rows.map(({ seed }: { seed?: string }) => Number(seed ?? 7)),
  );
  expect(problems).toEqual([{ severity: 'warning', place: null, kind: 'overridden', message }]);
});

test('a placeholder that no model of the plan knows is an error of usage, a malformed template at once', async () => {
  await expect(planned([textRow(2, prompt)], { name: '{styl}' })).rejects.toThrow(UserError);
  await expect(planned([textRow(2, prompt)], { name: '{style}' })).resolves.toMatchObject({ problems: [] });
  const rows = endless();
  await expect(planJobs(rows.batches(), requestFor({ name: '{slug' }), () => {})).rejects.toThrow(UserError);
  expect(rows.drawn()).toBe(0);
});

test('rows are drawn only as jobs are taken', async () => {
  const rows = endless();
  const enough = new Error('These are enough.');
  let taken = 0;
  const plan = planJobs(rows.batches(), requestFor(), (each) => {
    if (each.type === 'axes') return;
    expect(each.type).toBe('job');
    taken += 1;
    expect(rows.drawn()).toBe(taken);
    if (taken === 5) throw enough;
  });
  await expect(plan).rejects.toBe(enough);
  expect(rows.drawn()).toBe(5);
  expect(rows.isClosed()).toBe(true);
});

test('nobody asks where the cells of sound rows stand, which takes longer than to read them', async () => {
  let asked = 0;
  const rows = [2, 3, 4].map((line): Row => {
    const row = textRow(line, { prompt: `p${line}`, style: 'anime', seed: '7', Client: 'x' });
    return {
      ...row,
      placeOf: (name) => {
        asked += 1;
        return row.placeOf(name);
      },
    };
  });
  expect((await planned(rows)).jobs).toHaveLength(3);
  expect(asked).toBe(0);
});

/** Rows without end in groups of three, how many were drawn, and whether they were closed. */
function endless() {
  let drawn = 0;
  let isClosed = false;
  function* three(): Generator<Row> {
    for (let left = 3; left > 0; left -= 1) {
      drawn += 1;
      yield textRow(drawn + 1, { prompt: `p${drawn}` });
    }
  }
  async function* batches(): AsyncGenerator<Iterable<Row>> {
    try {
      for (;;) yield three();
    } finally {
      isClosed = true;
    }
  }
  return { batches, drawn: () => drawn, isClosed: () => isClosed };
}
