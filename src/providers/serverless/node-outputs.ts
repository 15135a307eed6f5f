import type { FileOutput } from '../../core/job/outputs.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import { boundedOutputs, type ReadOutputs, type ResultContext, readOutputs } from '../wire/output-reader.ts';
import { safetyFlag } from '../wire/refusals.ts';

/** One output of a node, and what kind of file ComfyUI calls it: `output`, `temp` for previews, or another word. */
interface NodeOutput {
  readonly file: FileOutput;
  readonly kind: string | null;
}

/**
 * The outputs of a result: those of a workflow in the order of its nodes, each with its node and index as a label;
 * anything else as results are read in general.
 */
export function readNodeOutputs(body: JsonObject, context: ResultContext): ReadOutputs {
  const { outputs } = body;
  if (!isJsonObject(outputs) || !Object.values(outputs).some(isNode)) return readOutputs(body, context);
  const notes: string[] = [];
  const nodes = Object.entries(outputs).filter(([, node]) => isNode(node)) as [string, JsonObject][];
  const found = nodes
    .toSorted(([a], [b]) => byNode(a, b))
    .flatMap(([id, node]) => labelled(id, outputsOf(node, context, notes)));
  const isFinal = found.some(({ kind }) => kind === 'output');
  const kept = found.filter(({ kind }) => !isFinal || kind !== 'temp').map(({ file }) => file);
  const flag = safetyFlag(body);
  if (kept.length > 0) return boundedOutputs(unique(kept), flag, notes);
  if (flag !== null) return { outputs: [], flag };
  const { outputs: _, ...rest } = body;
  return notes.length > 0 ? boundedOutputs([], null, notes) : readOutputs(rest, context);
}

function isNode(value: JsonValue): boolean {
  return isJsonObject(value) && Object.values(value).some((member) => Array.isArray(member));
}

/** `9` before `12`, `12` before `12:3`. */
function byNode(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

function labelled(node: string, outputs: readonly NodeOutput[]): readonly NodeOutput[] {
  return outputs.map(({ file, kind }, index) => ({ file: { ...file, label: `${node}-${index + 1}` }, kind }));
}

function outputsOf(node: JsonObject, context: ResultContext, notes: string[]): readonly NodeOutput[] {
  return Object.entries(node).flatMap(([key, items]) => {
    if (!Array.isArray(items)) return [];
    const whole = joined(items);
    return whole.flatMap((item) => outputsIn(key, item, context, notes));
  });
}

/** ComfyUI takes a text apart where a node gives it without a list. */
function joined(items: readonly JsonValue[]): readonly JsonValue[] {
  const isSpelled =
    items.length > 1 && items.every((item) => typeof item === 'string' && [...item].length === 1);
  return isSpelled ? [items.join('')] : items;
}

const textKeys = /^(text|texts|string|strings|caption|captions|tags|markdown|prompt|prompts)$/i;

function outputsIn(
  key: string,
  item: JsonValue,
  context: ResultContext,
  notes: string[],
): readonly NodeOutput[] {
  if (isJsonObject(item) && item.type === 'input') return [];
  if (isJsonObject(item) && typeof item.url === 'string' && /^https?:\/\//i.test(item.url)) {
    return [{ file: { type: 'link', url: item.url, announced: familyOf(item) }, kind: kindOf(item) }];
  }
  if (typeof item === 'string' && textKeys.test(key) && !/^\s*(https?:\/\/\S+|data:\S+)\s*$/i.test(item)) {
    return item.trim() === ''
      ? []
      : [{ file: { type: 'document', extension: 'txt', text: item }, kind: 'output' }];
  }
  if (typeof item !== 'string' && !isJsonObject(item)) return [];
  const { outputs } = readOutputs({ output: { [key]: item } }, context);
  const files = outputs.filter((each) => each.type === 'link' || each.type === 'bytes');
  const isNamed = isJsonObject(item) && typeof item.filename === 'string';
  if (files.length === 0 && isNamed)
    notes.push(`The result names the file "${item.filename}" without a link.`);
  return files.map((file) => ({ file, kind: isJsonObject(item) ? kindOf(item) : null }));
}

function kindOf({ type }: JsonObject): string | null {
  return typeof type === 'string' ? type : null;
}

const families = [
  [/^(png|jpe?g|webp|gif|avif|bmp|tiff?)$/, 'image'],
  [/^(mp4|webm|mov|mkv|m4v)$/, 'video'],
  [/^(wav|mp3|flac|ogg|opus|m4a)$/, 'audio'],
] as const;

/** What a name says of a file: the key alone does not, since videos stand under `images` and `gifs` as well. */
function familyOf({ filename }: JsonObject): string | null {
  const extension = typeof filename === 'string' ? /\.(\w+)$/.exec(filename)?.[1]?.toLowerCase() : undefined;
  return families.find(([pattern]) => extension !== undefined && pattern.test(extension))?.[1] ?? null;
}

/** The same file of two nodes is one. */
function unique(files: readonly FileOutput[]): readonly FileOutput[] {
  const seen = new Set<string>();
  return files.filter((file) => {
    if (file.type !== 'link') return true;
    const { href } = URL.parse(file.url) ?? { href: file.url };
    return !seen.has(href) && seen.add(href);
  });
}
