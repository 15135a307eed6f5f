import { createHash } from 'node:crypto';
import type { JobId } from '../../core/job/job.ts';
import { canonicalJson, type JsonObject } from '../../core/json.ts';

/**
 * The name under which a generation is known for ever: the first 16 hex digits of the SHA-256 over the canonical
 * JSON of `{input, model, rep}`. `input` is exactly the body that is sent, `rep` counts from 1.
 */
export function jobId(model: string, input: JsonObject, rep: number): JobId {
  const hash = createHash('sha256').update(canonicalJson({ input, model, rep }), 'utf8').digest('hex');
  return hash.slice(0, 16) as JobId;
}
