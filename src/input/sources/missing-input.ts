import { readdirSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { UserError } from '../../core/complaints.ts';
import { suggestion } from '../../core/nearby.ts';
import { quoted } from '../../core/shell-words.ts';

/** The complaint about a path that leads nowhere: with the file that may be meant, or as the prompt that it may be. */
export function missingInput(path: string, cause?: unknown): UserError {
  const name = basename(path);
  const folder = dirname(path);
  const near = suggestion(name, namesIn(folder));
  const shown = near === null ? null : path === name ? near : join(folder, near);
  const hint = shown === null ? null : `Did you mean ${quoted(shown)}?`;
  const promptHint = `If it is a prompt: rcb run prompt=${quoted(path)}`;
  if (isProse(path)) {
    return new UserError('input', `No file is called ${JSON.stringify(path)}.`, hint ?? promptHint, cause);
  }
  // One word may be a prompt as well.
  const isWord = /^[\p{L}\p{N}-]+$/u.test(path);
  return new UserError(
    'input',
    `The input ${path} does not exist.`,
    hint ?? (isWord ? promptHint : null),
    cause,
  );
}

function isProse(text: string): boolean {
  return /\s/.test(text.trim()) && !/^\.[a-z]{2,5}$/i.test(extname(text));
}

/** The names of what lies in a folder; none where it cannot be read. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => !name.startsWith('.'));
  } catch {
    return [];
  }
}
