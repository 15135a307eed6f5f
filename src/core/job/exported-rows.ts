import type { JsonObject, JsonValue } from '../json.ts';
import { isSteady } from './exported-cells.ts';
import type { ManifestLine } from './manifest.ts';

/**
 * The column, or the key, of an export that records what its cells cannot: types, repetition, what is absent and what
 * is empty. With it, the file is an input that gives exactly the jobs it was written from.
 */
export const markColumn = 'rcb';

/** What a row's mark says, as JSON. */
export interface RowMark {
  readonly v: 1;
  /** `input`: the row has the shape of an input, so no column tells of outcomes. */
  readonly as?: 'input';
  readonly job: string;
  /** Left out: 1. */
  readonly rep?: number;
  readonly parent?: string;
  /** The job is no longer in the plan of its run folder. */
  readonly left?: true;
  /** The user's own name for the row, unless its cell is sure to keep it. */
  readonly id?: string;
  /** Only if no column names it. */
  readonly model?: string;
  /** The inputs, and the tags, whose cells say everything about them. */
  readonly text?: readonly string[];
  readonly tag?: readonly string[];
  /** The other ones, with their values. */
  readonly input?: JsonObject;
  readonly tags?: Readonly<Record<string, string>>;
  /** From what people called an input, as here and in the cells, to its key. */
  readonly names?: Readonly<Record<string, string>>;
  /** The names of the axes; `points` has the values that differ from the input of the same name. */
  readonly axes?: readonly string[];
  readonly points?: JsonObject;
  /** What no cell can hold, and the columns that show it nevertheless. */
  readonly fixed?: {
    readonly headers: readonly string[];
    readonly input: JsonObject;
    readonly tags: Readonly<Record<string, string>>;
  };
  /** The other rows that ask for the job, under other names or with other tags. */
  readonly also?: readonly NamedTags[];
  /** The run folder, relative to the file, for files of the form `@inputs/…`. */
  readonly folder?: string;
}

export interface NamedTags {
  readonly id: string | null;
  readonly tags: Readonly<Record<string, string>>;
}

export type Source = 'input' | 'tags';

/** A column of an export with the values of one input or tag. */
interface ValueColumn {
  readonly source: Source;
  readonly key: string;
  readonly header: string;
  /** The header leads back to the key. */
  readonly isReadable: boolean;
}

/** Further columns of an export, which say what became of a job. Planning ignores them. */
export const outcomeColumns = [
  'state',
  'request_id',
  'files',
  'cost',
  'error',
  'notes',
  'job',
  'rep',
  'attempts',
  'submitted_at',
  'took_s',
  'pixels',
  'width',
  'height',
  'bytes',
] as const;

/** Another one, where some cost is an estimate. */
export const estimatedColumn = 'cost_estimated';

export type OutcomeColumn = (typeof outcomeColumns)[number];

/**
 * The last of them. Only a table with all of these has them: in an older one, a column of such a name is the user's own.
 */
export const sizeColumns = ['width', 'height', 'bytes'] as const satisfies readonly OutcomeColumn[];

/** Those that every version has written: a table with all of them and without a mark is an older version's export. */
export const oldOutcomeColumns = ['state', 'request_id', 'files', 'cost', 'error'] as const;

/**
 * Names for the columns of inputs and tags. A name that another column already has, in upper or lower case, or that
 * would be read as another one gets its source as a prefix: `tags.state`.
 */
export function valueColumns(
  keys: { readonly input: readonly string[]; readonly tags: readonly string[] },
  reserved: Iterable<string>,
): readonly ValueColumn[] {
  const taken = new Set([...reserved].map((name) => name.toLowerCase()));
  const columnOf = (source: Source, key: string): ValueColumn => {
    const isTold = (header: string): boolean => isReadableHeader(header) && !taken.has(header.toLowerCase());
    const far = `${source}.${key}`;
    const isPlain = isTold(key) && !/^(input|tags)\./i.test(key);
    const isReadable = isPlain || isTold(far);
    // A column that no reader can read back is there for people.
    const shown = far.replace(/[\0-\x1f\x7f-\x9f]/g, ' ').trim();
    let header = isPlain ? key : isReadable ? far : shown;
    for (let copy = 2; taken.has(header.toLowerCase()); copy += 1) header = `${shown} (${copy})`;
    taken.add(header.toLowerCase());
    return { source, key, header, isReadable };
  };
  return [
    ...keys.input.map((key) => columnOf('input', key)),
    ...keys.tags.map((key) => columnOf('tags', key)),
  ];
}

