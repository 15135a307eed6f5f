import { expect, test } from 'vitest';
import { ideogramV2 } from '../../src/providers/runcomfy/built-in.ts';
import { showProblem } from '../support/shown-problem.ts';
import { fixtureModel, modelWith, type Plan, planned, textRow, typedRow, type Wish } from './plan-arrange.ts';

const ideogram = ideogramV2.id;
const prompt = { prompt: 'a' };

function shown(plan: Plan): string[] {
  return plan.problems.map((problem) => `${problem.severity} ${showProblem(problem)}`);
}

const video = 'wan-ai/wan-3.0/image-to-video';
const banana = 'google/nano-banana-2/text-to-image';

function inputsOf(name: string): string {
  const { inputSchema } = fixtureModel(name);
  return Object.keys(inputSchema?.properties as object).join(', ');
}

test('a row can ask for another model, and the words are read by its schema', async () => {
  const image_url = 'https://x.example/a.png';
  const rows = [
    textRow(2, { prompt: 'a', MODEL: video, image_url }),
    textRow(3, { prompt: 'b', model: banana, resolution: '2K', duration: '5' }),
  ];
  const { jobs, problems } = await planned(rows, { words: ['Prompt=c'] });
  expect(jobs.map(({ model, input, tags }) => [model, input, tags])).toEqual([
    [video, { prompt: 'a', image_url }, {}],
    [banana, { prompt: 'b', resolution: '2K' }, { duration: '5' }],
  ]);
  expect(problems.map(({ kind }) => kind)).toEqual(['overridden']);
});

test('a word for which one of the models has no input is an error that skipping rows does not mend', async () => {
  const rows = [2, 3, 4, 5].map((line) =>
    textRow(line, { prompt: `p${line}`, model: line < 4 ? banana : ideogram }),
  );
  const { problems } = await planned(rows, { words: ['style=anime'] });
  expect(problems).toEqual([
    {
      severity: 'error',
      place: null,
      kind: 'unknown_input',
      message: `style=anime: ${banana} has no input "style"; choose one of ${inputsOf('nano-banana-2')}`,
      key: 'style',
      ends: true,
    },
  ]);
});

test('the word model names the model of all rows that name none', async () => {
  const plan = await planned([textRow(2, prompt)], { words: [`model=${banana}`] });
  expect(plan.jobs[0]?.model).toBe(banana);
  expect(plan.problems).toEqual([]);
});

test('an unknown model is reported once, at the first row that names it, and asked for once', async () => {
  const asked: string[] = [];
  const rows = [
    textRow(2, { ...prompt, model: 'ideogram/ideogram-v3/generate' }),
    textRow(3, { ...prompt, model: 'ideogram/ideogram-v3/generate' }),
    textRow(4, { ...prompt, model: '../../v1/requests' }),
    textRow(5, prompt),
  ];
  const plan = await planned(rows, {
    modelOf: async (id) => {
      asked.push(id);
      return id === ideogram ? fixtureModel('ideogram-v2') : null;
    },
  });
  expect(shown(plan)).toEqual([
    `error in.csv:2:11 unknown model "ideogram/ideogram-v3/generate"; 2 rows name it; did you mean "${ideogram}"?`,
    `error in.csv:4:11 unknown model "../../v1/requests"; -m ${ideogram} uses that model for every row`,
  ]);
  expect(asked).toEqual(['ideogram/ideogram-v3/generate', ideogram]);
  expect(plan.jobs).toHaveLength(1);
});

test('without a schema every column is sent as text, and one warning says so', async () => {
  const wish: Wish = {
    modelOf: async (id) => modelWith(null, id),
    model: 'x/y',
    words: ['seed=7'],
    name: '{Prompt}',
  };
  const rows = [textRow(2, { Prompt: 'a', steps: '4', id: 'r' }), typedRow(3, { Prompt: 'b', steps: 4 })];
  const { jobs, problems } = await planned(rows, wish);
  expect(jobs.map(({ input }) => input)).toEqual([
    { Prompt: 'a', steps: '4', seed: '7' },
    { Prompt: 'b', steps: 4, seed: '7' },
  ]);
  expect(problems.map(({ severity, kind }) => [severity, kind])).toEqual([['warning', 'unknown_schema']]);
});

test('a number that lost digits on its way through JSON is refused where no limit would catch it', async () => {
  const properties = { n: { type: 'integer' }, x: { type: 'float' } };
  const modelOf: Wish['modelOf'] = async (id) => modelWith({ type: 'object', properties }, id);
  const exact = { n: Number.MAX_SAFE_INTEGER, x: 0.1 };
  const rows = [typedRow(1, exact), typedRow(2, { n: 12_345_678_901_234_567_000, x: 2 ** 53 })];
  const { jobs, problems } = await planned(rows, { modelOf });
  expect(jobs.map(({ input }) => input)).toEqual([exact]);
  expect(problems.map(({ message }) => message)).toEqual([
    'n 12345678901234567000 has more digits than can be sent exactly',
    'x 9007199254740992 has more digits than can be sent exactly',
  ]);
});
