import type { JsonObject } from '../core/json.ts';

const string = (description: string) => ({ type: 'string', description });
const count = (description: string) => ({ type: 'integer', minimum: 1, description });
const object = (properties: JsonObject, required: readonly string[] = []): JsonObject => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

const dir = string('The run folder, such as out/cats.');
const maxCost = {
  type: 'number',
  exclusiveMinimum: 0,
  description:
    'The most that this run folder may cost in US dollars, all its runs together. Agree on it with the user first.',
};

const expect = string(
  'The plan_id that plan has answered: nothing is submitted if the input or the folder has changed since.',
);

const batch: JsonObject = {
  rows: {
    type: 'array',
    items: { type: 'object' },
    description:
      'Each an object of inputs of the model, such as {"prompt": "a cat"}; id and model are allowed.',
  },
  files: {
    type: 'array',
    items: { type: 'string' },
    description: 'Lists below the working directory: .csv, .tsv, .jsonl, .txt, .xlsx.',
  },
  axes: {
    type: 'object',
    description: 'By input, the values that multiply the rows: {"style": ["anime", "realistic"]}.',
  },
  out: string(
    'The run folder, such as out/cats. Rows without a file need one. The same folder again resumes.',
  ),
  model: string('For every row. Left out: the usual model. See the tool models.'),
  seeds: count('Seeds for each row, 1 to N.'),
  repeat: count('Results for each cell.'),
  limit: count('Only the first N jobs.'),
  shard: string('One of N equal parts of the plan, such as 2/5: the second of five.'),
  skip_invalid: { type: 'boolean', description: 'Leave out rows with mistakes.' },
  rehearse: {
    type: 'boolean',
    description: 'Against the built-in simulator, free of charge, in <out>-rehearsal.',
  },
};

/** What each tool takes, as JSON Schema. */
export const mcpArguments = {
  plan: object(batch),
  run: object({ ...batch, max_cost: maxCost, expect }, ['max_cost']),
  resume: object({ dir, max_cost: maxCost }, ['dir', 'max_cost']),
  status: object({ dir }, ['dir']),
  wait: object(
    {
      dir,
      seconds: {
        type: 'number',
        minimum: 0,
        maximum: 50,
        description: 'At most, 45 if left out. Call again after.',
      },
    },
    ['dir'],
  ),
  retry: object(
    {
      dir,
      jobs: {
        type: 'array',
        items: { type: 'string' },
        description: 'Ids. Left out: all that a retry can help.',
      },
      max_cost: maxCost,
    },
    ['dir', 'max_cost'],
  ),
  show: object({ dir, job: string('The id of a job, or its first digits, or the id of its row.') }, [
    'dir',
    'job',
  ]),
  models: object({
    search: string('Part of a name. Left out: all.'),
    deployments: { type: 'boolean', description: "The user's own deployments instead of the catalogue." },
  }),
  schema: object({ model: string('The id of a model. Left out: the usual one.') }),
} as const satisfies Readonly<Record<string, JsonObject>>;

export type McpToolName = keyof typeof mcpArguments;

/** What an agent reads of each tool. */
export const mcpDescriptions: Readonly<Record<McpToolName, string>> = {
  plan: 'What a run would do and cost, and every mistake in the input. Sends nothing and writes nothing. Always call it before run, and show the user the count and the price.',
  run: 'Generates everything that the input asks for, in a process in the background, and returns at once. Spends money, never more than max_cost. The same call again resumes; what is done is not paid for again.',
  resume:
    'Continues a run folder from the plan that it keeps, in the background. Spends money, never more than max_cost.',
  status: 'Counts, cost, failures with their remedy, rate and time left of a run folder, also during a run.',
  wait: 'Waits until the run in a folder has ended, at most 50 seconds. If outcome is "running", call it again.',
  retry:
    'New attempts for failed, cancelled and lost jobs, in the background. Each is charged again, never beyond max_cost. Refusals by the content policy are left out: change their prompts instead.',
  show: 'Everything about one job, with a small picture of its result.',
  models: 'The models of the catalogue with their base prices.',
  schema: 'The inputs of a model as JSON Schema.',
};