// A header that readers trim, or that a spreadsheet would run, is not read back as it was.
function isReadableHeader(header: string): boolean {
  return (
    header === header.trim() &&
    /^[^=+\-@'\0-\x1f\x7f\uff0b\uff0d\uff1d\uff20]/.test(header) &&
    !/[\0-\x1f\x7f]/.test(header)
  );
}

export interface MarkOptions {
  readonly as: 'manifest' | 'input';
  /** Whether a column names the model. */
  readonly hasModel: boolean;
  readonly folder: string | null;
}

/** The mark of a row of a table. */
export function tableMark(
  line: ManifestLine,
  columns: readonly ValueColumn[],
  options: MarkOptions,
): RowMark {
  const exact = { input: [] as [string, JsonValue][], tags: [] as [string, string][] };
  const fixed = { input: [] as [string, JsonValue][], tags: [] as [string, string][] };
  const steady = { input: [] as string[], tags: [] as string[] };
  for (const { source, key, isReadable } of columns) {
    if (!Object.hasOwn(line[source], key)) continue;
    const value = line[source][key] as string;
    if (!isReadable) fixed[source].push([key, value]);
    else if (isSteady(value)) steady[source].push(key);
    else exact[source].push([key, value]);
  }
  const headers = columns.filter(({ isReadable }) => !isReadable).map(({ header }) => header);
  return {
    ...commonMark(line, options),
    ...(line.id === null || isSteady(line.id) ? {} : { id: line.id }),
    ...listed('text', steady.input),
    ...listed('tag', steady.tags),
    ...(exact.input.length === 0 ? {} : { input: Object.fromEntries(exact.input) }),
    ...(exact.tags.length === 0 ? {} : { tags: Object.fromEntries(exact.tags) }),
    ...(headers.length === 0 ? {} : { fixed: { headers, ...asObjects(fixed) } }),
  };
}

/** A job as an object in the shape of an input, with its mark. */
export function markedObject(line: ManifestLine, options: MarkOptions): JsonObject {
  const taken = new Set(['id', 'model', markColumn]);
  const fixed = { input: [] as [string, JsonValue][], tags: [] as [string, string][] };
  const members: { readonly input: [string, JsonValue][]; readonly tags: [string, JsonValue][] } = {
    input: [],
    tags: [],
  };
  for (const source of ['input', 'tags'] as const) {
    for (const [key, value] of Object.entries(line[source])) {
      const name = key.toLowerCase();
      // Readers leave out a null, and take a line with these two keys for OpenAI's batch format.
      const isOdd = value === null || key.trim() === '' || name === 'body' || name === 'custom_id';
      if (isOdd || taken.has(name)) fixed[source].push([key, value as string]);
      else members[source].push([key, value]);
      taken.add(name);
    }
  }
  const hasFixed = fixed.input.length + fixed.tags.length > 0;
  const mark: RowMark = {
    ...commonMark(line, options),
    ...listed(
      'text',
      members.input.map(([key]) => key),
    ),
    ...listed(
      'tag',
      members.tags.map(([key]) => key),
    ),
    ...(hasFixed ? { fixed: { headers: [], ...asObjects(fixed) } } : {}),
  };
  return {
    ...(line.id === null ? {} : { id: line.id }),
    ...(options.hasModel ? { model: line.model } : {}),
    ...Object.fromEntries([...members.input, ...members.tags]),
    [markColumn]: mark as unknown as JsonObject,
  };
}

function listed<Name extends string>(name: Name, names: readonly string[]) {
  return (names.length === 0 ? {} : { [name]: names }) as { readonly [name in Name]?: readonly string[] };
}

function asObjects(all: { readonly input: [string, JsonValue][]; readonly tags: [string, string][] }) {
  return { input: Object.fromEntries(all.input), tags: Object.fromEntries(all.tags) };
}

function commonMark(line: ManifestLine, { as, hasModel, folder }: MarkOptions) {
  const { input, model, also = [] } = line;
  const isImplied = ([name, value]: readonly [string, JsonValue]): boolean =>
    name === 'model' ? value === model : Object.hasOwn(input, name) && sameJson(input[name], value);
  const axes = Object.entries(line.axes);
  const points = axes.filter((axis) => !isImplied(axis));
  return {
    v: 1 as const,
    ...(as === 'input' ? { as } : {}),
    job: line.job,
    ...(line.rep === 1 ? {} : { rep: line.rep }),
    ...(line.parent === null ? {} : { parent: line.parent }),
    ...(line.planned === false ? { left: true as const } : {}),
    ...(hasModel ? {} : { model }),
    ...(line.names === undefined ? {} : { names: line.names }),
    ...listed(
      'axes',
      axes.map(([name]) => name),
    ),
    ...(points.length === 0 ? {} : { points: Object.fromEntries(points) }),
    ...(also.length === 0 ? {} : { also: also.map(({ id, tags }) => ({ id, tags })) }),
    ...(folder === null ? {} : { folder }),
  };
}

function sameJson(a: JsonValue | undefined, b: JsonValue): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
