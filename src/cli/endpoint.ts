import { defaultBaseUrl, isLoopback, parseBaseUrl } from '../http/base-url.ts';
import type { Flags } from './flags.ts';
import { text } from './settings.ts';
import type { Environment } from './surroundings.ts';
import { findToken, missingToken } from './token.ts';

/** Where the API is and what opens it. */
export interface Access {
  readonly base: URL;
  readonly loopback: boolean;
  /** null: none was found. A loopback API is spoken to without the user's own. */
  readonly token: string | null;
  /** What no log may show: the user's own token, not the dummies that simulators get. */
  readonly secrets: readonly string[];
}

/** What a loopback API gets where the user gave no token: never a real one by accident. */
const loopbackToken = 'loopback';

/** `--base-url`, else what the folder was made with, else the environment, else the official one. */
export function accessOf(flags: Flags, env: Environment, kept: string | null = null): Access {
  const base = parseBaseUrl(text(flags, 'base-url') ?? kept ?? env.RUNCOMFY_MODEL_API_BASE ?? defaultBaseUrl);
  const loopback = isLoopback(base);
  const token = findToken(text(flags, 'token-file'), env);
  const secrets = token === null ? [] : [token];
  return { base, loopback, token: token ?? (loopback ? loopbackToken : null), secrets };
}

export function tokenOf(access: Access): string {
  if (access.token === null) throw missingToken();
  return access.token;
}
