import { defaultBaseUrl, isLoopback, parseBaseUrl } from '../http/base-url.ts';
import { type Proxies, proxiesOf } from '../http/proxies.ts';
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
  /** What leads to it and to its files; null: nothing stands in between. */
  readonly proxies: Proxies | null;
}

/** What a loopback API gets where the user gave no token: never a real one by accident. */
const loopbackToken = 'loopback';

/** `--base-url`, else what the folder was made with, else the environment, else the official one. */
export function accessOf(flags: Flags, env: Environment, kept: string | null = null): Access {
  const base = parseBaseUrl(text(flags, 'base-url') ?? kept ?? env.RUNCOMFY_MODEL_API_BASE ?? defaultBaseUrl);
  const loopback = isLoopback(base);
  const token = findToken(text(flags, 'token-file'), env);
  const secrets = token === null ? [] : [token];
  const proxies = proxiesOf(env);
  return { base, loopback, token: token ?? (loopback ? loopbackToken : null), secrets, proxies };
}

export function tokenOf(access: Access): string {
  if (access.token === null) throw missingToken();
  return access.token;
}
