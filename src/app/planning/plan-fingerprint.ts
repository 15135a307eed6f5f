import { createHash } from 'node:crypto';
import type { Provider } from '../../core/provider.ts';
import { inputFingerprint } from '../../input/fingerprint.ts';
import { providerAsJson } from '../access/folder-provider.ts';
import type { Batch } from './open-batch.ts';

// A new version may read or check its input otherwise.
const planVersion = 3;

/**
 * What a plan is made of, as 64 hex digits: equal ones make equal plans. null: it has to be made anew, since standard
 * input cannot be read twice, or other files than the inputs play a part.
 */
export async function fingerprintOf(batch: Batch, provider: Provider): Promise<string | null> {
  if (batch.paths.includes('-') || batch.hasOwnRows) return null;
  const schema = batch.schemaFile === null ? [] : [batch.schemaFile];
  const files = [...batch.paths, ...batch.from, ...schema];
  const contents = await inputFingerprint(files);
  const whole = JSON.stringify({
    planVersion,
    contents,
    settings: { ...batch.settings, ...providerAsJson(provider) },
  });
  return createHash('sha256').update(whole).digest('hex');
}
