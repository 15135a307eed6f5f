import type { Recipe } from '../../core/job/recipe.ts';
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

/** Pairs that are not inputs, or have another name than their input. */
export const reservedNames = ['Seed', 'Size', 'Model', 'request_id', 'job', 'rep', 'Version'] as const;

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

/** `size` is that of the picture. Inputs with names that the form cannot carry are left out. */
export function writeInfotext(recipe: Recipe, size: Pixels, version: string): string {
  const { prompt, negative_prompt: negative, seed, ...rest } = recipe.input;
  const unsaid: Record<string, JsonValue | undefined> = {
    ...(typeof prompt === 'string' ? {} : { prompt }),
    ...(typeof negative === 'string' ? {} : { negative_prompt: negative }),
    ...rest,
  };
  const pairs = [
    ...(seed === undefined ? [] : [pair('Seed', seed)]),
    pair('Size', `${size.width}x${size.height}`),
    ...(recipe.model === null ? [] : [pair('Model', recipe.model)]),
    ...Object.entries(unsaid).flatMap(([name, value]) => inputPair(name, value)),
    ...(recipe.request_id === null ? [] : [pair('request_id', recipe.request_id)]),
    ...(recipe.job === null ? [] : [pair('job', recipe.job)]),
    ...(recipe.rep > 1 ? [pair('rep', recipe.rep)] : []),
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
  if (value === undefined) return [];
  const isTaken = (reservedNames as readonly string[]).includes(name) || name.startsWith(inputMark);
  const shown = isTaken || /^[\p{L}\p{N}_]$/u.test(name) ? `${inputMark}${name}` : name;
  return pairName.test(shown) && shown.trim() === shown ? [pair(shown, value)] : [];
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
