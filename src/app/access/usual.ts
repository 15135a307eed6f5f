import { defaultProvider } from '../../providers/providers.ts';

/** The model of rows and commands that name none. */
export const usualModel = defaultProvider.defaultModel;

/** The environment variables that may hold the API token; the first is the one that messages name. */
export const tokenVariables = defaultProvider.tokens.variables;
