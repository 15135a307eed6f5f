import type { Problem } from '../../core/complaints.ts';
import type { Environment } from '../../core/environment.ts';
import { unquotedName } from '../../core/input-words.ts';
import { type Shard, shardWord } from '../../core/job/shard.ts';
import type { JsonObject } from '../../core/json.ts';
import { defaultNameTemplate } from '../../core/name-template.ts';
import type { Provider } from '../../core/provider.ts';
import type { Row } from '../../core/row.ts';
import { oneByOne, type RowBatches } from '../../core/row-batches.ts';
import type { AxisSource, Exclusion, PlanOrder, Sweep } from '../../core/sweep.ts';
import { isWord } from '../../core/sweep.ts';
import { parseExclusion, parseWord } from '../../plan/rows/words.ts';
import type { LinkCopy } from '../../store/folder/link-copies.ts';
import { defaultModelId, providerOfModel } from '../access/folder-provider.ts';
import { givenSchema } from '../access/given-schema.ts';
import type { BatchRequest, Selection } from '../request.ts';
import { discardCopies, type InputsRead, readInputs, rowsOf } from './batch-inputs.ts';
import { readAhead } from './first-rows.ts';
import { givenRows } from './given-rows.ts';
import { inheritedNames } from './inherited-names.ts';
import { namedModel } from './named-model.ts';
import { recipeRows } from './recipe-rows.ts';

/** A request whose inputs are open and whose sweep is read; no row has been read yet. */
export interface Batch {
  /** That of its models. */
  readonly provider: Provider;
  /** As the user wrote them, those that a sweep names behind it; `-` is standard input. */
  readonly files: readonly string[];
  /** Where the bytes of each of them lie on this machine; `-` for standard input. */
  readonly paths: readonly string[];
  /** What the first of them is called as a whole, where it is a folder, a pattern or a link; null: as its file. */
  readonly title: string | null;
  /** The lists that were read from links. */
  readonly links: readonly LinkCopy[];
  /** Files whose recipes are rows. */
  readonly from: readonly string[];
  readonly rows: readonly RowBatches[];
  /** Some of the rows are in no file, so that nothing tells whether they have changed. */
  readonly hasOwnRows: boolean;
  readonly sweep: Sweep | null;
  /** What was wrong with the sweep, and what turns up while rows are read. */
  readonly problems: Problem[];
  /** Words first; one of them replaces an axis of the sweep. */
  readonly axes: readonly AxisSource[];
  readonly model: string;
  readonly modelIsForced: boolean;
  /** Those of the sweep and of earlier jobs, which are `declared`, and of the request. */
  readonly renames: ReadonlyMap<string, string>;
  readonly declared: ReadonlyMap<string, 'sweep' | 'job'>;
  readonly nameTemplate: string;
  readonly seeds: number | null;
  readonly scattersSeeds: boolean;
  readonly wildcards: boolean;
  readonly literal: boolean;
  readonly repeat: number;
  readonly link: readonly (readonly string[])[];
  readonly exclude: readonly Exclusion[];
  readonly order: PlanOrder;
  readonly selection: Selection;
  /** null: all of the plan. */
  readonly shard: Shard | null;
  readonly keepDuplicates: boolean;
  readonly schemaFile: string | null;
  /** Everything but file contents that the plan depends on, as it is kept with the plan. */
  readonly settings: JsonObject;
  /** Ends what is open of its inputs, and takes the copies of its links away. */
  close(): Promise<void>;
}

interface Means {
  readonly env: Environment;
  readonly provider?: Provider | undefined;
  /** The rows of earlier jobs that are to be varied, and the renames of their folder; left out: the input has all rows. */
  readonly varied?: { readonly rows: readonly Row[]; readonly names: ReadonlyMap<string, string> } | null;
}

/**
 * Opens the inputs of a request. Throws `UserError` for what cannot be opened; what is wrong inside goes to the batch's
 * problems. `provider`: the one that is asked for; left out: that of the first model which the batch names. Whoever gets
 * the batch closes it.
 */
export async function openBatch(
  request: BatchRequest,
  { env, provider, varied = null }: Means,
): Promise<Batch> {
  const problems: Problem[] = [];
  const names = request.words.filter((word) => !isWord(word));
  const inputs = await readInputs(names, { request, env, problems });
  try {
    const { from, rows: given } = request;
    const made = from.length === 0 ? [] : await recipeRows(from, problems);
    const recipes = from.length === 0 ? [] : [rowsOf(made)];
    const own = given === null ? [] : [oneByOne(givenRows(given))];
    const ahead = await readAhead([...inputs.rows, ...recipes, ...own]);
    const close = async (): Promise<void> => {
      await ahead.close();
      await discardCopies(inputs.links);
    };
    const told = varied?.rows ?? [...(ahead.first === null ? [] : [ahead.first]), ...made];
    const inherited = inheritedNames(told, request.model, varied?.names);
    return { ...batchOf(request, provider, { ...inputs, ...ahead, inherited, problems }), close };
  } catch (error) {
    await discardCopies(inputs.links);
    throw error;
  }
}

type Read = InputsRead &
  Pick<Batch, 'problems'> & { readonly first: Row | null; readonly inherited: ReadonlyMap<string, string> };

