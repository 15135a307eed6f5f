import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import { hasPrompt } from './json-members.ts';

/** What to write instead of a JSON file of unknown shape. */
export const wayOut = 'Write [{"prompt": "…"}, …], or one object per line in a .jsonl file.';

const graph = `this looks like a ComfyUI workflow, which contains no list of prompts. Run it where it is deployed, with -m deployment:ID and a list of its inputs. ${wayOut}`;
const chat = `this looks like an OpenAI chat ("messages"), which contains no prompt. ${wayOut}`;

/** What an object of another tool looks like, as a sentence; null for what may be a row. */
export function foreignObject(row: JsonObject): string | null {
  const { prompt, messages } = row;
  if (typeof prompt === 'string') return null;
  if (holdsGraph(row)) return graph;
  return !hasPrompt(row) && isChat(messages) ? chat : null;
}

/** A bare graph, or one as ComfyUI and its hosts take it. */
function holdsGraph(value: JsonObject): boolean {
  const { prompt, workflow, input } = value;
  return isGraph(value) || [prompt, workflow, input].some((each) => isJsonObject(each) && holdsGraph(each));
}

function isGraph(value: JsonObject): boolean {
  const { nodes, links } = value;
  if (Array.isArray(nodes) && Array.isArray(links)) return true;
  return isNode(value) || Object.values(value).some(isNode);
}

function isNode(value: JsonValue): boolean {
  if (!isJsonObject(value)) return false;
  const { class_type: type, inputs } = value;
  return typeof type === 'string' && isJsonObject(inputs);
}

function isChat(messages: JsonValue | undefined): boolean {
  if (!Array.isArray(messages)) return false;
  return messages.some((message) => isJsonObject(message) && Object.hasOwn(message, 'role'));
}
