import { listModels } from '../app/access/catalogue-access.ts';
import { describeModel } from '../app/access/known-inputs.ts';
import { runEnded } from '../app/folder/run-end.ts';
import { jobByPrefix } from '../app/folder/shown-job.ts';
import { smallPicture } from '../app/folder/small-picture.ts';
import { adoptPlan, adoptRetry } from '../app/library/adopting.ts';
import { type AccessOptions, accessRequestFrom, type BatchOptions } from '../app/library/batch-options.ts';
import { library } from '../app/library/library.ts';
import { startInBackground } from '../app/running/background.ts';
import { ceilingUsd } from '../app/spending-ceiling.ts';
import { type Complaint, isError, type Problem, UserError } from '../core/complaints.ts';
import type { Environment } from '../core/environment.ts';
import type { JsonValue } from '../core/json.ts';
import { quoted } from '../core/shell-words.ts';
import { commandsLeft } from '../report/folder/commands-left.ts';
import { modelJson } from '../report/models/model-json.ts';
import { problemLine } from '../report/plan/problem-json.ts';
import type { McpToolName } from './mcp-arguments.ts';
import type { McpPaths } from './mcp-paths.ts';

/** What the server has of its process and its command line. */
export interface McpSetting {
  readonly env: Environment;
  readonly pid: number;
  readonly execPath: string;
  readonly mainPath: string;
  readonly access: AccessOptions;
  readonly paths: McpPaths;
}

type Arguments = Readonly<Record<string, unknown>>;

/** What a tool answers; `picture`: shown beside it. */
export interface ToolAnswer {
  readonly answer: object;
  readonly isError?: true;
  readonly picture?: { readonly mime: string; readonly bytes: Buffer } | null;
}

type Tool = (given: Arguments, signal: AbortSignal) => Promise<ToolAnswer>;

const maxProblems = 50;
const maxWaitMs = 50_000;
const usualWaitMs = 45_000;

const noFile = { schemaFile: null } as const;

