import { join } from 'node:path';
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import type { TokenSources } from '../core/provider.ts';

/** What both of RunComfy's APIs have in common: one token and one wallet open them. */

export const tokenSources: TokenSources = {
  // The last is the placeholder of the API's own page, which people copy.
  variables: ['RUNCOMFY_API_TOKEN', 'RUNCOMFY_TOKEN', 'RUNCOMFY_API_KEY', 'YOUR_API_TOKEN'],
  page: 'https://www.runcomfy.com/profile',
  files(env, home) {
    const folders = [
      env.RUNCOMFY_CONFIG_DIR,
      env.XDG_CONFIG_HOME && join(env.XDG_CONFIG_HOME, 'runcomfy'),
      join(env.HOME ?? home, '.config', 'runcomfy'),
    ];
    return folders.flatMap((folder) => (folder ? [join(folder, 'token.json')] : []));
  },
  read(text) {
    try {
      const parsed: unknown = JSON.parse(text);
      const token = isJsonObject(parsed) ? parsed.access_token : null;
      return typeof token === 'string' && token.trim() !== '' ? token.trim() : null;
    } catch {
      return null;
    }
  },
};

/** Where the Model API lives unless the user says otherwise: a token that is stored for it opens both. */
export const modelApiAddress = 'https://model-api.runcomfy.net';

/** Domains of both APIs, and of the files that they make. */
export const accountHosts = ['runcomfy.net', 'runcomfy.com'] as const;

/** The wallet in dollars; null where the answer does not say. */
export function readBalanceUsd(body: JsonObject): number | null {
  const micro = signedNumber(body.balance_microdollars);
  return signedNumber(body.balance_usd) ?? (micro === null ? null : micro / 1_000_000);
}

/** A wallet may be overdrawn. */
function signedNumber(value: JsonValue | undefined): number | null {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\s*-?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : null;
}
