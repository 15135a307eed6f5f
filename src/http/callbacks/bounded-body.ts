import type { IncomingMessage } from 'node:http';
import { isJsonObject, type JsonObject } from '../../core/json.ts';

/** The JSON object that a request carries. `too_large`, and nothing more of it is read; `odd`: it carries anything else. */
export async function bodyOf(
  request: IncomingMessage,
  maxBytes: number,
): Promise<JsonObject | 'too_large' | 'odd'> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return 'too_large';
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) return 'too_large';
    chunks.push(chunk);
  }
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    return isJsonObject(value) ? value : 'odd';
  } catch {
    return 'odd';
  }
}
