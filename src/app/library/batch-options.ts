import { Readable } from 'node:stream';
import { UserError } from '../../core/complaints.ts';
import type { Environment } from '../../core/environment.ts';
import { shardFrom } from '../../core/job/shard.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { Provider } from '../../core/provider.ts';
import { type AxisSource, isWord, type PlanOrder } from '../../core/sweep.ts';
import type { AccessRequest } from '../access/access-request.ts';
import { isBuiltIn } from '../access/folder-provider.ts';
import type { BatchRequest } from '../request.ts';

/** Where the API is and what opens it. */
export interface AccessOptions {
  /** The API that makes the images and videos. Left out: the usual one, or that of the folder. */
  readonly provider?: Provider;
  /** Left out: as the environment or the provider has it. */
  readonly baseUrl?: string;
  /** Left out: from `tokenFile`, the environment, or the file of the provider's own program. */
  readonly token?: string;
  readonly tokenFile?: string;
  /** Address and token are meant, though jobs in flight belong to others. */
  readonly isAccountMeant?: boolean;
}

/** What is to be generated. */
export interface BatchOptions extends AccessOptions {
  /** Each an object of inputs; further keys are tags, and `id` and `model` mean what they mean in a file. */
  readonly rows?: Iterable<JsonObject> | AsyncIterable<JsonObject>;
  /** Files, folders, patterns and links, as `rcb run` takes them. */
  readonly files?: readonly string[];
  /**
   * By input: one value, or several, each of which multiplies the rows. A text is in the grammar of the command line
   * (`'1..4'`, `'anime,realistic'`), a list is taken as it is.
   */
  readonly axes?: Readonly<Record<string, string | number | boolean | readonly JsonValue[]>>;
  /** The run folder. Left out: `out/<name of the first file>`; rows without a file need one. */
  readonly out?: string;
  /** For every row. Left out: each row's own, or the provider's usual one. */
  readonly model?: string;
  /** By column: the input that it is. */
  readonly map?: Readonly<Record<string, string>>;
  /** The template of file names. */
  readonly name?: string;
  /** Seeds per row: 1 to N. */
  readonly seeds?: number;
  /** Results for every cell of the grid. */
  readonly repeat?: number;
  /** Lists of axes that advance together instead of multiplying. */
  readonly link?: readonly (readonly string[])[];
  /** Cells to leave out, as `--exclude` takes them: `style=anime,aspect_ratio=16:9`. */
  readonly exclude?: readonly string[];
  /** Usual: `breadth`. */
  readonly order?: PlanOrder;
  readonly limit?: number;
  readonly sample?: number;
  readonly shuffle?: boolean;
  /** Part of the plan: `'2/5'` is the second of five. */
  readonly shard?: string;
  readonly keepDuplicates?: boolean;
  /** Rows with mistakes are left out instead of refusing all. */
  readonly skipInvalid?: boolean;
  readonly wildcards?: boolean;
  readonly literal?: boolean;
  readonly schemaFile?: string;
  /** Against the built-in simulator, for nothing, in `<out>-rehearsal`. */
  readonly rehearse?: boolean;
}

export function accessRequestFrom(options: AccessOptions, env: Environment): AccessRequest {
  return {
    ...(options.provider === undefined ? {} : { provider: options.provider }),
    baseUrl: options.baseUrl ?? null,
    tokenFile: options.tokenFile ?? null,
    ...(options.token === undefined ? {} : { token: options.token }),
    env,
    isAccountMeant: options.isAccountMeant ?? false,
    ask: async () => null,
  };
}

/** Throws `UserError` (`usage`) for options that cannot be meant. */
export function batchRequestFrom(options: BatchOptions): BatchRequest {
  const { rows = null, files = [], out = null } = options;
  if (rows !== null && files.length === 0 && out === null) {
    throw new UserError('usage', 'Rows without a file have no run folder.', 'Give out: "out/NAME".');
  }
  if (options.provider !== undefined && options.rehearse === true && !isBuiltIn(options.provider)) {
    throw new UserError(
      'usage',
      `The built-in simulator does not imitate ${options.provider.title}.`,
      'Leave out rehearse or provider.',
    );
  }
  if (files.includes('-')) {
    throw new UserError('usage', '"-" is not a file.', 'Read standard input yourself, and give rows.');
  }
  for (const name of ['seeds', 'repeat', 'limit', 'sample'] as const) refuseOddNumber(name, options[name]);
  return {
    // A path that looks like `input=values` is a path all the same.
    words: files.map((file) => (isWord(file) ? `./${file}` : file)),
    rows,
    axes: Object.entries(options.axes ?? {}).map(axisOf),
    stdin: () => Readable.from([]),
    from: [],
    out,
    rehearse: options.rehearse ?? false,
    model: options.model ?? null,
    renames: new Map(Object.entries(options.map ?? {})),
    name: options.name ?? null,
    seeds: options.seeds ?? null,
    scattersSeeds: false,
    wildcards: options.wildcards ?? false,
    literal: options.literal ?? false,
    repeat: options.repeat ?? null,
    link: (options.link ?? []).map((names) => names.join(',')),
    exclude: options.exclude ?? [],
    order: options.order ?? 'breadth',
    selection: {
      sample: options.sample ?? null,
      shuffle: options.shuffle ?? false,
      limit: options.limit ?? null,
    },
    shard: options.shard === undefined ? null : shardFrom(String(options.shard), 'shard'),
    keepDuplicates: options.keepDuplicates ?? false,
    schemaFile: options.schemaFile ?? null,
    skipInvalid: options.skipInvalid ?? false,
    format: null,
    encoding: null,
    refresh: false,
    checkUrls: false,
    usual: { model: null, out: null, name: null, seeds: null, repeat: null },
    unbounded: false,
  };
}

function axisOf([name, given]: [string, string | number | boolean | readonly JsonValue[]]): AxisSource {
  if (typeof given === 'object') {
    return {
      name,
      given: { kind: 'list', values: given },
      source: `${name}=${JSON.stringify(given)}`,
      place: null,
    };
  }
  return { name, given: { kind: 'text', text: String(given) }, source: `${name}=${given}`, place: null };
}

function refuseOddNumber(name: string, given: number | undefined): void {
  if (given === undefined || (Number.isSafeInteger(given) && given >= 1)) return;
  throw new UserError('usage', `${name} ${given} is not a whole number of at least 1.`, `Give ${name}: 4.`);
}
