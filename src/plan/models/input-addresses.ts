import { unquotedName } from '../../core/input-words.ts';
import { wordsOfName } from '../../core/nearby.ts';
import type { InputField } from './input-field.ts';

/** What a name of an address means. `called`: what people are shown in place of the key; null: the key. */
export type Named =
  | {
      readonly type: 'input';
      readonly key: string;
      readonly called: string | null;
      readonly unlinks: boolean;
    }
  /** Another input's output goes there, and nobody has written the `!` that replaces it. */
  | { readonly type: 'linked'; readonly key: string }
  | { readonly type: 'ambiguous'; readonly keys: readonly string[] };

/** The inputs of a model whose keys are addresses, such as `6.text`, which people call by other names. */
export interface InputAddresses {
  /** null: nothing is called so. */
  find(name: string): Named | null;
  /** The same for what a rename leads to: keys and further names come before renames. */
  findTarget(name: string): Named | null;
  /** The short name of the user's for an input; null: there is none. */
  shortOf(key: string): string | null;
  /** Everything that an input may be called, for suggestions. */
  readonly names: readonly string[];
  /** The inputs that hold a prompt, by their names: the likeliest first. */
  readonly prompts: readonly string[];
  /** The inputs that hold a seed and are not linked. */
  readonly seeds: readonly string[];
}

const seedKey = /\.(?:noise_)?seed$/i;
const maxKnown = 10_000;

/** `renames`: the user's short names, each with what it stands for. null: the keys are plain names. */
export function inputAddresses(
  fields: ReadonlyMap<string, InputField>,
  renames: ReadonlyMap<string, string>,
): InputAddresses | null {
  if (![...fields.values()].some(({ name, xNames }) => xNames.length > 0 || isAddress(name))) return null;
  const byName = nameTable(fields);
  const targets = new Map([...renames].map(([short, target]) => [foldedName(short), { short, target }]));
  const shorts = new Map<string, string>();

  function address(name: string): Named | null {
    const trimmed = name.trim();
    const [bare, unlinks] =
      fields.has(trimmed) || !trimmed.endsWith('!') ? [trimmed, false] : [trimmed.slice(0, -1), true];
    const keys = fields.has(bare) ? [bare] : (byName.get(foldedName(bare)) ?? []);
    const [key, other] = keys;
    if (key === undefined) return null;
    if (other !== undefined) return { type: 'ambiguous', keys };
    if (fields.get(key)?.isLinked === true && !unlinks) return { type: 'linked', key };
    const shown = unquotedName(bare);
    const called = shown.toLowerCase() === key.toLowerCase() ? null : shown;
    return {
      type: 'input',
      key,
      called: shorts.get(key) ?? called,
      unlinks: fields.get(key)?.isLinked === true,
    };
  }
  function short(name: string): Named | null {
    const trimmed = name.trim();
    const isMeant = trimmed.endsWith('!');
    const found = targets.get(foldedName(isMeant ? trimmed.slice(0, -1) : trimmed));
    return found === undefined
      ? null
      : address(isMeant ? `${found.target}!`.replace(/!+$/, '!') : found.target);
  }
  for (const { short: called, target } of targets.values()) {
    const found = address(target);
    const key = found?.type === 'input' || found?.type === 'linked' ? found.key : null;
    if (key !== null && !shorts.has(key)) shorts.set(key, called);
  }
  return {
    find: remembered((name) => short(name) ?? address(name)),
    findTarget: remembered((name) => address(name) ?? short(name)),
    shortOf: (key) => shorts.get(key) ?? null,
    names: [
      ...renames.keys(),
      ...fields.keys(),
      ...new Set([...fields.values()].flatMap(({ xNames }) => xNames)),
    ],
    prompts: promptsOf([...fields.values()], shorts),
    seeds: [...fields.values()]
      .filter(({ name, isLinked }) => seedKey.test(name) && !isLinked)
      .map(({ name }) => name),
  };
}

/** The same where a model does not list its inputs: what the user's short names say. null: none is an address. */
export function unlistedAddresses(renames: ReadonlyMap<string, string>): InputAddresses | null {
  const listed = [...renames].filter(([, target]) => /^\d+(?::\d+)*\.[^.]/.test(target));
  if (listed.length === 0) return null;
  const keys = new Map(listed.map(([short, target]) => [foldedName(short), target.trim().replace(/!$/, '')]));
  const shorts = new Map(listed.map(([short, target]) => [target.trim().replace(/!$/, ''), short]));
  const find = (name: string): Named | null => {
    const bare = unquotedName(name.trim().replace(/!$/, ''));
    const key = keys.get(foldedName(bare)) ?? bare;
    if (!isAddress(key)) return null;
    return { type: 'input', key, called: shorts.get(key) ?? null, unlinks: false };
  };
  const names = [...renames.keys()];
  const prompts = [...shorts].filter(([, short]) => /^prompt$/i.test(short)).map(([key]) => key);
  return {
    ...{ find, findTarget: find, names, prompts, seeds: [] },
    shortOf: (key) => shorts.get(key) ?? null,
  };
}

/** Two parts with a dot between them. */
export function isAddress(name: string): boolean {
  return /^[^.]+\.[^.]/.test(name);
}

/** Names differ neither by case nor by quotes. */
function foldedName(name: string): string {
  return unquotedName(name.trim()).normalize('NFC').toLowerCase();
}

/** Keys by what they are called; what is a key is nothing else's name. */
function nameTable(fields: ReadonlyMap<string, InputField>): ReadonlyMap<string, readonly string[]> {
  const table = new Map<string, string[]>();
  const add = (name: string, key: string): void => {
    const known = table.get(name);
    if (known === undefined) table.set(name, [key]);
    else if (!known.includes(key)) known.push(key);
  };
  for (const key of fields.keys()) add(foldedName(key), key);
  const keys = new Set(table.keys());
  for (const { name: key, xNames } of fields.values()) {
    for (const name of xNames) if (!keys.has(foldedName(name))) add(foldedName(name), key);
  }
  return table;
}

function remembered<T>(find: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>();
  return (name) => {
    const before = known.get(name);
    if (before !== undefined || known.has(name)) return before as T;
    const found = find(name);
    if (known.size < maxKnown) known.set(name, found);
    return found;
  };
}

function promptsOf(fields: readonly InputField[], shorts: ReadonlyMap<string, string>): readonly string[] {
  const texts = fields.filter(
    ({ types, choices, media }) =>
      choices === null && media === null && (types.length === 0 || types.includes('string')),
  );
  const shortOf = ({ name }: InputField): string => shorts.get(name) ?? '';
  const isPrompt = (field: InputField): boolean =>
    [shortOf(field), ...field.xNames].some((name) => {
      const words = wordsOfName(name);
      return (
        words.some((word) => /^(prompts?|positive)$/.test(word)) && !words.some((word) => /^neg/.test(word))
      );
    });
  const called = texts.filter((field) => shortOf(field).toLowerCase() === 'prompt');
  const said = texts.filter(isPrompt);
  const named = texts.filter(({ name }) => /\.(?:text|prompt)$/i.test(name));
  return [...new Set([...called, ...said, ...named].map(({ name }) => name))];
}
