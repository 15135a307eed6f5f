import type { ModelInputs } from '../models/schema.ts';
import { coerceText } from '../rows/coercer.ts';
import { inputNamed } from '../rows/columns.ts';

/** A flag of Midjourney at the end of a prompt; `value` is empty where it has none. */
interface Flag {
  readonly written: string;
  readonly name: string;
  readonly value: string;
}

const number = /^-?\d+(?:\.\d+)?$/;
const ratio = /^\d+(?:\.\d+)?\s*[:x/]\s*\d+(?:\.\d+)?$/i;
const nothing = /^$/;
const some = /\S/;
const words = /^[\w\s-]*$/;

/** What follows each flag: `--raw power` is a manner of speaking, and no flag. */
const valuesOf: ReadonlyMap<string, RegExp> = new Map([
  ...flagsWith(ratio, 'ar aspect'),
  ...flagsWith(/^(?:niji\s*)?\d+(?:\.\d+)?[a-z]?$/i, 'v version'),
  ...flagsWith(/^\d*$/, 'niji'),
  ...flagsWith(number, 's stylize c chaos q quality iw stop weird w cw sw ow repeat r exp bs motion'),
  ...flagsWith(/^(?:-?\d+|random)$/i, 'seed sameseed'),
  ...flagsWith(/^\w+$/, 'style'),
  ...flagsWith(some, 'no sref cref oref'),
  ...flagsWith(words, 'p profile'),
  ...flagsWith(nothing, 'tile hd raw draft fast turbo relax video loop'),
]);

function flagsWith(value: RegExp, names: string): (readonly [string, RegExp])[] {
  return names.split(' ').map((name) => [name, value]);
}

// Where two dashes are typed, macOS and word processors write one long one.
const dashes = /(?:^|\s)(?=(?:--|[—–])[a-z])/i;
const flagPattern = /^(--|[—–])([a-z]+)(?:[\s=]+|$)(.*)$/is;
const command = /^\s*(\/imagine)\b/i;
const weight = /\S(::(?:-?\d+(?:\.\d+)?)?)(?:\s|$)/;

/** What shows first that a prompt was written for Midjourney: its command, a weight or a flag; null: nothing does. */
export function midjourneyWord(text: string): string | null {
  return command.exec(text)?.[1] ?? weight.exec(text)?.[1] ?? flagsIn(text)[0]?.written ?? null;
}

function flagsIn(text: string): readonly Flag[] {
  let isCertain = false;
  const flags = text.split(dashes).flatMap((part): Flag[] => {
    const [, dash, written = '', rest = ''] = flagPattern.exec(part) ?? [];
    const name = written.toLowerCase();
    const value = rest.trim();
    if (valuesOf.get(name)?.test(value) !== true) return [];
    isCertain ||= dash === '--' || (value !== '' && name !== 'no');
    return [{ written: part.trim(), name, value }];
  });
  return isCertain ? flags : [];
}

/** The inputs that flags stand for, by the names that models give them. */
const inputs: Readonly<Record<string, readonly string[]>> = {
  ar: ['aspect_ratio', 'ratio'],
  aspect: ['aspect_ratio', 'ratio'],
  seed: ['seed'],
  no: ['negative_prompt', 'n_prompt'],
};

/** `--ar 16:9` and `aspect_ratio=16:9`, for the flags that are inputs of the model. */
export function flagColumns(text: string, model: ModelInputs): readonly (readonly [string, string])[] {
  const { fields } = model;
  if (fields === null) return [];
  return flagsIn(text).flatMap(({ written, name, value }): [string, string][] => {
    const input = (inputs[name] ?? []).map((each) => inputNamed(model, each)).find((each) => each !== null);
    const field = input === undefined ? undefined : fields.get(input);
    if (field === undefined || value === '') return [];
    const read = coerceText(field, value);
    const isChoice = field.choices === null || (read.ok && field.choices.includes(read.value));
    return isChoice ? [[written, `${field.name}=${value}`]] : [];
  });
}
