import type { Call } from '../../cli/argv/call.ts';
import type { Flags } from '../../cli/argv/flags.ts';
import { renamesOf, seedCount, text, texts, truth, wholeNumber } from '../../cli/argv/settings.ts';
import { refuseStrayWords } from '../../cli/argv/stray-words.ts';
import type { Surroundings } from '../../cli/surroundings.ts';
import { type Problem, UserError } from '../../core/complaints.ts';
import type { JsonObject } from '../../core/json.ts';
import { defaultModelId } from '../../core/models.ts';
import { defaultNameTemplate } from '../../core/paths.ts';
import type { Row } from '../../core/row.ts';
import type { AxisSource, Exclusion, PlanOrder, Sweep } from '../../core/sweep.ts';
import { isWord, parseExclusion, parseWord } from '../../plan/rows/words.ts';
import type { LinkCopy } from '../../store/folder/link-copies.ts';
import { discardCopies, type InputsRead, readInputs, rowsOf } from './asked-inputs.ts';
import { recipeRows } from './recipe-rows.ts';

/** What is left of a plan once it is made. */
export interface Selection {
  readonly sample: number | null;
  readonly shuffle: boolean;
  readonly limit: number | null;
}

/** What the user asked for, read off the command line and the sweep file; no row has been read yet. */
export interface Asked {
  /** As the user wrote them, those that a sweep names behind it; `-` is standard input. */
  readonly files: readonly string[];
  /** Where the bytes of each of them lie on this machine; `-` for standard input. */
  readonly paths: readonly string[];
  /** What the first of them is called as a whole, where it is a folder, a pattern or a link; null: as its file. */
  readonly title: string | null;
  /** The lists that were read from links. */
  readonly links: readonly LinkCopy[];
  /** `--from`: files whose recipes are rows. */
  readonly from: readonly string[];
  readonly rows: readonly AsyncIterable<Row>[];
  readonly sweep: Sweep | null;
  /** What was wrong with the sweep, and what turns up while rows are read. */
  readonly problems: Problem[];
  /** Words first; one of them replaces an axis of the sweep. */
  readonly axes: readonly AxisSource[];
  readonly model: string;
  readonly modelIsForced: boolean;
  readonly renames: ReadonlyMap<string, string>;
  readonly nameTemplate: string;
  readonly seeds: number | null;
  /** `--seeds N --random`: scattered seeds instead of 1 to N. */
  readonly scattersSeeds: boolean;
  /** `--wildcards`: `{a|b}` and `__name__` in texts are axes. */
  readonly wildcards: boolean;
  /** `--literal`: texts are neither templates nor file names. */
  readonly literal: boolean;
  readonly repeat: number;
  readonly link: readonly (readonly string[])[];
  readonly exclude: readonly Exclusion[];
  readonly order: PlanOrder;
  readonly selection: Selection;
  readonly keepDuplicates: boolean;
  /** `--schema FILE`. */
  readonly schemaFile: string | null;
  /** Everything but file contents that the plan depends on, as it is kept with the plan. */
  readonly settings: JsonObject;
}

export async function askedOf({ flags, words }: Call, surroundings: Surroundings): Promise<Asked> {
  refuseStrayWords(words, surroundings.argv);
  // A mistake in a flag is found before the input is read.
  const seeds = seedCount(flags, surroundings.argv);
  const problems: Problem[] = [];
  const inputs = await readInputs(
    words.filter((word) => !isWord(word)),
    { flags, problems, surroundings },
  );
  try {
    const from = texts(flags, 'from');
    const recipes = from.length === 0 ? [] : [rowsOf(await recipeRows(from, problems))];
    return assembled(
      { flags, words },
      { ...inputs, seeds, problems, from, rows: [...inputs.rows, ...recipes] },
    );
  } catch (error) {
    await discardCopies(inputs.links);
    throw error;
  }
}

function assembled(
  { flags, words }: Call,
  read: Omit<InputsRead, 'rows'> & Pick<Asked, 'problems' | 'from' | 'rows' | 'seeds'>,
): Asked {
  const { sweep } = read;
  const spoken = words.filter(isWord).map(parseWord);
  const model = text(flags, 'model');
  const own = new Set(spoken.map(({ name }) => name.toLowerCase()));
  const axes = [...spoken, ...(sweep?.axes ?? []).filter(({ name }) => !own.has(name.toLowerCase()))];
  const asked = {
    ...read,
    axes,
    model: model ?? sweep?.model ?? defaultModelId,
    modelIsForced: model !== null,
    renames: renamesOf(flags),
    nameTemplate: text(flags, 'name') ?? sweep?.nameTemplate ?? defaultNameTemplate,
    scattersSeeds: truth(flags, 'random'),
    wildcards: truth(flags, 'wildcards'),
    literal: truth(flags, 'literal'),
    repeat: wholeNumber(flags, 'repeat', sweep?.repeat ?? 1),
    link: [...texts(flags, 'link').map(namesIn), ...(sweep?.link ?? [])],
    exclude: [...texts(flags, 'exclude').map(parseExclusion), ...(sweep?.exclude ?? [])],
    order: orderOf(flags),
    selection: {
      sample: text(flags, 'sample') === null ? null : wholeNumber(flags, 'sample', 1),
      shuffle: truth(flags, 'shuffle'),
      limit: text(flags, 'limit') === null ? null : wholeNumber(flags, 'limit', 1),
    },
    keepDuplicates: truth(flags, 'keep-duplicates'),
    schemaFile: text(flags, 'schema'),
  };
  return { ...asked, settings: settingsOf(asked, words, flags) };
}

/** What a word of the command line, or the sweep's defaults, say the prompt is: a name for the folder. */
export function promptOf({ axes }: Asked): string | null {
  const prompt = axes.find(({ name }) => name.toLowerCase() === 'prompt');
  return prompt?.given.kind === 'text' ? prompt.given.text : null;
}

function settingsOf(asked: Omit<Asked, 'settings'>, words: readonly string[], flags: Flags): JsonObject {
  const { model, modelIsForced, renames, nameTemplate, seeds, repeat, order, selection } = asked;
  return {
    words,
    // What a folder or a pattern stands for may change.
    ...(asked.title === null ? {} : { files: asked.files }),
    ...(asked.links.length === 0 ? {} : { links: asked.links.map(({ url, sha256 }) => ({ url, sha256 })) }),
    ...(asked.from.length === 0 ? {} : { from: asked.from }),
    model,
    model_is_forced: modelIsForced,
    map: [...renames].map(([from, to]) => `${from}=${to}`),
    name: nameTemplate,
    seeds,
    ...(asked.scattersSeeds ? { random: true } : {}),
    ...(asked.wildcards ? { wildcards: true } : {}),
    ...(asked.literal ? { literal: true } : {}),
    repeat,
    link: texts(flags, 'link'),
    exclude: texts(flags, 'exclude'),
    order,
    selection: { ...selection },
    keep_duplicates: asked.keepDuplicates,
    skip_invalid: truth(flags, 'skip-invalid'),
    format: text(flags, 'format'),
    encoding: text(flags, 'encoding'),
    schema: asked.schemaFile,
  };
}

const orders = ['breadth', 'depth'] as const satisfies readonly PlanOrder[];

function orderOf(flags: Flags): PlanOrder {
  const given = text(flags, 'order') ?? 'breadth';
  const order = orders.find((known) => known === given);
  if (order !== undefined) return order;
  throw new UserError('usage', `--order "${given}" is no order.`, `Give --order ${orders.join(' or ')}.`);
}

function namesIn(list: string): string[] {
  return list.split(',').map((name) => name.trim());
}
