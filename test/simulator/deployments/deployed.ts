import type { JsonObject } from '../../../src/core/json.ts';
import { ask, type Seen } from '../raw-client.ts';

export const poster = '11111111-1111-4111-8111-111111111111';
export const repaint = '22222222-2222-4222-8222-222222222222';
export const portrait = '33333333-3333-4333-8333-333333333333';
export const retired = '44444444-4444-4444-8444-444444444444';
export const unlisted = '55555555-5555-4555-8555-555555555555';

/** Submits a body to a deployment and gives what was answered. */
export function infer(base: string, body: unknown, id: string = poster, query = ''): Promise<Seen> {
  return ask(`${base}/prod/v2/deployments/${id}/inference${query}`, { method: 'POST', body });
}

/** An override of the prompt, which keeps bodies apart. */
export function prompting(text: string): JsonObject {
  return { overrides: { '6': { inputs: { text } } } };
}

/** Submits and gives the id. */
export async function inferred(base: string, body: unknown, id: string = poster): Promise<string> {
  const { json, status } = await infer(base, body, id);
  if (typeof json.request_id !== 'string') throw new Error(`No id came: ${status} ${JSON.stringify(json)}`);
  return json.request_id;
}

/** Asks about a request of a deployment. */
export function asked(
  base: string,
  what: 'status' | 'result' | 'cancel',
  request: string,
  id = poster,
): Promise<Seen> {
  const method = what === 'cancel' ? 'POST' : 'GET';
  return ask(`${base}/prod/v2/deployments/${id}/requests/${request}/${what}`, { method });
}
