import type { Problem } from '../../core/complaints.ts';
import { bareName, misspelt, suggestion } from '../../core/nearby.ts';
import { quoted } from '../../core/shell-words.ts';
import { isMeantAsAddress, nearAddress, refusedName } from '../models/address-sentences.ts';
import type { ModelInputs } from '../models/schema.ts';
import { showName, showValue } from '../models/sentences.ts';
import { isWellKnown, type Likeness, likenessOf } from '../notes/column-likeness.ts';
import { type Lift, liftOf } from './lifting.ts';

/** What a column of the input is to a model. */
export type Meaning =
  /** `called`: by what people call it in place of its name. `unlinks`: its link is replaced on purpose. */
  | {
      readonly type: 'input';
      readonly name: string;
      readonly called: string | null;
      readonly unlinks: boolean;
    }
  /** It names no input in a way that could be sent, as `message` says. */
  | { readonly type: 'refused'; readonly message: string }
  | { readonly type: 'id' | 'model' }
  /** `isMeant`: the user said so. */
  | {
      readonly type: 'tag';
      readonly name: string;
      readonly isMeant: boolean;
      readonly likeness: Likeness | null;
    }
  /** Probably meant for the input `of`, so neither sent nor passed over in silence. */
  | { readonly type: 'typo'; readonly of: string; readonly shown: string };

/**
 * What a name means to a model; `unknown`: it looks like an address of an input, and nothing is called so. null: it
 * does not name an input. `isTarget`: a rename leads to it.
 */
export function readName(
  name: string,
  inputs: ModelInputs,
  isTarget = false,
):
  | Extract<Meaning, { type: 'input' | 'refused' }>
  | { readonly type: 'unknown'; readonly near: string | null }
  | null {
  const { addresses } = inputs;
  if (addresses === null) {
    const input = inputNamed(inputs, name);
    return input === null ? null : { type: 'input', name: input, called: null, unlinks: false };
  }
  const named = isTarget ? addresses.findTarget(name) : addresses.find(name);
  if (named?.type === 'input')
    return { type: 'input', name: named.key, called: named.called, unlinks: named.unlinks };
  if (named !== null) return { type: 'refused', message: refusedName(name, named, inputs) };
  const near = nearAddress(name, addresses, inputs);
  return near !== null || isMeantAsAddress(name, inputs) ? { type: 'unknown', near } : null;
}

/**
 * The input of this name: as written, else but for upper and lower case, else by another name of its own or of the
 * user's; null where there is none. A linked input counts.
 */
export function inputNamed(inputs: ModelInputs, name: string): string | null {
  if (inputs.addresses !== null) {
    const named = inputs.addresses.find(name);
    return named === null || named.type === 'ambiguous' ? null : named.key;
  }
  if (inputs.fields === null || inputs.fields.has(name)) return name;
  const lower = name.toLowerCase();
  for (const known of inputs.fields.keys()) if (known.toLowerCase() === lower) return known;
  return null;
}

/** The key of the input that is called so; the name itself where none is, or where keys are names. */
export function keyOf(name: string, inputs: ModelInputs): string {
  return inputs.addresses === null ? name : (inputNamed(inputs, name) ?? name);
}

export function reservedMeaning(name: string): Extract<Meaning, { type: 'id' | 'model' }> | null {
  if (name.length !== 2 && name.length !== 5) return null;
  const lower = name.toLowerCase();
  return lower === 'id' || lower === 'model' ? { type: lower } : null;
}

/**
 * What a column means once it is renamed to `target`. A column mapped to its own name is meant as it is. `isNumber`:
 * its first value is one.
 */
