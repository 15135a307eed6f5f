import { readConfig } from '../../app/config/config-entries.ts';
import { configFiles } from '../../app/config/config-places.ts';
import { UserError } from '../../core/complaints.ts';
import type { Environment } from '../../core/environment.ts';
import type { Candidate } from '../argv/candidates.ts';

/** The profiles that `--profile` may name, for the completion: none where a file cannot be read. */
export function profileWords(typed: readonly string[], env: Environment): readonly Candidate[] {
  const current = typed.at(-1) ?? '';
  const kept = current.startsWith('--profile=') ? '--profile=' : '';
  const [command = '', ...words] = typed.slice(0, -1);
  const inputs = command === 'run' || command === 'plan' ? words.filter((word) => !word.startsWith('-')) : [];
  return namesIn(inputs, env)
    .map((name) => ({ text: `${kept}${name}`, about: 'a profile' }))
    .filter(({ text }) => text.startsWith(current));
}

function namesIn(words: readonly string[], env: Environment): readonly string[] {
  try {
    return readConfig(configFiles(words, env)).profiles;
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}
