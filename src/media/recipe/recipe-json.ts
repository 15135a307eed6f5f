import type { Recipe } from '../../core/job/recipe.ts';
import { isJsonObject, type JsonValue } from '../../core/json.ts';

// No input that a model takes is nested anywhere near as deep; what reads a recipe may recurse without fear.
const deepest = 100;

/**
 * The exact recipe as JSON. What XML 1.0 forbids or discourages stands in it as `\u` escapes: control characters, lone
 * halves of surrogate pairs, U+FFFE and U+FFFF.
 */
export function recipeJson({ job, model, input, names, rep, request_id }: Recipe): string {
  return JSON.stringify({ job, model, input, names, rep, request_id }).replace(
    /[\u007f-\u009f\u2028\u2029\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** null: this is not a recipe. */
export function parseRecipe(json: string): Recipe | null {
  const value = parsed(json);
  if (!isJsonObject(value)) return null;
  const { job, model, input, names, rep, request_id } = value;
  const isRecipe =
    isTextOrNull(job) &&
    isTextOrNull(model) &&
    isTextOrNull(request_id) &&
    Number.isSafeInteger(rep) &&
    isJsonObject(input) &&
    isFlat(input, deepest) &&
    (names === undefined || (isJsonObject(names) && Object.values(names).every(isText)));
  if (!isRecipe) return null;
  return { job, model, input, ...(names === undefined ? {} : { names }), rep, request_id } as Recipe;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

function isTextOrNull(value: unknown): boolean {
  return value === null || isText(value);
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isFlat(value: JsonValue, levels: number): boolean {
  if (value === null || typeof value !== 'object') return true;
  return levels > 0 && Object.values(value).every((member) => isFlat(member, levels - 1));
}
