import type { Environment } from '../../core/environment.ts';
import { defaultProvider } from '../../providers/providers.ts';

/** The model of rows and commands that name none. */
export const usualModel = defaultProvider.defaultModel;

/** The environment variables that may hold the API token; the first is the one that messages name. */
export const tokenVariables = defaultProvider.tokens.variables;

/** The address of the API where no option names one, and the environment variable that says so; null: none does. */
export function usualAddress(env: Environment): { readonly href: string; readonly variable: string | null } {
  const { usual, variable, parse } = defaultProvider.address;
  const named = env[variable];
  return { href: parse(named ?? usual).href, variable: named === undefined ? null : variable };
}