export function meaningOf(
  { column, target, mapped }: { readonly column: string; readonly target: string; readonly mapped: boolean },
  inputs: ModelInputs,
  isNumber: boolean,
): Meaning {
  const reserved = reservedMeaning(target);
  if (reserved !== null) return reserved;
  const found = readName(target, inputs, mapped);
  const isKept = mapped && target === column;
  if (found !== null && (found.type === 'input' || (found.type === 'refused' && !isKept))) return found;
  if (isKept) return { type: 'tag', name: target, isMeant: true, likeness: null };
  if (found?.type === 'unknown' && found.near === null) {
    const message = `${inputs.model} has no input ${showValue(target)}; ${mapFlag(column, column)} keeps it as a tag`;
    return { type: 'refused', message };
  }
  const near = found?.type === 'unknown' ? found.near : null;
  const of = near ?? misspeltInput(target, inputs);
  if (of !== null) return { type: 'typo', of: inputNamed(inputs, of) ?? of, shown: of };
  return { type: 'tag', name: target, isMeant: false, likeness: likenessOf(target, inputs, isNumber) };
}

function misspeltInput(name: string, inputs: ModelInputs): string | null {
  const known = [...(inputs.fields?.keys() ?? [])];
  const bare = bareName(name);
  if (bare === '') return null;
  return known.find((each) => bareName(each) === bare) ?? (isWellKnown(name) ? null : misspelt(name, known));
}

/** The words that send a column as an input: `--map n_prompt=negative_prompt`. */
export function mapFlag(column: string, input: string): string {
  return `--map ${showName(quoted(`${column}=${input}`))}`;
}

/** Renames by their columns: those of a sweep, and those by which earlier jobs call their inputs. */
export type DeclaredRenames = ReadonlyMap<string, 'sweep' | 'job'>;

/** The renames of `--map`, and which of them came to use. */
export interface Renaming {
  targetOf(column: string): { readonly target: string; readonly mapped: boolean };
  /** The same, without being of use to the rename. */
  peek(column: string): string;
  /** The columns that are renamed, as the user wrote them. */
  sources(): readonly string[];
  /** Those that may reach into a column that holds an object: `--map parameters.seed=seed`. */
  readonly lifts: readonly Lift[];
  /** A lift has found a value. */
  use(lift: Lift): void;
  /** One error for each rename whose column no row had. */
  unused(isUsed: (column: string) => boolean): readonly Problem[];
  /** The names that columns had after renaming, in the order of their coming; not more than the first thousand. */
  seen(): Iterable<string>;
}

/** Of more columns than this no count is kept. */
export const maxColumns = 1_000;

export function renamingBy(
  asked: ReadonlyMap<string, string>,
  declared: DeclaredRenames = new Map(),
): Renaming {
  // What earlier jobs called their inputs is known to the models that have these. No column of another is meant by it.
  const renames = new Map([...asked].filter(([column]) => declared.get(column) !== 'job'));
  const lower = new Map([...renames.keys()].map((column) => [column.toLowerCase(), column]));
  const used = new Set<string>();
  const lifts = [...renames].flatMap(([column, target]) => liftOf(column, target));
  const targets = new Map<string, { readonly target: string; readonly mapped: boolean }>();
  const renameOf = (column: string): string | undefined =>
    renames.has(column) ? column : lower.get(column.toLowerCase());
  return {
    lifts,
    peek(column) {
      const rename = renameOf(column);
      return rename === undefined ? column : (renames.get(rename) as string);
    },
    sources: () => [...renames.keys()],
    use: ({ column }) => void used.add(column),
    targetOf(column) {
      const known = targets.get(column);
      if (known !== undefined) return known;
      const rename = renameOf(column);
      const target = rename === undefined ? undefined : renames.get(rename);
      if (rename !== undefined) used.add(rename);
      const found = { target: target ?? column, mapped: target !== undefined };
      if (targets.size < maxColumns) targets.set(column, found);
      return found;
    },
    unused(isUsed) {
      const columns = [...targets.keys()];
      return [...renames]
        .filter(([column]) => !used.has(column) && !isUsed(column))
        .map(([column, target]) => {
          const near = suggestion(column, columns);
          const meant = near === null ? '' : `; did you mean ${showValue(near)}?`;
          const said = declared.get(column) === 'sweep' ? 'map' : '--map';
          const message = `${said} ${showName(`${column}=${target}`)} renames nothing: no row has a value in a column ${showValue(column)}${meant}`;
          return { severity: 'error', place: null, kind: 'unused_rename', message, key: column };
        });
    },
    *seen() {
      for (const { target } of targets.values()) yield target;
    },
  };
}
