import type { Recipe } from '../../core/job/recipe.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import {
  type InfoPair,
  type Infotext,
  inputMark,
  negativeMark,
  pairName,
  partial,
  programName,
  reservedNames,
} from './infotext.ts';

const minPairs = 3;

/** null: the text is not of this form. Takes time in proportion to the text, whoever wrote it. */
export function parseInfotext(text: string): Infotext | null {
  const lines = text.trim().split('\n');
  const pairs = pairsOf(lines.pop() as string);
  if (pairs.length < minPairs) return null;
  const at = lines.findIndex((line) => line.trim().startsWith(negativeMark));
  const said = (from: number, to: number): string =>
    lines
      .slice(from, to)
      .map((line) => line.trim())
      .join('\n');
  if (at === -1) return { prompt: said(0, lines.length), negativePrompt: '', pairs };
  return {
    prompt: said(0, at),
    negativePrompt: said(at, lines.length).slice(negativeMark.length).trim(),
    pairs,
  };
}

/**
 * The recipe as far as the text has it: whole for images of ours, except where the form could not carry all of it;
 * prompts and seed for these and for images of other programs.
 */
export function recipeInInfotext(text: string): Recipe | null {
  const info = parseInfotext(text);
  if (info === null) return null;
  const told = new Map(info.pairs.map((pair) => [pair.name, pair]));
  const seed = told.get('Seed');
  const prompts: JsonObject = {
    ...(info.prompt === '' ? {} : { prompt: info.prompt }),
    ...(info.negativePrompt === '' ? {} : { negative_prompt: info.negativePrompt }),
  };
  if (!told.get('Version')?.text.startsWith(`${programName} `) || told.has(partial)) {
    const isNumber = seed !== undefined && Number.isSafeInteger(Number(seed.text)) && seed.text !== '';
    const input = { ...prompts, ...(isNumber ? { seed: Number(seed.text) } : {}) };
    return { job: null, model: null, input, rep: 1, request_id: null };
  }
  const rep = Number(told.get('rep')?.text ?? 1);
  const inputs = info.pairs.filter(({ name }) => !(reservedNames as readonly string[]).includes(name));
  return {
    job: told.get('job')?.text ?? null,
    model: told.get('Model')?.text ?? null,
    input: {
      ...prompts,
      ...(seed === undefined ? {} : { seed: inputValue(seed) }),
      ...Object.fromEntries(inputs.map((pair) => [inputName(pair.name), inputValue(pair)])),
    },
    rep: Number.isSafeInteger(rep) && rep >= 1 ? rep : 1,
    request_id: told.get('request_id')?.text ?? null,
  };
}

function inputName(name: string): string {
  return name.startsWith(inputMark) ? name.slice(inputMark.length) : name;
}

/** Lists and objects are quoted as any text with commas is; what else is quoted is a text. */
function inputValue({ text, isQuoted }: InfoPair): JsonValue {
  if (isQuoted && !/^[[{]/.test(text)) return text;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}

function pairsOf(line: string): InfoPair[] {
  const pairs: InfoPair[] = [];
  for (let from = 0; from < line.length; ) {
    const comma = orEnd(line.indexOf(',', from), line);
    const colon = line.indexOf(':', from);
    if (colon === -1) break;
    if (comma < colon) {
      from = comma + 1;
      continue;
    }
    const name = line.slice(from, colon).trim();
    const value = valueAt(line, colon + 1, comma);
    if (pairName.test(name)) pairs.push({ name, text: value.text, isQuoted: value.isQuoted });
    from = value.end + 1;
  }
  return pairs;
}

/** The value from `from` on, and where the comma behind it stands, or the end of the line. */
function valueAt(line: string, from: number, comma: number): Omit<InfoPair, 'name'> & { end: number } {
  let start = from;
  while (start < line.length && /\s/.test(line[start] as string)) start += 1;
  if (line[start] === '"') {
    const end = closingQuote(line, start);
    if (end !== -1 && (end + 1 === line.length || line[end + 1] === ',')) {
      const text = unquoted(line.slice(start, end + 1));
      if (text !== null) return { text, isQuoted: true, end: end + 1 };
    }
  }
  return { text: line.slice(start, Math.max(start, comma)).trim(), isQuoted: false, end: comma };
}

function closingQuote(line: string, open: number): number {
  for (let at = open + 1; at < line.length; at += 1) {
    if (line[at] === '\\') at += 1;
    else if (line[at] === '"') return at;
  }
  return -1;
}

function unquoted(json: string): string | null {
  try {
    return JSON.parse(json) as string;
  } catch {
    return null;
  }
}

function orEnd(index: number, line: string): number {
  return index === -1 ? line.length : index;
}
