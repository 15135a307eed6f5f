import { promptText } from '../../core/job/named-inputs.ts';
import { type Recipe, shownInput } from '../../core/job/recipe.ts';
import type { JsonValue } from '../../core/json.ts';

/**
 * The text that Stable Diffusion web UI (A1111) writes into its images under `parameters`, and that viewers, file
 * managers and other tools read: the prompt, the negative prompt, and on the last line `name: value` pairs, which
 * it takes for pairs where there are at least three of them, with names of two characters at least.
 */
export interface Infotext {
  readonly prompt: string;
  /** Empty where there is none. */
  readonly negativePrompt: string;
  readonly pairs: readonly InfoPair[];
}

export interface InfoPair {
  readonly name: string;
  /** Without its quotes. */
  readonly text: string;
  readonly isQuoted: boolean;
}

export const negativeMark = 'Negative prompt:';
export const programName = 'runcomfy-batch';

/** Says that the text is for people alone: some input has another name in it, or is left out. */
export const partial = 'Partial';

/** Pairs that are not inputs, or have another name than their input. */
export const reservedNames = [
  'Seed',
  'Size',
  'Model',
  'request_id',
  'job',
  'rep',
  partial,
  'Version',
] as const;

/** Stands before an input whose name is reserved here, or too short for a name. */
export const inputMark = 'input ';

export const pairName = /^[\p{L}\p{N}_][\p{L}\p{N}_ /-]+$/u;
const plainValue = /^[^\s",:\p{Cc}](?:[^",:\p{Cc}]*[^\s",:\p{Cc}])?$/u;
/** Of the plain values, those that are, or begin like, JSON of another type. */
const otherValue = /^(?:[[{]|(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$)/;
const ownVersion = new RegExp(`(?:^|\\n|, )Version: ${programName} [^,:\\n]+$`);

export interface Pixels {
  readonly width: number;
  readonly height: number;
}

/**
 * `size` is that of the picture. Where an input has a name that the form cannot carry, or is called by another one than
 * its key, the text says that it is partial, so that no job is made from it.
 */
export function writeInfotext(recipe: Recipe, size: Pixels, version: string): string {
  const { input } = shownInput(recipe);
  const isWhole = recipe.names === undefined && Object.keys(input).every((name) => shownName(name) !== null);
  const { prompt: own, negative_prompt: negative, seed, ...others } = input;
  const prompt = own === undefined && !isWhole ? (promptText(input) ?? undefined) : own;
  const unsaid: Record<string, JsonValue | undefined> = {
    ...(typeof own === 'string' ? {} : { prompt: own }),
    ...(typeof negative === 'string' ? {} : { negative_prompt: negative }),
    ...others,
  };
  const pairs = [
    ...(seed === undefined ? [] : [pair('Seed', seed)]),
    pair('Size', `${size.width}x${size.height}`),
    ...(recipe.model === null ? [] : [pair('Model', recipe.model)]),
    ...Object.entries(unsaid).flatMap(([name, value]) => inputPair(name, value)),
    ...(recipe.request_id === null ? [] : [pair('request_id', recipe.request_id)]),
    ...(recipe.job === null ? [] : [pair('job', recipe.job)]),
    ...(recipe.rep > 1 ? [pair('rep', recipe.rep)] : []),
    ...(isWhole ? [] : [pair(partial, true)]),
    pair('Version', `${programName} ${version}`),
  ];
  const lines = [
    typeof prompt === 'string' ? lineText(prompt) : '',
    typeof negative === 'string' && negative !== '' ? `${negativeMark} ${lineText(negative)}` : '',
    pairs.join(', '),
  ];
  return lines.filter((line) => line !== '').join('\n');
}

/** Whether the text is one that `writeInfotext` made. */
export function isOwnInfotext(text: string): boolean {
  return ownVersion.test(text.slice(-200));
}

function inputPair(name: string, value: JsonValue | undefined): string[] {
  const shown = shownName(name);
  return value === undefined || shown === null ? [] : [pair(shown, value)];
}

/** null: the form cannot carry it. */
function shownName(name: string): string | null {
  const isTaken = (reservedNames as readonly string[]).includes(name) || name.startsWith(inputMark);
  const shown = isTaken || /^[\p{L}\p{N}_]$/u.test(name) ? `${inputMark}${name}` : name;
  return pairName.test(shown) && shown.trim() === shown ? shown : null;
}

// Texts that could be taken for another value are quoted too, so that the types come back.
function pair(name: string, value: JsonValue): string {
  const bare = typeof value === 'string' ? value : JSON.stringify(value);
  const isSafe = plainValue.test(bare) && bare.isWellFormed();
  return `${name}: ${isSafe && !(typeof value === 'string' && otherValue.test(value)) ? bare : JSON.stringify(bare)}`;
}

/** Lines as a text chunk can hold them. */
function lineText(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, ' ');
}
