import type { JsonObject, JsonValue } from '../json.ts';
import type { Job } from './job.ts';

/** By key of an input: what people called it. */
export type InputNames = NonNullable<Job['names']>;

type NamedJob = Pick<Job, 'input' | 'names'>;

/**
 * The input as it is shown to people, exported and asked for: each value under its name, and from the names to their keys.
 * The order stays.
 */
export function namedInput(job: NamedJob): NamedJob {
  const shown = namesShown(job);
  return shown === null
    ? { input: job.input }
    : { input: withNames(job.input, shown), names: inverted(shown) };
}

/**
 * The names that can be used: one of an input that the job has, and that no other input of it is called, in whatever
 * case. Any other input keeps its key. null: there are none.
 */
export function namesShown({ input, names }: NamedJob): InputNames | null {
  if (names === undefined) return null;
  const keys = Object.keys(input);
  const given = keys.flatMap((key): [string, string][] => {
    const name = nameOf(key, names);
    return name === key ? [] : [[key, name]];
  });
  if (given.length === 0) return null;
  const all = new Set(keys.map((key) => key.toLowerCase()));
  for (const [, name] of given) all.add(name.toLowerCase());
  const isClear = all.size === keys.length + given.length;
  const shown = isClear ? given : unambiguous(given, keys);
  return shown.length === 0 ? null : Object.fromEntries(shown);
}

/** Those whose name nothing else has, be it as its name or its key. */
function unambiguous(
  given: readonly [key: string, name: string][],
  keys: readonly string[],
): readonly [string, string][] {
  const uses = new Map<string, number>();
  for (const text of [...keys, ...given.map(([, name]) => name)]) {
    uses.set(text.toLowerCase(), (uses.get(text.toLowerCase()) ?? 0) + 1);
  }
  return given.filter(([key, name]) => {
    const own = key.toLowerCase() === name.toLowerCase() ? 2 : 1;
    return uses.get(name.toLowerCase()) === own;
  });
}

/** An input, or axes, with each value under its name. */
export function withNames<Values extends Readonly<Record<string, JsonValue>>>(
  values: Values,
  names: InputNames | null,
): Values {
  if (names === null) return values;
  const renamed = Object.entries(values).map(([key, value]) => [nameOf(key, names), value] as const);
  return Object.fromEntries(renamed) as Values;
}

/** What `names` has for a key; else the key. */
export function nameOf(key: string, names: InputNames | null | undefined): string {
  return names != null && Object.hasOwn(names, key) ? (names[key] as string) : key;
}

/**
 * A record, whose `names` are those of `namedInput`, as the job that it tells of. Where somebody has given an input twice,
 * by its name and its key, both stay as they are.
 */
export function keyedInput(told: NamedJob): NamedJob {
  const keys = keysTold(Object.keys(told.input), told.names);
  return keys === null
    ? { input: told.input }
    : { input: withNames(told.input, keys), names: inverted(keys) };
}

/** By name, the keys of what a record has by its name; null: it has all by its key. */
export function keysTold(told: Iterable<string>, names: InputNames | undefined): InputNames | null {
  if (names === undefined) return null;
  const all = new Set(told);
  const keys = new Map<string, string>();
  for (const [name, key] of Object.entries(names)) {
    if (all.has(name) && !all.has(key) && !keys.has(key)) keys.set(key, name);
  }
  return keys.size === 0 ? null : inverted(Object.fromEntries(keys));
}

/** By name what was by key, or the other way round. */
export function inverted(names: InputNames): InputNames {
  return Object.fromEntries(Object.entries(names).map(([from, to]) => [to, from]));
}

// `positive_prompt`, and `Positive prompt.text`, an input of a part that is called so.
const promptLike = /prompts?(?:\.[^.]*)?$/;

/**
 * What is shown as the prompt of a named input, by its name: `prompt`; else the first that ends so and is not a
 * negative one; else the longest text. null: it has no text.
 */
export function promptName(input: JsonObject): string | null {
  const texts = Object.entries(input).filter(isText);
  const named = (is: (name: string) => boolean): string | null =>
    texts.find(([name]) => is(name.toLowerCase()))?.[0] ?? null;
  const told =
    named((name) => name === 'prompt') ??
    named((name) => promptLike.test(name) && !/(?:^|[^a-z])neg/.test(name));
  if (told !== null) return told;
  const [first, ...rest] = texts.filter(([, text]) => !isReference(text));
  if (first === undefined) return null;
  return rest.reduce((longest, each) => (each[1].length > longest[1].length ? each : longest), first)[0];
}

/** Its value; null: it has no text. */
export function promptText(input: JsonObject): string | null {
  const name = promptName(input);
  return name === null ? null : (input[name] as string);
}

function isText(entry: [string, JsonValue]): entry is [string, string] {
  return typeof entry[1] === 'string';
}

/** A file in place of a text. */
function isReference(text: string): boolean {
  return /^(https?:|data:|@inputs\/)/i.test(text);
}
