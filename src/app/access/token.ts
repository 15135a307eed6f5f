import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { UserError } from '../../core/complaints.ts';
import type { Environment } from '../../core/environment.ts';
import type { Provider, TokenSources } from '../../core/provider.ts';
import { readTokenStore, type StoredToken, tokenStorePath } from '../../store/folder/token-store.ts';
import type { AccessRequest } from './access-request.ts';

/** A token, and what a person would call the place that it comes from. */
interface FoundToken {
  readonly token: string;
  readonly from: string;
}

type Request = Pick<AccessRequest, 'token' | 'tokenFile' | 'env'>;

/**
 * The user's token for this address: the one given, else from the file that is named, else the environment, else what
 * `rcb login` has stored for it, else the file of the provider's own program; null: there is none. Throws a `UserError`
 * for a file that was named and holds none, for one that others may read, and for a token that no header can carry.
 */
export function findToken(request: Request, provider: Provider, base: URL): FoundToken | null {
  const { tokens } = provider;
  const { token: given, tokenFile: file, env } = request;
  if (given !== undefined) return found(given.trim(), 'the request', 'The given token');
  if (file !== null) return found(readTokenFile(file, tokens), file);
  const variable = tokenVariableIn(env, tokens);
  if (variable !== null) return found((env[variable] as string).trim(), variable);
  const stored = storedToken(env, provider, base);
  if (stored !== null) return found(stored.token, stored.from);
  for (const path of tokens.files(env, homedir())) {
    const text = readOrNull(path);
    const token = text === null ? null : tokens.read(text);
    if (token !== null) return found(token, path);
  }
  return null;
}

/** The environment variable that holds a token; null: none does. */
export function tokenVariableIn(env: Environment, { variables }: TokenSources): string | null {
  return variables.find((name) => env[name]?.trim()) ?? null;
}

/** The token in what a person has pasted or piped in. Throws `UserError` (`token`) for what cannot be one. */
export function checkedToken(given: string, tokens: TokenSources): string {
  return found(tokens.read(given) ?? given.trim(), 'the request', 'The given token').token;
}

export function missingToken({ variables, page }: TokenSources): UserError {
  const where = page === undefined ? '' : ` (get a token at ${page})`;
  return new UserError(
    'token',
    'There is no API token.',
    `Run rcb login${where}, set ${variables[0]}, or use --token-file FILE. To try everything for free, add --rehearse.`,
  );
}

/** It is for the address that it was checked against, and never sent to another one. */
function storedToken(
  env: Environment,
  { name, tokens, address: { usual, parse } }: Provider,
  base: URL,
): FoundToken | null {
  const path = tokenStorePath(env);
  const store = path === null ? null : readTokenStore(path);
  const own = store?.tokens.find(
    (each) => isFor(each, name, base) || isShared(each, tokens, base, parse(usual)),
  );
  return store === null || own === undefined ? null : { token: own.token, from: store.path };
}

function isFor({ provider, address }: StoredToken, name: string, base: URL): boolean {
  return provider === name && address === base.href;
}

/** Of the same account: stored for this very address, or for the usual one where this is the usual one too. */
function isShared(
  { provider, address }: StoredToken,
  { sharedWith }: TokenSources,
  base: URL,
  usual: URL,
): boolean {
  if (provider !== sharedWith?.provider) return false;
  return address === base.href || (base.href === usual.href && address === new URL(sharedWith.address).href);
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
function found(token: string, from: string, named = `The token in ${from}`): FoundToken {
  if (/^[\x21-\x7e]+$/.test(token)) return { token, from };
  throw new UserError(
    'token',
    `${named} contains invalid characters.`,
    'Copy it again, without spaces or quotes.',
  );
}
