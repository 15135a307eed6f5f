import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { UserError } from '../../core/complaints.ts';
import type { TokenSources } from '../../core/provider.ts';
import type { AccessRequest } from './access-request.ts';

/**
 * The user's token: the one given, else from the file that is named, else the environment, else the file of the
 * provider's own program; null: there is none. Throws a `UserError` for a file that was named and holds none, and for a token that no header can carry.
 */
export function findToken(
  { token: given, tokenFile: file, env }: Pick<AccessRequest, 'token' | 'tokenFile' | 'env'>,
  tokens: TokenSources,
): string | null {
  if (given !== undefined) return usable(given.trim(), 'The given token');
  if (file !== null) return usable(readTokenFile(file, tokens), `The token in ${file}`);
  for (const name of tokens.variables) {
    const value = env[name]?.trim();
    if (value) return usable(value, `The token in ${name}`);
  }
  for (const path of tokens.files(env, homedir())) {
    const text = readOrNull(path);
    const token = text === null ? null : tokens.read(text);
    if (token !== null) return usable(token, `The token in ${path}`);
  }
  return null;
}

export function missingToken(tokens: TokenSources): UserError {
  return new UserError(
    'token',
    'There is no API token.',
    `Set ${tokens.variables[0]}, use --token-file FILE, or log in with the official CLI. To try everything for free, add --rehearse.`,
  );
}

function readTokenFile(file: string, tokens: TokenSources): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(
      'token',
      `Cannot read the token file ${file}.`,
      'Check the path and permissions.',
      error,
    );
  }
  const token = tokens.read(text) ?? text.trim();
  if (token === '')
    throw new UserError(
      'token',
      `The token file ${file} is empty.`,
      'The file should contain only the token.',
    );
  return token;
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

// A header can carry visible ASCII; the token itself is not shown.
function usable(token: string, where: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new UserError(
    'token',
    `${where} contains invalid characters.`,
    'Copy it again, without spaces or quotes.',
  );
}
