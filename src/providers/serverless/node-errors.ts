import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import { errorText } from '../../http/server-text.ts';
import type { ToldError } from '../wire/answers.ts';

const deepest = 6;
const maxNodes = 4;
const maxFaults = 3;
const maxParts = 40;

/** Where ComfyUI's own errors stand, beside or below what the API says itself. */
const holders = [
  'error',
  'errors',
  'detail',
  'details',
  'debugInfo',
  'debug_info',
  'data',
  'message',
] as const;

/**
 * What ComfyUI says of its nodes: inputs that it refused before it ran (`node_errors`), or what broke in one
 * (`node_id`, `exception_message`). null: no error of its form.
 */
export function nodeErrorWords(body: JsonObject): ToldError | null {
  const parts = objectsIn(body, 0).slice(0, maxParts);
  const refused = parts.flatMap((part) => refusedNodes(part));
  if (refused.length > 0) {
    const more = refused.length > maxNodes ? [`and ${refused.length - maxNodes} more nodes`] : [];
    return { said: [...refused.slice(0, maxNodes), ...more].join('; '), mayBePolicy: false };
  }
  const broken = parts.map(brokenNode).find((told) => told !== null) ?? null;
  if (broken !== null) return broken;
  const said = errorText(body);
  return isOutOfMemory(said) ? { said: `${said} (${memoryAdvice})`, mayBePolicy: false } : null;
}

/** An object and those in the usual places below it, also where one is written as a text. */
function objectsIn(value: JsonValue | undefined, depth: number): readonly JsonObject[] {
  if (depth > deepest || value === undefined) return [];
  if (typeof value === 'string') return objectsIn(asJson(value), depth + 1);
  if (Array.isArray(value)) return value.slice(0, 8).flatMap((item: JsonValue) => objectsIn(item, depth + 1));
  if (!isJsonObject(value)) return [];
  return [value, ...holders.flatMap((key) => objectsIn(own(value, key), depth + 1))];
}

function own(value: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

const longestParsed = 1_000_000;

function asJson(text: string): JsonValue | undefined {
  if (text.length > longestParsed || !/^\s*[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

/** `node 6 (KSampler): sampler_name is not in the list: …` for each node of `node_errors`. */
function refusedNodes({ node_errors: nodes }: JsonObject): readonly string[] {
  if (!isJsonObject(nodes)) return [];
  return Object.entries(nodes).flatMap(([id, node]) => {
    if (!isJsonObject(node) || !Array.isArray(node.errors)) return [];
    const faults = (node.errors as readonly JsonValue[]).filter(isJsonObject).slice(0, maxFaults);
    const said = faults.map(faultText).filter((text) => text !== '');
    return said.length === 0 ? [] : [`${nodeName(id, node.class_type)}: ${said.join(', ')}`];
  });
}

function faultText({ message, details, type }: JsonObject): string {
  const words = [message, details].filter((text) => typeof text === 'string' && text.trim() !== '');
  return words.length > 0 ? words.join(': ') : typeof type === 'string' ? type : '';
}

function brokenNode(part: JsonObject): ToldError | null {
  const { node_id: id, exception_message: message, exception_type: type, extra_info: extra } = part;
  if (isJsonObject(extra) && isId(extra.node_id) && typeof part.message === 'string') {
    return {
      said: `${nodeName(String(extra.node_id), extra.class_type)}: ${part.message}`,
      mayBePolicy: false,
    };
  }
  if (typeof message !== 'string' && typeof type !== 'string') return null;
  const name = isId(id) ? nodeName(String(id), part.node_type ?? part.class_type) : 'a node';
  const words = typeof message === 'string' ? message.trim() : '';
  if (isOutOfMemory(words) || (typeof type === 'string' && /OutOfMemory/.test(type))) {
    return { said: `${name} ran out of memory (${memoryAdvice}): ${words}`, mayBePolicy: false };
  }
  return { said: `${name}: ${words === '' ? type : words}`, mayBePolicy: true };
}

const memoryAdvice = 'use smaller inputs, or hardware with more memory';

function isOutOfMemory(text: string): boolean {
  return /\bout of memory\b|\bOutOfMemory/i.test(text);
}

function isId(id: JsonValue | undefined): boolean {
  return typeof id === 'number' || (typeof id === 'string' && id !== '');
}

function nodeName(id: string, kind: JsonValue | undefined): string {
  return typeof kind === 'string' && kind !== '' ? `node ${id} (${kind})` : `node ${id}`;
}
