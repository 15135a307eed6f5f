import { isJsonObject, type JsonObject, type JsonValue, typeOfJson } from '../../core/json.ts';

/** What is known of kinds of nodes: their inputs by kind and name, as JSON Schema without titles. */
export type NodeTypes = ReadonlyMap<string, ReadonlyMap<string, JsonObject>>;

const loaders = [
  [/image|mask/i, /^(image|mask|image_path)$/, 'image_uri'],
  [/video/i, /^(video|file|video_path)$/, 'video_uri'],
  [/audio/i, /^(audio|audio_file|file)$/, 'audio_uri'],
] as const;

// Where the value of a workflow is a whole number, the input may take any number (`cfg: 8`), except for these.
const wholeNames =
  /(^|_)(seed|steps?|width|height|length|batch_size|size|count|index|frames?|fps|frame_rate|rep|channels?|layers?|resolution|megapixel_index|crf|num_\w+|start_at_step|end_at_step)$|^(num|max|min)_(images?|frames?|tokens?|steps)$|^stop_at_clip_layer$/;
const fractional = /(^|_)(fps|frame_rate)$/;

/** The type of an input, without its title: from what is known of its kind, else from its value and its name. */
export function typedInput(kind: string, input: string, value: JsonValue, types: NodeTypes): JsonObject {
  const known = types.get(kind)?.get(input);
  const format = mediaFormat(kind, input, value);
  if (known?.format === undefined && format !== null) return { type: 'string', format };
  return known !== undefined && admits(known, value) ? known : typeOfValue(input, value);
}

/** Whether what is known of an input holds for the value that its workflow has: else it is not to be relied on. */
function admits({ type, enum: choices, minimum, maximum }: JsonObject, value: JsonValue): boolean {
  if (Array.isArray(choices)) return choices.includes(value);
  const own = typeOfJson(value);
  if (own !== type && !(own === 'integer' && type === 'number')) return false;
  if (typeof value !== 'number') return true;
  return value >= Number(minimum ?? value) && value <= Number(maximum ?? value);
}

function mediaFormat(kind: string, input: string, value: JsonValue): string | null {
  if (typeof value !== 'string' || !/load/i.test(kind) || /save|model|lora|checkpoint/i.test(kind))
    return null;
  return loaders.find(([kinds, inputs]) => kinds.test(kind) && inputs.test(input))?.[2] ?? null;
}

function typeOfValue(input: string, value: JsonValue): JsonObject {
  const type = typeOfJson(value);
  if (type === 'null' || (isJsonObject(value) && Object.hasOwn(value, '__value__'))) return {};
  if (type === 'number') return { type };
  if (type !== 'integer') return { type };
  if (/(^|_)seed$/.test(input)) return { type, minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
  return { type: wholeNames.test(input) && !fractional.test(input) ? 'integer' : 'number' };
}