function batchOf(
  request: BatchRequest,
  asked: Provider | undefined,
  { first, inherited, ...read }: Read,
): Omit<Batch, 'close'> {
  const { sweep } = read;
  const spoken = [...request.words.filter(isWord).map(parseWord), ...request.axes];
  // What an earlier job has set, linked or not, it may be given again.
  const ofJobs = [...inherited].map(([name, key]) => [name, `${key.replace(/!$/, '')}!`] as const);
  const renames = new Map([...ofJobs, ...(sweep?.map ?? []), ...request.renames]);
  const declared = new Map<string, 'sweep' | 'job'>([...inherited.keys()].map((name) => [name, 'job']));
  for (const name of sweep?.map.keys() ?? []) declared.set(name, 'sweep');
  for (const name of request.renames.keys()) declared.delete(name);
  const meant = (name: string): string => meantBy(name, renames);
  const own = new Set(spoken.map(({ name }) => meant(name)));
  const axes = [...spoken, ...(sweep?.axes ?? []).filter(({ name }) => !own.has(meant(name)))];
  const { usual: chosen } = request;
  const hasSeeds = axes.some(({ name }) => /(?:^|\.(?:noise_)?)seed!?$/i.test(meant(name)));
  const { from, scattersSeeds, wildcards, literal, order, selection, keepDuplicates } = request;
  const usual = request.model ?? sweep?.model ?? chosen.model;
  const modelNamed = request.model ?? namedModel({ first, axes, renames }) ?? usual;
  const provider = asked ?? providerOfModel(modelNamed ?? '');
  const batch = {
    ...read,
    provider,
    from,
    hasOwnRows: request.rows !== null,
    axes,
    model: usual ?? defaultModelId(provider),
    modelIsForced: request.model !== null,
    ...{ renames, declared },
    nameTemplate: request.name ?? sweep?.nameTemplate ?? chosen.name ?? defaultNameTemplate,
    seeds: request.seeds ?? (hasSeeds ? null : chosen.seeds),
    scattersSeeds,
    wildcards,
    literal,
    repeat: request.repeat ?? sweep?.repeat ?? chosen.repeat ?? 1,
    link: [...request.link.map(namesIn), ...(sweep?.link ?? [])],
    exclude: [...request.exclude.map(parseExclusion), ...(sweep?.exclude ?? [])],
    order,
    selection,
    shard: request.shard ?? null,
    keepDuplicates,
    schemaFile: givenSchema(request, provider),
  };
  return { ...batch, settings: settingsOf(batch, request) };
}

/** What an axis is told apart by: the input that its name stands for. */
function meantBy(name: string, renames: ReadonlyMap<string, string>): string {
  const bare = (text: string): string => unquotedName(text).replace(/!$/, '').toLowerCase();
  const lower = bare(name);
  const rename = [...renames].find(([column]) => column.toLowerCase() === lower);
  return rename === undefined ? lower : bare(rename[1]);
}

/** What a word of the command line, or the sweep's defaults, say the prompt is: a name for the folder. */
export function promptOf({ axes }: Batch): string | null {
  const prompt =
    axes.find(({ name }) => name.toLowerCase() === 'prompt') ??
    axes.find(({ name }) => /\.(?:text|prompt)!?$/i.test(name) && !/neg/i.test(name));
  return prompt?.given.kind === 'text' ? prompt.given.text : null;
}

function settingsOf(batch: Omit<Batch, 'settings' | 'close'>, request: BatchRequest): JsonObject {
  const { model, modelIsForced, renames, nameTemplate, seeds, repeat, order, selection } = batch;
  return {
    words: request.words,
    ...(request.axes.length === 0 ? {} : { axes: request.axes.map(({ source }) => source) }),
    // What a folder or a pattern stands for may change.
    ...(batch.title === null ? {} : { files: batch.files }),
    ...(batch.links.length === 0 ? {} : { links: batch.links.map(({ url, sha256 }) => ({ url, sha256 })) }),
    ...(batch.from.length === 0 ? {} : { from: batch.from }),
    model,
    model_is_forced: modelIsForced,
    map: [...renames].map(([from, to]) => `${from}=${to}`),
    name: nameTemplate,
    seeds,
    ...(batch.scattersSeeds ? { random: true } : {}),
    ...(batch.wildcards ? { wildcards: true } : {}),
    ...(batch.literal ? { literal: true } : {}),
    repeat,
    link: request.link,
    exclude: request.exclude,
    order,
    selection: { ...selection },
    ...(batch.shard === null ? {} : { shard: shardWord(batch.shard) }),
    keep_duplicates: batch.keepDuplicates,
    skip_invalid: request.skipInvalid,
    format: request.format,
    encoding: request.encoding,
    schema: batch.schemaFile,
  };
}

// A name may be in quotes as a whole, or one of its parts.
const listedName =
  /(?:(?<=^|[,.]\s*)(?:"(?:[^"]|"")*"|'(?:[^']|'')*')(?=\s*(?:[.,!]|$))|[^,])+|(?<=^|,)(?=,|$)/g;

function namesIn(list: string): string[] {
  return (list.match(listedName) ?? ['']).map((name) => name.trim());
}
