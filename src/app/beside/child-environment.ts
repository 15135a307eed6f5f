import type { Environment } from '../../core/environment.ts';
import { withoutSecrets } from '../../core/secrets.ts';
import { ledgerVariable } from '../../core/sharing/named-ledger.ts';
import { providers } from '../../providers/providers.ts';
import { webhookVariable } from '../callbacks/webhook-base.ts';

const tokenNames = new Set([
  webhookVariable,
  ledgerVariable,
  'PGPASSWORD',
  ...Object.values(providers).flatMap(({ tokens }) => tokens.variables.map((name) => name.toUpperCase())),
]);

/**
 * The environment for a program of the user's or the system's: without any variable that holds a token, the address
 * of the user's receiver, or the way into a shared ledger.
 */
export function environmentWithoutTokens(
  env: Environment,
  secrets: readonly string[],
): Record<string, string> {
  const named = Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && tokenNames.has(name.toUpperCase()) && value.trim() !== '' ? [value.trim()] : [],
  );
  const tokens = [...secrets, ...named];
  const without = withoutSecrets(tokens, '');
  // A short one is not looked for within other words.
  const holdsToken = (value: string): boolean => without(value) !== value || tokens.includes(value.trim());
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value === undefined || tokenNames.has(name.toUpperCase()) || holdsToken(value) ? [] : [[name, value]],
    ),
  );
}
