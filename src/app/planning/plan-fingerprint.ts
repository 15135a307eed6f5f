import { createHash } from 'node:crypto';
import { inputFingerprint } from '../../input/fingerprint.ts';
import type { Asked } from './asked.ts';

// A new version may read or check its input otherwise.
const planVersion = 3;

/**
 * What a plan is made of, as 64 hex digits: equal ones make equal plans. null: it has to be made anew, since standard
 * input cannot be read twice, or other files than the inputs play a part.
 */
export async function fingerprintOf(asked: Asked): Promise<string | null> {
  if (asked.paths.includes('-')) return null;
  const schema = asked.schemaFile === null ? [] : [asked.schemaFile];
  const files = [...asked.paths, ...asked.from, ...schema];
  const contents = await inputFingerprint(files);
  const whole = JSON.stringify({ planVersion, contents, settings: asked.settings });
  return createHash('sha256').update(whole).digest('hex');
}