/** What each tool does. The arguments have been checked against their schema. */
export function mcpTools(setting: McpSetting): Readonly<Record<McpToolName, Tool>> {
  const { env, pid, access, paths } = setting;
  const rcb = library({ env, pid });
  const folder = (given: Arguments): string => paths.inside(String(given.dir));

  function refused(problems: readonly Problem[]): ToolAnswer {
    const shown = problems.slice(0, maxProblems).map((problem) => {
      const { event: _, ...line } = problemLine(problem);
      return line;
    });
    const errors = problems.filter(isError).length;
    const error = { class: 'input', message: `The input has ${errors} errors. Nothing was submitted.` };
    return { isError: true, answer: { error, problems: shown, problem_count: problems.length } };
  }

  async function started(dir: string, given: Arguments, more: object): Promise<ToolAnswer> {
    const ceiling = ceilingUsd(env);
    const max_cost = Math.min(Number(given.max_cost), ceiling ?? Number.POSITIVE_INFINITY);
    const { execPath, mainPath } = setting;
    const { baseUrl, tokenFile } = access;
    const args = [
      ...[mainPath, '__detached', '--yes', `--max-cost=${max_cost}`],
      ...(baseUrl === undefined ? [] : [`--base-url=${baseUrl}`]),
      ...(tokenFile === undefined ? [] : [`--token-file=${tokenFile}`]),
      '--',
    ];
    const began = await startInBackground(dir, { execPath, args, env });
    if (began.type === 'failed') {
      const { class: about, message, hint } = began.error ?? {};
      const sentence = 'The run in the background ended before it began.';
      throw new UserError(
        (about ?? 'output') as Complaint,
        String(message ?? sentence),
        hint === undefined || hint === null ? `Read ${began.log}.` : String(hint),
      );
    }
    return { answer: { outcome: 'running', dir, pid: began.pid, max_cost, ...more, next: 'Call wait.' } };
  }

  function statusOf(dir: string): object {
    const status = rcb.status(dir);
    return { ...status, next: commandsLeft(status.counts, quoted(dir)) };
  }

  return {
    async plan(given) {
      const planned = await rcb.plan(batchOf(given, setting));
      if (planned.type === 'refused') return refused(planned.problems);
      return { answer: { ...planned.plan, to_submit: planned.spending.jobs, usd: planned.spending.usd } };
    },
    async run(given) {
      const expected = given.expect === undefined ? null : String(given.expect);
      const terms = { maxCostUsd: Number(given.max_cost), expected };
      const adopted = await adoptPlan(batchOf(given, setting), terms, env, (dir, files) => {
        paths.inside(dir);
        for (const { path } of files) paths.inside(path);
      });
      if (adopted.type === 'refused') return refused(adopted.problems);
      const { dir, plan, spending, isIdle } = adopted;
      if (isIdle) return { answer: { outcome: 'nothing_to_do', ...statusOf(dir) } };
      const about = { jobs: plan.jobs, to_submit: spending.jobs, usd: spending.usd, warnings: plan.warnings };
      return started(dir, given, about);
    },
    resume: async (given) => started(folder(given), given, {}),
    status: async (given) => ({ answer: statusOf(folder(given)) }),
    async wait(given, signal) {
      const dir = folder(given);
      rcb.status(dir);
      const waitMs = given.seconds === undefined ? usualWaitMs : Number(given.seconds) * 1_000;
      const hasEnded = await runEnded(dir, Math.min(waitMs, maxWaitMs), signal);
      const next = hasEnded ? {} : { next: 'The run has not ended yet: call wait again.' };
      return { answer: { outcome: hasEnded ? 'ended' : 'running', ...statusOf(dir), ...next } };
    },
    async retry(given) {
      const dir = folder(given);
      const jobs = (given.jobs ?? []) as readonly string[];
      const { retried, leftOut, spending } = await adoptRetry(dir, jobs, access, env);
      const about = { retried, left_out: leftOut, to_submit: spending.jobs, usd: spending.usd };
      if (retried === 0) return { answer: { outcome: 'nothing_to_do', ...about } };
      return started(dir, given, about);
    },
    async show(given) {
      const dir = folder(given);
      const line = jobByPrefix(dir, String(given.job));
      const [output] = line.outputs;
      return { answer: line, picture: output === undefined ? null : await smallPicture(dir, output) };
    },
    async models(given) {
      const wanted = given.search === undefined ? null : String(given.search);
      const ofWhat = given.deployments === true ? 'deployments' : 'models';
      const models = await listModels(accessRequestFrom(access, env), wanted, ofWhat);
      return { answer: { models: models.map(modelJson) } };
    },
    async schema(given) {
      const id = given.model === undefined ? null : String(given.model);
      const { model } = await describeModel(id, noFile, accessRequestFrom(access, env), () => {});
      return { answer: { model: model.id, inputs: model.inputSchema } };
    },
  };
}

/** The plan that these arguments mean. Throws `UserError` for a path that leads outside. */
function batchOf(given: Arguments, { access, paths }: McpSetting): BatchOptions {
  const { rows, files, axes, out, model, seeds, repeat, limit, shard, skip_invalid, rehearse } = given;
  const known = {
    rows,
    files: files === undefined ? undefined : (files as readonly string[]).map(paths.list),
    axes,
    out: out === undefined ? undefined : paths.inside(String(out)),
    model,
    seeds,
    repeat,
    limit,
    shard,
    skipInvalid: skip_invalid,
    rehearse,
  };
  for (const text of textsIn([rows, axes] as JsonValue)) {
    // A file to be sent.
    if (text.startsWith('@')) paths.inside(text.slice(1));
  }
  return {
    ...access,
    ...Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)),
  };
}

function* textsIn(value: JsonValue): Iterable<string> {
  if (typeof value === 'string') yield value.trim();
  else if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) yield* textsIn(inner as JsonValue);
  }
}
